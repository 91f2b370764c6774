/**
 * The page of `python -m tests.bench map`: the same points on the room's map, on MapLibre with setData, and on plain Leaflet;
 * how long from a change until it is drawn, how long a frame takes while the map moves, and how long a tenth of a second of a
 * busy day takes: one change, and 200 of 2,000 units elsewhere. All points lie in view.
 */
import "../styles/tokens.css";
import "leaflet/dist/leaflet.css";
import type { FeatureCollection } from "geojson";
import L from "leaflet";
import { GeoJSONSource, Map as LibreMap } from "maplibre-gl";
import { ICONS, iconImage, iconOf } from "../src/room/icons";
import type { Incident } from "../src/room/incident";
import { GlMap } from "../src/room/map-gl";
import { drawUnit, type UnitsOnMap } from "../src/room/units";

type Kind = "ours" | "setData" | "leaflet";

/** Milliseconds of processor time the whole browser has used; from outside. */
const used = (): Promise<number> => (window as unknown as { used(): Promise<number> }).used();

interface Measured {
  /** Milliseconds: each change until it is drawn, each frame while the map moves, each change with units that moved. */
  updates: number[];
  frames: number[];
  busy: number[];
  /** Milliseconds of processor time, mean of a change, and of a change with units that moved. */
  work: number[];
  busy_work: number[];
}

interface Subject {
  change(incidents: Incident[], changed: Incident): Promise<void>;
  /** Where the units are now; `moved` are the places in the list of those that moved. Drawn with the next change. */
  units(units: Place[], moved: number[]): void;
  /** How many pixels are drawn; Leaflet's are the page's. */
  sharpness?(ratio: number): void;
  /** Moves the map to the n-th of its places and waits until that is drawn. */
  move(step: number): Promise<void>;
}

type Place = [lon: number, lat: number];

const MIDDLE: [number, number] = [106.66, 10.98];
const ZOOM = 13.6;
const SPREAD = { lon: 0.066, lat: 0.036 };
const UPDATES = 15;
const FRAMES = 20;
const TICKS = 15;
const UNITS = 2_000;
/** A position of each every second, told every tenth of a second. */
const MOVED = 200;
const UNIT = "unit-dot-available";
const box = document.getElementById("map")!;

let seed = 1022;
const chance = (): number => {
  seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
  return seed / 0x7fffffff;
};

function incident(id: number): Incident {
  return {
    id, code: `1022-${id}`, version: 1, exercise: 0, state: "received", group: ([1, 2, 3] as const)[id % 3]!, category: null, priority: 3,
    lon: MIDDLE[0] + (chance() - 0.5) * SPREAD.lon, lat: MIDDLE[1] + (chance() - 0.5) * SPREAD.lat, radius_m: 10, approximate: false,
    area: null, summary: "", source: "phone", received_at: "2026-11-26T00:00:00Z", due_at: null, needs: [], waiting_since: null,
    assignments: [], reports: 1, photos: 0, emergency: null,
  };
}

const unitsAt = (places: Place[]): UnitsOnMap["units"] => ({
  type: "FeatureCollection",
  features: places.map((coordinates, at) => ({ type: "Feature", geometry: { type: "Point", coordinates }, properties: { icon: UNIT, label: `115-${at}`, stale: false, heading: 90 } })),
});

/** Waits until the graphics card, here a program, has really drawn. */
function drawn(canvas: HTMLCanvasElement): void {
  const gl = canvas.getContext("webgl2");
  if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  else canvas.getContext("2d")?.getImageData(0, 0, 1, 1);
}

/** `asks`: for a frame that nothing else asks for. */
function rendered(map: LibreMap, sources: string[], asks = true): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!sources.every((name) => map.getSource(name)!.loaded()) || !map.areTilesLoaded()) return;
      map.off("render", look);
      drawn(map.getCanvas());
      resolve();
    };
    map.on("render", look);
    if (asks) map.triggerRepaint();
  });
}

const moved = (step: number): [number, number] => [MIDDLE[0] + 0.004 * Math.sin(step / 3), MIDDLE[1] + 0.003 * Math.cos(step / 3)];

async function frameOf(map: LibreMap, step: number): Promise<void> {
  const frame = new Promise((resolve) => map.once("render", resolve));
  map.jumpTo({ center: moved(step) });
  await frame;
  drawn(map.getCanvas());
}

async function ours(incidents: Incident[]): Promise<Subject> {
  const room = await GlMap.make({
    box, basemap: null, bounds: [106.6, 10.9, 106.7, 11.1],
    actions: { open: () => undefined, light: () => undefined, ground: () => undefined }, line: () => null,
  });
  const { map } = room as unknown as { map: LibreMap };
  map.jumpTo({ center: MIDDLE, zoom: ZOOM });
  room.show(incidents, []);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await rendered(map, ["clusters"]);
  return {
    change: async (all) => {
      room.show(all, []);
      await rendered(map, ["clusters", "unit-names"], false);
    },
    units: (units) => room.units({ units: unitsAt(units), ways: { type: "FeatureCollection", features: [] } }),
    move: (step) => frameOf(map, step),
    sharpness: (ratio) => map.setPixelRatio(ratio),
  };
}

async function setData(incidents: Incident[]): Promise<Subject> {
  const map = new LibreMap({ container: box, style: { version: 8, sources: {}, layers: [] }, center: MIDDLE, zoom: ZOOM, fadeDuration: 0, attributionControl: false });
  await new Promise((resolve) => map.once("load", resolve));
  for (const name of ICONS) map.addImage(name, iconImage(name, 2), { pixelRatio: 2 });
  const data = (all: Incident[]): FeatureCollection => ({
    type: "FeatureCollection",
    features: all.map((one) => ({ type: "Feature", geometry: { type: "Point", coordinates: [one.lon!, one.lat!] }, properties: { id: one.id, icon: iconOf(one, Date.now()) } })),
  });
  map.addSource("points", { type: "geojson", data: data(incidents) });
  map.addLayer({ id: "points", type: "symbol", source: "points", layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true } });
  const picture = drawUnit(UNIT, 2);
  map.addImage(UNIT, picture.getContext("2d")!.getImageData(0, 0, picture.width, picture.height), { pixelRatio: 2 });
  map.addSource("units", { type: "geojson", data: unitsAt([]) });
  map.addLayer({ id: "units", type: "symbol", source: "units", layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true } });
  await rendered(map, ["points"]);
  return {
    change: async (all) => {
      (map.getSource("points") as GeoJSONSource).setData(data(all));
      await rendered(map, ["points", "units"], false);
    },
    units: (units) => (map.getSource("units") as GeoJSONSource).setData(unitsAt(units)),
    move: (step) => frameOf(map, step),
    sharpness: (ratio) => map.setPixelRatio(ratio),
  };
}

async function leaflet(incidents: Incident[]): Promise<Subject> {
  // Leaflet counts zooms by tiles of 256 points.
  const map = L.map(box, { renderer: L.canvas(), zoomSnap: 0, zoomAnimation: false, fadeAnimation: false, attributionControl: false });
  map.setView([MIDDLE[1], MIDDLE[0]], ZOOM + 1, { animate: false });
  const colours = ["#2158c4", "#c3242b", "#0a7551"];
  const marks = new Map(incidents.map((one) => [one.id, L.circleMarker([one.lat!, one.lon!], { radius: 6, color: colours[one.group! - 1]! }).addTo(map)]));
  const next = async (): Promise<void> => {
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    drawn(box.querySelector("canvas")!);
  };
  const crews: L.CircleMarker[] = [];
  await next();
  return {
    units: (units, moved) => {
      if (!crews.length) crews.push(...units.map(([lon, lat]) => L.circleMarker([lat, lon], { radius: 6 }).addTo(map)));
      for (const at of moved) crews[at]!.setLatLng([units[at]![1], units[at]![0]]);
    },
    change: async (_all, changed) => {
      marks.get(changed.id)!.setStyle({ color: "#e8720c" }).setLatLng([changed.lat!, changed.lon!]);
      await next();
    },
    move: async (step) => {
      const [lon, lat] = moved(step);
      map.setView([lat, lon], ZOOM + 1, { animate: false });
      await next();
    },
  };
}

/** `sharpness`: pixels of the picture for one of the page; with few of them filling costs nearly nothing, as on a graphics card. */
async function measure(kind: Kind, count: number, sharpness = 1): Promise<Measured> {
  let all = Array.from({ length: count }, (_, id) => incident(id + 1));
  const subject = await { ours, setData, leaflet }[kind](all);
  subject.sharpness?.(sharpness);
  const updates: number[] = [];
  const change = async (n: number): Promise<void> => {
    const place = Math.floor(chance() * count);
    const changed: Incident = { ...all[place]!, version: n + 2, state: n % 2 ? "assigned" : "resolved" };
    all = all.with(place, changed);
    await subject.change(all, changed);
  };
  const timed = async (work: () => Promise<void>): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const share = async (times: number, work: () => Promise<void>): Promise<number[]> => {
    const before = await used();
    await work();
    return [((await used()) - before) / times];
  };
  const work = await share(UPDATES, async () => {
    for (let n = 0; n < UPDATES; n += 1) updates.push(await timed(() => change(n)));
  });
  const frames: number[] = [];
  for (let n = 0; n < FRAMES; n += 1) frames.push(await timed(() => subject.move(n)));
  const busy: number[] = [];
  const units = Array.from({ length: UNITS }, (): Place => [MIDDLE[0] + (chance() - 0.5) * SPREAD.lon, MIDDLE[1] + (chance() - 0.5) * SPREAD.lat]);
  subject.units(units, []);
  await change(UPDATES);
  const busy_work = await share(TICKS, async () => {
    for (let n = 1; n <= TICKS; n += 1) {
      const moved = Array.from({ length: MOVED }, (_, at) => (n * MOVED + at) % UNITS);
      for (const at of moved) units[at] = [units[at]![0] + 0.0002, units[at]![1]];
      busy.push(
        await timed(async () => {
          subject.units(units, moved);
          await change(UPDATES + n);
        }),
      );
    }
  });
  return { updates, frames, busy, work, busy_work };
}

(window as unknown as { measure: typeof measure }).measure = measure;
