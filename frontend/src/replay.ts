/** A day again: a slider over the day, a speed, a map and figures; all of them from one fold of the same rows. */
import "./staff";
import "../styles/replay.css";
import { element } from "./element";
import { getJson, pageData, settings as page } from "./page";
import { fold, type Row } from "./replay/fold";
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
const slider = byId<HTMLInputElement>("replay-at");
const play = byId<HTMLButtonElement>("replay-play");
const speed = byId<HTMLSelectElement>("replay-speed");
const note = byId("replay-state");
const LATEST = 8;
const MINUTE = 60;

let day: Day | null = null;
let map: RoomMap | null = null;
/** Minutes since the day began; between two steps of the slider while it plays. */
let minute = 0;
let playing = false;
let before = 0;

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

function draw(spoken = false): void {
  if (!day) return;
  const at = day.start + Math.floor(minute * MINUTE);
  const picture = fold(day.rows, day.start, at);
  const clock = clockOf(at);
  byId("replay-clock").textContent = clock;
  for (const name of ["received", "open", "overdue", "closed"] as const) {
    document.querySelector(`[data-figure=${name}]`)!.textContent = picture[name].toLocaleString(locale);
  }
  for (const box of document.querySelectorAll<HTMLElement>(".replay-groups [data-group]")) {
    box.textContent = (picture.by_group[box.dataset.group ?? ""] ?? 0).toLocaleString(locale);
  }
  slider.setAttribute("aria-valuetext", say("spoken", { time: clock, ...figuresOf(picture) }));
  map?.show(Object.values(picture.board).map(bodyOf), [], at * 1000);
  drawLatest(at);
  if (spoken) note.textContent = "";
  document.body.dataset.at = String(at);
}

const figuresOf = ({ received, open, overdue, closed }: ReturnType<typeof fold>): Record<string, number> => ({ received, open, overdue, closed });

/** What happened last before a moment of the day. */
function drawLatest(at: number): void {
  const rows = day!.rows;
  let end = 0;
  // The rows lie in the order of their times.
  for (let low = 0, high = rows.length; low < high; end = low) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.at <= at) low = middle + 1;
    else high = middle;
    end = low;
  }
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

/** How much happened in each of 96 parts of what the slider covers, above it. */
function drawCourse(): void {
  if (!day) return;
  const canvas = byId<HTMLCanvasElement>("replay-course");
  const ratio = devicePixelRatio;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const quarters = new Array<number>(96).fill(0);
  const whole = Math.max(1, Number(slider.max) * MINUTE);
  for (const row of day.rows) {
    const place = Math.floor(((row.at - day.start) / whole) * 96);
    if (place >= 0 && place < 96) quarters[place]! += 1;
  }
  const most = Math.max(1, ...quarters);
  const context = canvas.getContext("2d")!;
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent");
  context.globalAlpha = 0.4;
  const width = canvas.width / 96;
  quarters.forEach((count, place) => {
    const height = (count / most) * canvas.height;
    context.fillRect(place * width, canvas.height - height, Math.max(1, width - ratio), height);
  });
}

function setPlaying(next: boolean): void {
  playing = next && day !== null;
  play.setAttribute("aria-pressed", String(playing));
  play.firstChild!.textContent = `${say(playing ? "pause" : "play")} `;
  if (!playing) return;
  if (minute >= Number(slider.max)) minute = 0;
  before = performance.now();
  requestAnimationFrame(step);
}

function step(now: number): void {
  if (!playing) return;
  minute = Math.min(Number(slider.max), minute + ((now - before) / 1000) * Number(speed.value));
  before = now;
  slider.value = String(Math.floor(minute));
  draw();
  if (minute >= Number(slider.max)) setPlaying(false);
  else requestAnimationFrame(step);
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
  slider.max = String(Math.max(0, Math.floor((last - day.start) / MINUTE)));
  slider.disabled = play.disabled = false;
  note.textContent = day.rows.length ? "" : say("empty");
  minute = 0;
  slider.value = "0";
  drawCourse();
  draw();
  document.body.dataset.ready = "true";
}

play.addEventListener("click", () => setPlaying(!playing));
slider.addEventListener("input", () => {
  minute = Number(slider.value);
  draw(true);
});
document.addEventListener("keydown", (event) => {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (event.key !== " " || event.isComposing || target?.closest("button, select, input:not([type=range]), a, summary")) return;
  event.preventDefault();
  setPlaying(!playing);
});
addEventListener("resize", drawCourse);
document.addEventListener("themechange", drawCourse);

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
