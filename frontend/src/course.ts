/** One incident again: a slider over its time, a speed, its map with where its units were, and its log as far as then. */
import "./staff";
import "../styles/replay.css";
import type { Feature, LineString, Point } from "geojson";
import { element } from "./element";
import { getJson, pageData, settings as page } from "./page";
import { before, seenAt, type Track } from "./replay/course";
import { Player } from "./replay/player";
import type { Incident } from "./room/incident";
import { type Areas, makeMap, type RoomMap } from "./room/map";
import { iconOfUnit, type UnitsOnMap } from "./room/units";
import { age, clockSeconds } from "./time";
import { say } from "./words/replay";

interface Line {
  at: number;
  what: string;
  words: string;
  who: string;
}

const settings = pageData("course-settings", {
  map: { areas: "", approximate: true, bounds: [106.33, 10.85, 106.97, 11.52] as [number, number, number, number], set: "" },
  code: "",
  replay: { start: 0, end: 1, lon: null as number | null, lat: null as number | null, radius_m: null as number | null, tracks: [] as Track[], log: [] as Line[] },
});
const { replay } = settings;
const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
/** A step of the slider is a second since it was received. */
const player = new Player(() => draw());
const log = byId("course-log");
const units = document.getElementById("course-units");
/** A place that is older than this is drawn as old; seconds. */
const STALE = 120;

let map: RoomMap | null = null;
let written = -1;

/** The incident as the map draws it. */
const incident: Incident = {
  id: 1, code: settings.code, version: 1, exercise: 0, state: "in_progress", group: 2, category: null, priority: 1, lat: replay.lat, lon: replay.lon,
  radius_m: replay.radius_m, approximate: false, area: null, summary: settings.code, source: "", received_at: new Date(replay.start * 1000).toISOString(),
  due_at: null, needs: [], waiting_since: null, assignments: [], reports: 1, photos: 0, emergency: null,
};

function onMap(at: number): UnitsOnMap {
  const shown: UnitsOnMap["units"]["features"] = [];
  const ways: Feature<Point | LineString>[] = [];
  for (const { track, place, way } of seenAt(replay.tracks, at)) {
    if (!place) continue;
    const coordinates = [place[1], place[2]];
    const stale = at - place[0] > STALE;
    const label = stale ? `${track.unit} · ${age(place[0] * 1000, at * 1000)}` : track.unit;
    shown.push({ type: "Feature", geometry: { type: "Point", coordinates }, properties: { icon: iconOfUnit({ kind: track.kind, status: "on_sortie" }), label, stale } });
    if (way.length > 1) ways.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: way.map(([, lon, lat]) => [lon, lat]) } });
  }
  if (replay.lon !== null && replay.lat !== null) ways.push({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [replay.lon, replay.lat] } });
  return { units: { type: "FeatureCollection", features: shown }, ways: { type: "FeatureCollection", features: ways } };
}

function draw(): void {
  const at = replay.start + player.at;
  const clock = clockSeconds(at * 1000);
  byId("replay-clock").textContent = clock;
  const count = before(replay.log, at, (one) => one.at);
  const out = seenAt(replay.tracks, at);
  player.spoken(say("course.spoken", { time: clock, n: count, units: out.length }));
  map?.units(onMap(at));
  units?.replaceChildren(
    ...out.map(({ track, place }) =>
      element("li", {}, element("b", { text: track.unit }), ` ${track.service} `, element("span", { class: "muted", text: place ? age(place[0] * 1000, at * 1000) : say("course.no-place") })),
    ),
  );
  if (count !== written) {
    written = count;
    log.replaceChildren(
      ...replay.log.slice(0, count).reverse().map((one) =>
        element(
          "li",
          {},
          element("time", { class: "tabular muted", text: clockSeconds(one.at * 1000) }),
          element("span", {}, one.what, one.words ? `: “${one.words}”` : "", " ", element("span", { class: "inferred", text: one.who })),
        ),
      ),
    );
  }
  document.body.dataset.at = String(Math.round(at));
}

/** What the map shows first: the place, as vague as it is known, with every track. Degrees of metres, near enough here. */
function bounds(): [number, number, number, number] {
  const spots = replay.tracks.flatMap((track) => track.points.map(([, lon, lat]) => [lon, lat] as const));
  const reach = Math.max(0.004, (replay.radius_m ?? 0) / 110_000);
  if (replay.lon !== null && replay.lat !== null) spots.push([replay.lon - reach, replay.lat - reach], [replay.lon + reach, replay.lat + reach]);
  if (!spots.length) return settings.map.bounds;
  const lons = spots.map(([lon]) => lon).sort((a, b) => a - b);
  const lats = spots.map(([, lat]) => lat).sort((a, b) => a - b);
  return [lons[0]!, lats[0]!, lons[lons.length - 1]!, lats[lats.length - 1]!];
}

async function start(): Promise<void> {
  player.load(Math.max(1, Math.ceil(replay.end - replay.start)), replay.log.map((one) => Math.max(0, one.at - replay.start)));
  byId("approximate").hidden = !settings.map.approximate;
  map = await makeMap({
    box: byId("map"),
    basemap: page.basemap,
    bounds: bounds(),
    actions: { open: () => undefined, light: () => undefined, ground: () => undefined },
    line: () => null,
  });
  map.show([incident], []);
  draw();
  document.body.dataset.ready = "true";
  if (settings.map.areas) map.areas(await getJson<Areas>(settings.map.areas));
}

void start();
