/** The numbers beside the map: four figures of today, the latest five, who answers in time. */
import { element } from "../element";
import { age, left } from "../time";
import { locale } from "../words";
import { say as base } from "../words/base";
import { say } from "../words/wall";
import type { Scene } from "./scenes";
import type { Spot } from "./spots";

export interface Figures {
  received: number;
  open: number;
  overdue: number;
  closed: number;
  by_group: Record<string, number>;
  by_source: Record<string, number>;
}

export interface Times {
  count: number;
  median_s: number | null;
  p90_s: number | null;
}

export interface Channel {
  source: string;
  name: string;
  last: string | null;
  today: number;
}

export interface OnTime {
  id: number;
  open: number;
  overdue: number;
  done: number;
  in_time: number;
}

export interface WallNames {
  set: string;
  categories: Record<string, string>;
  agencies: Record<string, string>;
  on_time: OnTime[];
  on_time_days: number;
  scenes: Scene[];
  /** The exercise that runs; empty: none. */
  exercise: string;
  times: { answered: number; at_once: number; first_answer: Times; acceptance: Times; handling: Times };
  sources: Channel[];
}

const LATEST = 5;
const AGENCIES = 5;

/** Writes the four figures; a figure that is not known yet is a dash, not a nought. */
export function drawFigures(figures: Figures): void {
  for (const name of ["received", "open", "overdue", "closed"] as const) {
    const box = document.querySelector<HTMLElement>(`[data-figure=${name}]`)!;
    const text = figures[name].toLocaleString(locale);
    if (box.textContent !== text) box.textContent = text;
  }
  document.querySelector(".wall-figure-overdue")!.classList.toggle("is-none", figures.overdue === 0);
}

/** The five that came last: topic, ward, age and state; no words of anybody. */
export function drawLatest(spots: readonly Spot[], names: WallNames, area: (spot: Spot) => string, now: number): void {
  const list = document.querySelector<HTMLElement>("[data-latest]")!;
  const latest = [...spots].sort((a, b) => b.received - a.received || b.id - a.id).slice(0, LATEST);
  list.replaceChildren(
    ...latest.map((spot) =>
      element(
        "li",
        {},
        element("span", { class: `mark mark-${spot.group}`, "aria-hidden": "true" }),
        element(
          "span",
          { class: "latest-what" },
          element("b", { text: spot.category === null ? say("topic.none") : (names.categories[spot.category] ?? spot.category) }),
          element("span", { text: area(spot) || say("place.none") }),
        ),
        element(
          "span",
          { class: "latest-when tabular" },
          element("b", { text: age(spot.received, now) }),
          element("span", {
            class: spot.due !== null && spot.due < now ? "overdue" : "",
            text: spot.due !== null && spot.due < now ? left(spot.due, now) : base(`state.${spot.state}`),
          }),
        ),
      ),
    ),
  );
  document.querySelector<HTMLElement>("[data-latest-empty]")!.hidden = latest.length > 0;
}

/** Agencies with most overdue first, as many as can be read from six metres. */
export function drawAgencies(names: WallNames): void {
  document.querySelector("[data-days]")!.textContent = say("days", { n: names.on_time_days });
  const rows = names.on_time.slice(0, AGENCIES).map((row) => {
    const share = row.done ? Math.round((100 * row.in_time) / row.done) : null;
    return element(
      "tr",
      {},
      element("th", { scope: "row", text: names.agencies[String(row.id)] ?? `#${row.id}` }),
      element("td", { class: "number", text: row.open.toLocaleString(locale) }),
      element("td", { class: `number${row.overdue ? " overdue" : ""}`, text: row.overdue.toLocaleString(locale) }),
      element("td", { class: "number", text: share === null ? "–" : say("percent", { n: share }) }),
    );
  });
  const body = document.querySelector<HTMLElement>("[data-agencies]")!;
  body.replaceChildren(...(rows.length ? rows : [element("tr", {}, element("td", { colspan: 4, class: "muted", text: say("no-agencies") }))]));
}
