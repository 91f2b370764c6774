/** Warnings of weather and disaster (live stream, entity "warning"): an area each on the map, and in words beside it. */
import type { Feature, FeatureCollection, MultiPolygon } from "geojson";
import { element } from "../element";
import { clock, day } from "../time";
import { say } from "../words/warnings";
import type { Live } from "./live";

export interface AreaWarning {
  id: number;
  version: number;
  source: string;
  event: string;
  headline: string;
  instruction: string;
  area: string;
  severity: "Extreme" | "Severe" | "Moderate" | "Minor" | "Unknown";
  sent: string;
  from: string;
  until: string;
  geometry: MultiPolygon | null;
}

export type WarningsOnMap = FeatureCollection<MultiPolygon, { width: number }>;

const ORDER = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"];
/** The worse, the thicker its edge: no colour is needed to tell them. */
const WIDTHS: Record<string, number> = { Extreme: 4, Severe: 3, Moderate: 2 };

/** What counts now: the server takes away what is over, and a page without a connection does so by itself. */
export function inForce(rows: AreaWarning[], now: number): AreaWarning[] {
  return rows
    .filter((one) => Date.parse(one.until) > now)
    .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || Date.parse(a.until) - Date.parse(b.until));
}

export function onMap(rows: AreaWarning[]): WarningsOnMap {
  const features = rows.flatMap((one): Feature<MultiPolygon, { width: number }>[] =>
    one.geometry ? [{ type: "Feature", id: one.id, geometry: one.geometry, properties: { width: WIDTHS[one.severity] ?? 1.5 } }] : [],
  );
  return { type: "FeatureCollection", features };
}

/** Slanting lines, so that the map stays readable below and nothing rests on colour. */
export function hatch(ink: string, scale: number): HTMLCanvasElement {
  const size = 10 * scale;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d")!;
  pen.globalAlpha = 0.35;
  pen.strokeStyle = ink;
  pen.lineWidth = scale;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  return canvas;
}

const until = (one: AreaWarning): string => say("until", { clock: clock(Date.parse(one.until)), day: day(Date.parse(one.until)) });

function line(one: AreaWarning): HTMLElement {
  return element(
    "details",
    { class: "warning", "data-severity": one.severity, "data-id": one.id },
    element("summary", {}, element("span", { class: "warning-sign", "aria-hidden": "true", text: "⚠" }), element("b", { text: one.event }), ` · ${say(`severity.${one.severity}`)} · `, element("span", { class: "tabular", text: until(one) })),
    one.headline && one.headline !== one.event ? element("p", { text: one.headline }) : null,
    element("p", { text: one.geometry ? one.area : say("area.unmapped", { area: one.area }) }),
    one.instruction ? element("p", { text: one.instruction }) : null,
    element("p", { class: "muted small", text: say("source", { source: one.source, clock: clock(Date.parse(one.sent)), day: day(Date.parse(one.sent)) }) }),
  );
}

export class Warnings {
  private shown = "";

  constructor(
    private readonly box: HTMLElement,
    private readonly live: Live,
    private readonly draws: (warnings: WarningsOnMap) => void,
  ) {
    live.watchRows(() => this.draw());
    // One ends while nothing else happens.
    setInterval(() => this.draw(), 15_000);
  }

  /** Draws list and map; nothing is drawn anew that reads the same. */
  draw(force = false): void {
    const rows = inForce(this.live.rows<AreaWarning>("warning"), Date.now());
    const text = JSON.stringify(rows.map((one) => [one.id, one.version]));
    if (text === this.shown && !force) return;
    this.shown = text;
    const open = new Set([...this.box.querySelectorAll<HTMLDetailsElement>("details[open]")].map((item) => item.dataset.id));
    const lines = rows.map(line);
    for (const item of lines) if (open.has(item.dataset.id)) item.setAttribute("open", "");
    this.box.replaceChildren(...lines);
    this.box.hidden = rows.length === 0;
    this.draws(onMap(rows));
  }
}
