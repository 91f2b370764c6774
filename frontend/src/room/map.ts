/** What the room asks of a map, whichever library draws it. */
import type { FeatureCollection, MultiPolygon, Polygon } from "geojson";
import type { Basemap } from "../page";
import type { Incident } from "./incident";
import type { PastShown, WardFigure, WardFigures } from "./past";
import type { UnitsOnMap } from "./units";
import type { WarningsOnMap } from "./warnings";

export interface Spot {
  lat: number;
  lon: number;
}

export interface Pin {
  at(): Spot;
  set(spot: Spot, radius: number | null): void;
  remove(): void;
}

export interface AreaProperties {
  code: string;
  name: string;
  level: string;
  /** A point inside, for the name: longitude, latitude. */
  at: [number, number];
}

export type Areas = FeatureCollection<Polygon | MultiPolygon, AreaProperties>;

export interface MapActions {
  open(id: number): void;
  light(id: number | null): void;
  /** Somebody clicked on no incident. */
  ground(): void;
}

export type LayerName = "borders" | "names" | "streets";

export interface RoomMap {
  /** The filtered set; `fresh` are ids that came in since the last time: the map shows where. `now` decides what
   * is overdue. */
  show(incidents: Incident[], fresh: number[], now?: number): void;
  areas(areas: Areas): void;
  light(incident: Incident | null): void;
  select(incident: Incident | null): void;
  /** Brings a point into the part of the map no panel covers, and only when it is outside it. */
  reveal(spot: Spot): void;
  fit(): void;
  /** Pixels of the map that panels cover. */
  covered(left: number, right: number): void;
  /** Puts a pin that can be dragged, or moved by a click on the map. */
  pin(spot: Spot | null, moved: (spot: Spot) => void): Pin;
  layer(name: LayerName, shown: boolean): void;
  /** Measures by clicks and tells in words; null ends it. */
  measure(told: ((text: string) => void) | null): void;
  /** Takes the last point of what is measured back; false when there is none. */
  measureBack(): boolean;
  /** A picture of the middle of the map at a scale, as large as the printed sheet. */
  picture(scale: number): Promise<Blob>;
  /** What came in during a period, under what is live; null: nothing of it. */
  past(shown: PastShown | null): void;
  /** Wards coloured by a figure; answers the steps for the legend. */
  wards(values: WardFigures | null, figure: WardFigure): { end: number; colour: string }[];
  /** Units where they are, which way they look and whether that is old; lines to where they go; rings of emergencies. */
  units(shown: UnitsOnMap): void;
  /** Areas of warnings: hatched, below everything that has a place. */
  warnings(shown: WarningsOnMap): void;
}

export interface MapSettings {
  /** The map writes on it where it looks (data-view: longitude, latitude, zoom) and how many points it has (data-points). */
  box: HTMLElement;
  basemap: Basemap | null;
  bounds: [west: number, south: number, east: number, north: number];
  actions: MapActions;
  /** What a list says of an incident, for clusters of things in the same place. */
  line(id: number): { text: string; group: number } | null;
}

export function hasWebGl(): boolean {
  try {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl2"));
  } catch {
    return false;
  }
}

export async function makeMap(settings: MapSettings): Promise<RoomMap> {
  if (hasWebGl()) {
    const { GlMap } = await import("./map-gl");
    return GlMap.make(settings);
  }
  const { FlatMap } = await import("./map-flat");
  return new FlatMap(settings);
}

/** A circle of `metres` around a spot as a ring of 48 points. */
export function circle(spot: Spot, metres: number): [number, number][] {
  const ring: [number, number][] = [];
  const dLat = metres / 111_320;
  const dLon = dLat / Math.cos((spot.lat * Math.PI) / 180);
  for (let step = 0; step <= 48; step += 1) {
    const angle = (step / 48) * 2 * Math.PI;
    ring.push([spot.lon + dLon * Math.cos(angle), spot.lat + dLat * Math.sin(angle)]);
  }
  return ring;
}

/** The middle of the largest part of an area, for its name. */
export function middle(geometry: Polygon | MultiPolygon): [number, number] {
  const rings = geometry.type === "Polygon" ? [geometry.coordinates[0] ?? []] : geometry.coordinates.map((part) => part[0] ?? []);
  let best: [number, number] = [0, 0];
  let largest = -1;
  for (const ring of rings) {
    let area = 0;
    let x = 0;
    let y = 0;
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [ax = 0, ay = 0] = ring[i]!;
      const [bx = 0, by = 0] = ring[i + 1]!;
      const cross = ax * by - bx * ay;
      area += cross;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    }
    if (Math.abs(area) > largest && area !== 0) {
      largest = Math.abs(area);
      best = [x / (3 * area), y / (3 * area)];
    }
  }
  return best;
}
