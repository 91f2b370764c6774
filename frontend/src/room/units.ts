/** Units as screens know them: who they are (live stream, entity "unit") and where they are (positions beside the log). */
import type { Feature, FeatureCollection, LineString, Point } from "geojson";
import { getJson } from "../page";
import { age } from "../time";
import type { Incident } from "./incident";
import type { Live } from "./live";

export interface Unit {
  id: number;
  agency: number;
  team: number | null;
  call_sign: string;
  kind: string;
  capabilities: string[];
  status: "available" | "on_sortie" | "out_of_service";
  since: string;
  incident: number | null;
  /** When its crew has to report that it is well, and how many alarms there were since it last did. */
  check_in: { due_at: string; missed: number } | null;
  /** Its home. */
  lat: number | null;
  lon: number | null;
  exercise: number;
}

export interface Where {
  unit: number;
  /** Seconds since 1970: when the fix was made. */
  at: number;
  lat: number;
  lon: number;
  speed: number | null;
  heading: number | null;
  accuracy: number | null;
}

interface UnitProperties {
  icon: string;
  label: string;
  stale: boolean;
  heading?: number;
}

export interface UnitsOnMap {
  units: FeatureCollection<Point, UnitProperties>;
  ways: FeatureCollection<Point | LineString>;
}

/** A position older than this is drawn as old; seconds. */
const STALE = 120;

/** Each service has a shape of its own, so that no colour is needed to tell them: shield, flame's square, cross. */
const SHAPES: Record<string, string> = {
  patrol_car: "shield",
  patrol_bike: "shield",
  engine: "square",
  ladder: "square",
  rescue: "square",
  boat: "square",
  ambulance: "cross",
  intensive_care: "cross",
};
const STATES = ["available", "on_sortie", "out_of_service"] as const;
export const UNIT_IMAGES = ["unit-heading", ...["shield", "square", "cross", "dot"].flatMap((shape) => STATES.map((state) => `unit-${shape}-${state}`))];

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const iconOfUnit = (unit: Pick<Unit, "kind" | "status">): string => `unit-${SHAPES[unit.kind] ?? "dot"}-${unit.status}`;

/** The arrow of a heading: how wide and high it is, and how far ahead of its unit's middle; pixels of the page. */
export const ARROW = { size: 14, ahead: 14 };

/** The picture of a unit: its service's shape; filled while it is out, an outline while it is free, crossed out of service. */
export function drawUnit(name: string, scale: number): HTMLCanvasElement {
  const size = name === "unit-heading" ? ARROW.size : 22;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * scale;
  const pen = canvas.getContext("2d")!;
  pen.scale(scale, scale);
  if (name === "unit-heading") {
    pen.fillStyle = colour("--text");
    pen.beginPath();
    pen.moveTo(7, 3);
    pen.lineTo(12, 11);
    pen.lineTo(2, 11);
    pen.fill();
    return canvas;
  }
  const [, shape = "dot", state = "available"] = name.split("-");
  const ink = state === "on_sortie" ? colour("--group-2") : state === "available" ? colour("--group-3") : colour("--group-0");
  pen.lineWidth = 2;
  pen.strokeStyle = ink;
  pen.fillStyle = state === "on_sortie" ? ink : colour("--surface");
  pen.beginPath();
  if (shape === "shield") {
    pen.moveTo(11, 2);
    pen.lineTo(19, 5);
    pen.lineTo(18, 13);
    pen.lineTo(11, 20);
    pen.lineTo(4, 13);
    pen.lineTo(3, 5);
  } else if (shape === "square") pen.rect(4, 4, 14, 14);
  else if (shape === "cross") {
    for (const [x, y] of [[8, 2], [14, 2], [14, 8], [20, 8], [20, 14], [14, 14], [14, 20], [8, 20], [8, 14], [2, 14], [2, 8], [8, 8]] as const) pen.lineTo(x, y);
  } else pen.arc(11, 11, 8, 0, 2 * Math.PI);
  pen.closePath();
  pen.fill();
  pen.stroke();
  if (state === "out_of_service") {
    pen.beginPath();
    pen.moveTo(3, 19);
    pen.lineTo(19, 3);
    pen.stroke();
  }
  return canvas;
}

/** Units with their places, kept right by the stream; `changed` is called when something looks different. */
export class Units {
  private readonly places = new Map<number, Where>();

  constructor(
    private readonly live: Live,
    private readonly changed: () => void,
  ) {
    live.aside("positions", (message) => this.take((message as { t: string; units?: Where[] }).units ?? []));
    live.watchRows(() => this.changed());
  }

  /** Where everything is now; from here on the stream tells what moves. */
  async load(): Promise<void> {
    this.take((await getJson<{ units: Where[] }>("/api/units/positions")).units);
  }

  /** Positions come in any order and twice: the fix made last is where it is. */
  take(places: Where[]): void {
    let news = false;
    for (const place of places) {
      const known = this.places.get(place.unit);
      if (known && known.at >= place.at) continue;
      this.places.set(place.unit, place);
      news = true;
    }
    if (news) this.changed();
  }

  all(): Unit[] {
    return this.live.rows<Unit>("unit").sort((a, b) => a.call_sign.localeCompare(b.call_sign, "vi", { numeric: true }));
  }

  /** Seconds since the unit was heard of; null when it never was. */
  age(unit: Unit, now: number): number | null {
    const place = this.places.get(unit.id);
    return place ? Math.max(0, now / 1000 - place.at) : null;
  }

  onMap(incidents: Incident[], now: number): UnitsOnMap {
    const known = new Map(this.live.rows<Unit>("unit").map((unit) => [unit.id, unit]));
    const goals = new Set([...known.values()].map((unit) => unit.incident));
    // One way through what may be 50,000 incidents, ten times a second.
    const there = new Map<number, Incident>();
    const sorties = new Map<number, NonNullable<Incident["emergency"]>["sorties"][number] & { incident: Incident }>();
    for (const incident of incidents) {
      if (goals.has(incident.id)) there.set(incident.id, incident);
      for (const one of incident.emergency?.sorties ?? []) sorties.set(one.unit, { ...one, incident });
    }
    const units: Feature<Point, UnitProperties>[] = [];
    const ways: Feature<Point | LineString>[] = [];
    for (const id of new Set([...known.keys(), ...sorties.keys()])) {
      const unit = known.get(id);
      const sortie = sorties.get(id);
      const place = this.places.get(id);
      const at = place ?? (unit && unit.lat !== null && unit.lon !== null ? { lat: unit.lat, lon: unit.lon } : null);
      if (!at) continue;
      const kind = unit?.kind ?? sortie?.kind ?? "";
      const status = unit?.status ?? "on_sortie";
      const stale = !place || now / 1000 - place.at > STALE;
      const heading = place && place.heading !== null && (place.speed === null || place.speed > 0.5) ? { heading: place.heading } : {};
      const name = unit?.call_sign ?? sortie?.call_sign ?? "";
      // How old an old place is stands beside the name: a faded shape alone says too little.
      const label = stale && place ? `${name} · ${age(place.at * 1000, now)}` : name;
      const coordinates = [at.lon, at.lat];
      units.push({ type: "Feature", geometry: { type: "Point", coordinates }, properties: { icon: iconOfUnit({ kind, status }), label, stale, ...heading } });
      const goal = sortie?.incident ?? (unit?.incident ? there.get(unit.incident) : undefined);
      if (goal && goal.lat !== null && goal.lon !== null) {
        ways.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [coordinates, [goal.lon, goal.lat]] } });
      }
    }
    for (const one of incidents) {
      if (!one.emergency || one.lat === null || one.lon === null) continue;
      ways.push({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [one.lon, one.lat] } });
    }
    return { units: { type: "FeatureCollection", features: units }, ways: { type: "FeatureCollection", features: ways } };
  }
}
