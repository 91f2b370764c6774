/** The borders that the map shows, and in which ward a point lies on them. */
import type { Feature, FeatureCollection, MultiPolygon, Polygon, Position } from "geojson";
import { getJson } from "./page";

export interface AreaProperties {
  code: string;
  name: string;
  kind: string;
  level: "ward" | "district";
}

export type Area = Feature<Polygon | MultiPolygon, AreaProperties>;

/** A file of borders. A map that draws it names its `attribution`; "" or missing: nothing to name. */
export type AreaFile = FeatureCollection<Polygon | MultiPolygon, AreaProperties> & { attribution?: string };

export interface Borders {
  wards: Area[];
  districts: Area[];
  /** Starter cells, not surveyed borders: said on every map. */
  approximate: boolean;
  /** Whose borders they are; "" when nobody has to be named. */
  attribution: string;
}

interface Current {
  url: string;
  approximate: boolean;
  /** Whose data the maps show, each as its source asks to be named. */
  credits: string[];
}

let asked: Promise<Current> | undefined;

/** What is in force today; asked once a page. */
function current(): Promise<Current> {
  asked ??= getJson<Current>("/geo/areas/current.json").catch((problem: unknown) => {
    asked = undefined;
    throw problem;
  });
  return asked;
}

/** Whose data the maps show; empty when the server cannot say. */
export const credits = async (): Promise<string[]> => (await current().catch(() => null))?.credits ?? [];

let loaded: Promise<Borders> | undefined;

/** The areas in force today; asked once a page. Raises when the server has none. */
export function borders(): Promise<Borders> {
  loaded ??= (async () => {
    const { url, approximate } = await current();
    const areas = await getJson<AreaFile>(url);
    return {
      wards: areas.features.filter((area) => area.properties.level === "ward"),
      districts: areas.features.filter((area) => area.properties.level === "district"),
      approximate,
      attribution: areas.attribution ?? "",
    };
  })().catch((problem: unknown) => {
    loaded = undefined;
    throw problem;
  });
  return loaded;
}

function inRing(ring: Position[], lon: number, lat: number): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [x1, y1] = ring[i] as [number, number];
    const [x2, y2] = ring[j] as [number, number];
    if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

const polygonsOf = (area: Area): Position[][][] =>
  area.geometry.type === "Polygon" ? [area.geometry.coordinates] : area.geometry.coordinates;

/** The area that holds a point (degrees, WGS 84). Holes count: even-odd over all rings. */
export function areaAt(areas: readonly Area[], lon: number, lat: number): Area | undefined {
  return areas.find((area) =>
    polygonsOf(area).some((rings) => rings.reduce((inside, ring) => inside !== inRing(ring, lon, lat), false)),
  );
}

export type Box = [west: number, south: number, east: number, north: number];

/** The box around areas, in degrees. */
export function boxOf(areas: readonly Area[]): Box {
  const box: Box = [180, 90, -180, -90];
  for (const area of areas) {
    for (const ring of polygonsOf(area)) {
      for (const [x, y] of ring[0] as [number, number][]) {
        box[0] = Math.min(box[0], x);
        box[1] = Math.min(box[1], y);
        box[2] = Math.max(box[2], x);
        box[3] = Math.max(box[3], y);
      }
    }
  }
  return box;
}

/** The outer rings, for who draws them itself. */
export const outlines = (area: Area): Position[][] => polygonsOf(area).map((rings) => rings[0] ?? []);
