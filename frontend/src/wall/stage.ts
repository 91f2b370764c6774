/** The scenes beside the map: today's answer times, agencies, emergencies, channels, the title of a launch. Drawn anew only when something of it changed. */
import { element } from "../element";
import { age, left, span } from "../time";
import { locale } from "../words";
import { say as base } from "../words/base";
import { say } from "../words/wall";
import type { Figures, WallNames } from "./figures";
import type { Spot } from "./spots";

/** As many lines as can be read from six metres. */
const AGENCIES = 10;
const EMERGENCIES = 6;
const CHANNELS = 8;
const GROUPS = ["2", "3", "1", "0"] as const;

const one = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const number = (value: number): string => value.toLocaleString(locale);

/** A line with a bar: how much of the most. `mark` is the group's shape. */
function bar(label: string, value: number, most: number, mark = ""): HTMLElement {
  const full = element("span", { class: "stage-bar-full" });
  full.style.inlineSize = `${most ? (100 * value) / most : 0}%`;
  if (mark) full.style.background = `var(--group-${mark})`;
  return element(
    "li",
    {},
    ...(mark ? [element("span", { class: `mark${mark === "0" ? "" : ` mark-${mark}`}`, "aria-hidden": "true" })] : []),
    element("span", { class: "stage-label", text: label }),
    element("span", { class: "stage-bar", "aria-hidden": "true" }, full),
    element("b", { class: "tabular", text: number(value) }),
  );
}

/** What drawToday drew last: figures come every second, and seldom change. */
let todayShown = "";

/** The figures of today, large: by group, by channel, and how long answers took. */
export function drawToday(figures: Figures | null, names: WallNames): void {
  const { times } = names;
  const now = JSON.stringify([figures, times, names.sources.length]);
  if (now === todayShown) return;
  todayShown = now;
  const texts: Record<string, string> = {
    received: figures ? number(figures.received) : "–",
    "at-once": number(times.at_once),
    work: figures ? number(figures.open) : "–",
    overdue: figures ? number(figures.overdue) : "–",
  };
  for (const [name, text] of Object.entries(texts)) {
    const box = one(`[data-today=${name}]`);
    if (box.textContent !== text) box.textContent = text;
  }
  one("[data-today=overdue]").parentElement!.classList.toggle("is-none", !figures?.overdue);
  const groups = figures?.by_group ?? {};
  const most = Math.max(1, ...Object.values(groups));
  one("[data-groups]").replaceChildren(
    // Before the first figures nothing is known: no zeros.
    ...(figures ? GROUPS.filter((group) => group !== "0" || groups[group]) : []).map((group) => bar(say(`group.${group}`), groups[group] ?? 0, most, group)),
  );
  const channels = Object.entries(figures?.by_source ?? {}).sort((a, b) => b[1] - a[1]).slice(0, 5);
  const busiest = Math.max(1, ...channels.map(([, count]) => count));
  const called = new Map(names.sources.map((source) => [source.source, source.name]));
  one("[data-channels]").replaceChildren(...channels.map(([source, count]) => bar(called.get(source) ?? source, count, busiest)));
  one("[data-times]").replaceChildren(
    ...(["first_answer", "acceptance", "handling"] as const).map((name) => {
      const { median_s: median, p90_s: p90, count } = times[name];
      return element(
        "tr",
        {},
        element("th", { scope: "row", text: say(`times.${name}`) }),
        element("td", { class: "number", text: median === null ? "–" : span(median * 1000) }),
        element("td", { class: "number", text: p90 === null ? "–" : span(p90 * 1000) }),
        element("td", { class: "number muted", text: number(count) }),
      );
    }),
  );
}

/** Agencies with most overdue first. */
export function drawAgenciesLarge(names: WallNames): void {
  const rows = names.on_time.slice(0, AGENCIES).map((row) => {
    const share = row.done ? Math.round((100 * row.in_time) / row.done) : null;
    const full = element("span", { class: "stage-bar-full" });
    full.style.inlineSize = `${share ?? 0}%`;
    return element(
      "tr",
      {},
      element("th", { scope: "row", text: names.agencies[String(row.id)] ?? `#${row.id}` }),
      element("td", { class: "number", text: number(row.open) }),
      element("td", { class: `number${row.overdue ? " overdue" : ""}`, text: number(row.overdue) }),
      element("td", { class: "stage-share" }, element("span", { class: "stage-bar", "aria-hidden": "true" }, full), element("b", { class: "tabular", text: share === null ? "–" : say("percent", { n: share }) })),
    );
  });
  one("[data-agencies-large]").replaceChildren(
    ...(rows.length ? rows : [element("tr", {}, element("td", { colspan: 4, class: "muted", text: say("no-agencies") }))]),
  );
  one("[data-days-large]").textContent = say("days", { n: names.on_time_days });
}

/** What is open of group 2, the longest waiting first; what it is and the ward, nobody's words. */
export function drawEmergencies(spots: readonly Spot[], topic: (spot: Spot) => string, area: (spot: Spot) => string, now: number): void {
  const open = spots.filter((spot) => spot.group === 2).sort((a, b) => a.received - b.received || a.id - b.id);
  one("[data-emergencies-count]").textContent = number(open.length);
  one("[data-emergencies-empty]").hidden = open.length > 0;
  one("[data-emergencies]").replaceChildren(
    ...open.slice(0, EMERGENCIES).map((spot) =>
      element(
        "li",
        {},
        element("span", { class: "mark mark-2", "aria-hidden": "true" }),
        element("span", { class: "stage-what" }, element("b", { text: topic(spot) || say("topic.none") }), element("span", { text: area(spot) || say("place.none") })),
        element(
          "span",
          { class: "stage-when" },
          element("b", { class: "tabular", text: age(spot.received, now) }),
          element("span", {
            class: spot.due !== null && spot.due < now ? "overdue" : "",
            text: spot.due !== null && spot.due < now ? left(spot.due, now) : base(`state.${spot.state}`),
          }),
        ),
      ),
    ),
    ...(open.length > EMERGENCIES ? [element("li", { class: "stage-more", text: say("emergencies.more", { n: number(open.length - EMERGENCIES) }) })] : []),
  );
}

/** Each channel with the age of its last report: one that has been silent for long is seen from afar. */
export function drawChannels(names: WallNames, now: number): void {
  const rows = [...names.sources].sort((a, b) => (b.last ?? "").localeCompare(a.last ?? "") || a.name.localeCompare(b.name, "vi"));
  one("[data-sources]").replaceChildren(
    ...rows.slice(0, CHANNELS).map((row) =>
      element(
        "tr",
        { class: row.last === null ? "is-silent" : "" },
        element("th", { scope: "row", text: row.name }),
        element("td", { class: "number", text: row.last === null ? say("channel.silent") : age(Date.parse(row.last), now) }),
        element("td", { class: "number", text: number(row.today) }),
      ),
    ),
  );
}

/** The title over the whole screen. */
export function drawLaunch(title: string, subtitle: string): void {
  one("[data-launch-title]").textContent = title;
  one("[data-launch-subtitle]").textContent = subtitle;
}
