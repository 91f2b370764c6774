/** The wall: looked at from six metres, never touched; it survives cuts, restarts and sleeping, and says how old it is. */
import "./base";
import "../styles/wall.css";
import { type Borders, borders } from "./borders";
import { Store } from "./live/store";
import { Stream } from "./live/stream";
import { getJson, pageData } from "./page";
import { clock, clockSeconds, span } from "./time";
import { drawAgencies, drawFigures, drawLatest, type Figures, type Times, type WallNames } from "./wall/figures";
import { pictureOf } from "./wall/picture";
import { keptScene, type Scene, sceneAt } from "./wall/scenes";
import { drawAgenciesLarge, drawChannels, drawEmergencies, drawLaunch, drawToday } from "./wall/stage";
import { type Spot, spotOf, type WallBody } from "./wall/spots";
import { locale } from "./words";
import { say as base } from "./words/base";
import { say } from "./words/wall";

interface WallSettings {
  /** Goes into the stream's address: as whom it asks. */
  stream: string;
  /** By a link, which can be revoked; else for somebody signed in. */
  linked: boolean;
  names: string;
  now: WallNames;
}

/** Names and on-time shares change slowly; milliseconds. */
const NAMES_EVERY = 60_000;
const DRAW_AT_MOST = 500;
/** How long the page rests after a drawing, in times of what it took: 50,000 open incidents on a slow computer. */
const REST = 3;

const NONE: Times = { count: 0, median_s: null, p90_s: null };
const wall = pageData<WallSettings>("wall-settings", {
  stream: "wall=own",
  linked: false,
  names: "/wall/names.json",
  now: { set: "", categories: {}, agencies: {}, on_time: [], on_time_days: 30, scenes: [], exercise: "", sources: [], times: { answered: 0, at_once: 0, first_answer: NONE, acceptance: NONE, handling: NONE } },
});
const one = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;

let names = wall.now;
let figuresAt: number | null = null;
let figures: Figures | null = null;
let areas: Borders | null = null;
let areaNames = new Map<string, string>();
let map: import("./wall/map").WallMap | null = null;

const store = new Store();
const stream = new Stream({ store, query: wall.stream });

// Complaints and exercises never come to a wall.
const spots = (): Spot[] => store.all<WallBody>("incident").map((row) => spotOf(row.body));

const areaOf = (spot: Spot): string => areaNames.get(`${spot.set}/${spot.ward || spot.district}`) ?? "";
const topicOf = (spot: Spot): string => (spot.category === null ? "" : (names.categories[spot.category] ?? ""));

let drawing: ReturnType<typeof setTimeout> | undefined;
let took = 0;

function drawSoon(): void {
  drawing ??= setTimeout(() => {
    drawing = undefined;
    const began = performance.now();
    draw();
    took = performance.now() - began;
  }, Math.max(DRAW_AT_MOST, REST * took));
}

function draw(): void {
  if (store.position === null) return;
  const now = Date.now();
  const all = spots();
  drawLatest(all, names, areaOf, now);
  drawEmergencies(all, topicOf, areaOf, now);
  map?.show(all, topicOf, now);
}

/** What changes once a minute: names, on-time shares, answer times, channels, the banner of an exercise. */
function drawNames(): void {
  drawAgencies(names);
  drawAgenciesLarge(names);
  drawChannels(names, Date.now());
  drawToday(figures, names);
  const banner = one("[data-exercise]");
  banner.hidden = names.exercise === "";
  one("[data-exercise-name]").textContent = names.exercise;
  document.body.classList.toggle("has-exercise", names.exercise !== "");
}

/** The scene of this second, or the one this screen keeps to. A scene without anything to tell is left out. */
function showScene(now: number): void {
  const isEmpty = (scene: Scene): boolean =>
    (scene.kind === "emergencies" && !store.all<WallBody>("incident").some((row) => row.body.group === 2)) || (scene.kind === "agencies" && names.on_time.length === 0);
  const scene = keptScene(names.scenes, location.search) ?? sceneAt(names.scenes, now, isEmpty);
  if (scene.kind === "launch") drawLaunch(scene.title, scene.subtitle);
  if (document.body.dataset.scene === scene.kind) return;
  document.body.dataset.scene = scene.kind;
  // What lies behind is no part of the page for those who listen to it.
  for (const part of document.querySelectorAll<HTMLElement>("[data-stage]")) part.inert = part.dataset.stage !== scene.kind;
}

/** Clock, date, and how old the picture is: old figures are never drawn like fresh ones. */
function tick(): void {
  const now = Date.now();
  one("[data-clock]").textContent = clockSeconds(now);
  const { status } = stream;
  const { live, since, stale, at, fresh, cutAge } = pictureOf(status, figuresAt, now);
  const sign = one("#connection");
  sign.dataset.state = live ? "live" : "stale";
  sign.textContent = live ? say("live.on") : since === null ? base("live.connecting") : say("live.off", { age: span(now - since) });
  document.body.classList.toggle("is-stale", stale);
  one("[data-age-of-data]").textContent =
    at === null ? "" : fresh ? say("age.fresh", { time: clock(at) }) : say("age.stale", { time: clock(at), age: span(now - at) });
  const cut = one("[data-cut]");
  cut.hidden = cutAge === null;
  if (cutAge !== null) one("[data-cut-age]").textContent = span(cutAge);
  showScene(now);
  const trouble = one("[data-trouble]");
  const revoked = status.phase === "stopped" && wall.linked;
  trouble.hidden = !revoked && trouble.dataset.kind !== "map";
  if (revoked) trouble.textContent = say("revoked");
}

const dateFormat = new Intl.DateTimeFormat(locale, {
  weekday: "long",
  day: "2-digit",
  month: "2-digit",
  year: "numeric",
  timeZone: "Asia/Ho_Chi_Minh",
});

function tickSlowly(): void {
  one("[data-date]").textContent = dateFormat.format(Date.now());
  drawChannels(names, Date.now());
  draw();
}

async function loadNames(): Promise<void> {
  try {
    const next = await getJson<WallNames>(wall.names);
    // Another area set is in force (the first of July): other borders, other names.
    const otherSet = next.set !== names.set;
    names = next;
    drawNames();
    if (otherSet) location.reload();
  } catch {
    // The connection's own sign says that the line is gone.
  }
}

async function loadMap(): Promise<void> {
  try {
    areas = await borders();
    areaNames = new Map([...areas.wards, ...areas.districts].map((area) => [`${names.set}/${area.properties.code}`, area.properties.name]));
    one("[data-approximate]").hidden = !areas.approximate;
    one("[data-credit]").textContent = areas.attribution;
    const { WallMap } = await import("./wall/map");
    map = await WallMap.make(one("#map"), areas);
    one("[data-trouble]").dataset.kind = "";
    draw();
  } catch (problem) {
    console.error(problem);
    const trouble = one("[data-trouble]");
    trouble.dataset.kind = "map";
    trouble.textContent = say("trouble");
    // A screen that was switched on before the server: the next try draws it.
    setTimeout(() => void loadMap(), NAMES_EVERY / 2);
  }
}

store.subscribe(drawSoon);
stream.on("figures", (message) => {
  figuresAt = Date.now();
  figures = message.body as Figures;
  drawFigures(figures);
  drawToday(figures, names);
});
stream.watch(() => {
  tick();
  drawSoon();
});
drawNames();
tick();
tickSlowly();
stream.start();
void loadMap();
setInterval(tick, 1_000);
setInterval(tickSlowly, 10_000);
setInterval(() => void loadNames(), NAMES_EVERY);
