/** A day again: a slider over the day, a speed, a map and figures; all of them from one fold of the same rows. */
import "./staff";
import "../styles/replay.css";
import { element } from "./element";
import { getJson, pageData, settings as page } from "./page";
import { before } from "./replay/course";
import { fold, type Row } from "./replay/fold";
import { Player } from "./replay/player";
import type { Incident, State } from "./room/incident";
import { type Areas, makeMap, type RoomMap } from "./room/map";
import { locale } from "./words";
import { say } from "./words/replay";

interface Day {
  day: string;
  start: number;
  end: number;
  rows: Row[];
}

const settings = pageData("replay-settings", {
  map: { areas: "", approximate: true, bounds: [106.33, 10.85, 106.97, 11.52] as [number, number, number, number], set: "" },
  categories: {} as Record<string, string>,
  today: "",
});
const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
/** A step of the slider is a minute since the day began. */
const player = new Player((byHand) => draw(byHand));
const note = byId("replay-state");
const LATEST = 8;
const MINUTE = 60;

let day: Day | null = null;
let map: RoomMap | null = null;

const clockOf = (seconds: number): string =>
  new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" }).format(seconds * 1000);

/** A row as the room's map draws incidents. One object a row, so that the map knows what stayed the same. */
const bodies = new WeakMap<Row, Incident>();
function bodyOf(row: Row): Incident {
  let body = bodies.get(row);
  if (!body) {
    body = {
      id: row.id, code: "", version: row.at, exercise: 0, state: row.state as State, group: (row.group || null) as Incident["group"],
      category: row.category || null, priority: 3, lat: row.lat, lon: row.lon, radius_m: null, approximate: false, area: null,
      summary: topicOf(row), source: "", received_at: new Date(row.received * 1000).toISOString(),
      due_at: row.due ? new Date(row.due * 1000).toISOString() : null, needs: [], waiting_since: null, assignments: [], reports: 1,
      photos: 0, emergency: null,
    };
    bodies.set(row, body);
  }
  return body;
}

const topicOf = (row: Row): string => settings.categories[row.category] ?? say("topic.none");

function draw(byHand = false): void {
  if (!day) return;
  const at = day.start + Math.floor(player.at * MINUTE);
  const picture = fold(day.rows, day.start, at);
  const clock = clockOf(at);
  byId("replay-clock").textContent = clock;
  for (const name of ["received", "open", "overdue", "closed"] as const) {
    document.querySelector(`[data-figure=${name}]`)!.textContent = picture[name].toLocaleString(locale);
  }
  for (const box of document.querySelectorAll<HTMLElement>(".replay-groups [data-group]")) {
    box.textContent = (picture.by_group[box.dataset.group ?? ""] ?? 0).toLocaleString(locale);
  }
  player.spoken(say("spoken", { time: clock, ...figuresOf(picture) }));
  map?.show(Object.values(picture.board).map(bodyOf), [], at * 1000);
  drawLatest(at);
  if (byHand) note.textContent = "";
  document.body.dataset.at = String(at);
}

const figuresOf = ({ received, open, overdue, closed }: ReturnType<typeof fold>): Record<string, number> => ({ received, open, overdue, closed });

/** What happened last before a moment of the day. */
function drawLatest(at: number): void {
  const rows = day!.rows;
  const end = before(rows, at, (row) => row.at);
  const last = rows.slice(Math.max(0, end - LATEST), end).filter((row) => row.at >= day!.start).reverse();
  byId("replay-latest").replaceChildren(
    ...last.map((row) =>
      element(
        "li",
        {},
        element("span", { class: "tabular muted", text: clockOf(row.at) }),
        element("span", { class: `mark${row.group ? ` mark-${row.group}` : ""}`, "aria-hidden": "true" }),
        element("span", { text: `${say(`step.${row.state as State}`)}: ${topicOf(row)}` }),
      ),
    ),
  );
}

async function load(which: string): Promise<void> {
  note.textContent = say("loading");
  try {
    day = await getJson<Day>(`/map/replay/day.json?day=${encodeURIComponent(which)}`);
  } catch {
    note.textContent = say("failed");
    return;
  }
  const last = Math.min(day.end, Math.floor(Date.now() / 1000));
  note.textContent = day.rows.length ? "" : say("empty");
  const { start, rows } = day;
  player.load(Math.max(0, Math.floor((last - start) / MINUTE)), rows.map((row) => (row.at - start) / MINUTE));
  document.body.dataset.ready = "true";
}

async function start(): Promise<void> {
  void load(byId<HTMLInputElement>("replay-day").value);
  byId("approximate").hidden = !settings.map.approximate;
  map = await makeMap({
    box: byId("map"),
    basemap: page.basemap,
    bounds: settings.map.bounds,
    actions: { open: () => undefined, light: () => undefined, ground: () => undefined },
    line: () => null,
  });
  if (settings.map.areas) map.areas(await getJson<Areas>(settings.map.areas));
  draw();
}

void start();
