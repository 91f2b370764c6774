/**
 * The past on the map: what came in during a period, as points or heat from vector tiles, coloured by group, age or what is
 * overdue; and wards coloured by a figure. It lies under what is live.
 */
import type { ExpressionSpecification, Map as LibreMap } from "maplibre-gl";
import { stepsOf } from "../figures/steps";

export type Look = "points" | "heat";
export type Colouring = "group" | "age" | "overdue";
/** The name of a figure, as incidents/figures/mapped.py lists them. */
export type WardFigure = string;

export interface PastShown {
  /** Days as 2026-11-26, both included. */
  first: string;
  last: string;
  groups: string[];
  look: Look;
  colouring: Colouring;
}

export interface WardFigures {
  set: string;
  wards: Record<string, Record<WardFigure, number | null>>;
}

export const question = (shown: Pick<PastShown, "first" | "last" | "groups">): string =>
  new URLSearchParams({ first: shown.first, last: shown.last, ...(shown.groups.length ? { groups: shown.groups.join("") } : {}) }).toString();

const LAYERS = ["past-heat", "past-counts", "past-points", "past-numbers"];
const STEPS = 5;
const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** From fresh to old, in days: the same hue, so that nothing is mistaken for a group. */
export const AGES = [1, 7, 30, 90];

export class PastLayers {
  private shown: PastShown | null = null;
  private figures: { values: WardFigures; figure: WardFigure } | null = null;

  /** `below` is the layer that all of this lies under, `font` a bold font of the map. */
  constructor(
    private readonly map: LibreMap,
    private readonly below: string,
    private readonly font: string[],
  ) {}

  /** In the colours of the theme that is on now; after the map itself, which takes the colours of wards away. */
  repaint(): void {
    this.draw();
    this.paintWards();
  }

  show(next: PastShown | null): void {
    const again = !next || !this.shown || question(next) !== question(this.shown);
    this.shown = next;
    if (again) this.clear();
    if (next && again) {
      const tiles = [`${location.origin}/map/history/{z}/{x}/{y}.mvt?${question(next)}`];
      this.map.addSource("past", { type: "vector", tiles, minzoom: 5, maxzoom: 15 });
    }
    if (next) this.draw();
  }

  private clear(): void {
    for (const layer of LAYERS) if (this.map.getLayer(layer)) this.map.removeLayer(layer);
    if (this.map.getSource("past")) this.map.removeSource("past");
  }

  private draw(): void {
    const { shown, map } = this;
    if (!shown) return;
    for (const layer of LAYERS) if (map.getLayer(layer)) map.removeLayer(layer);
    if (shown.look === "heat") {
      for (const part of ["incidents", "counts"]) this.heat(part);
      return;
    }
    map.addLayer(
      {
        id: "past-points",
        type: "circle",
        source: "past",
        "source-layer": "incidents",
        paint: {
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 2.2, 13, 4.5, 16, 7],
          "circle-color": this.colours(shown.colouring),
          "circle-opacity": 0.75,
          "circle-stroke-width": 0.8,
          "circle-stroke-color": colour("--map-halo"),
        },
      },
      this.below,
    );
    map.addLayer(
      {
        id: "past-counts",
        type: "circle",
        source: "past",
        "source-layer": "counts",
        paint: {
          "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "n"]], 1, 3, 10, 7, 60, 15],
          "circle-color": this.most(),
          "circle-opacity": 0.55,
        },
      },
      this.below,
    );
    map.addLayer(
      {
        id: "past-numbers",
        type: "symbol",
        source: "past",
        "source-layer": "counts",
        filter: [">=", ["get", "n"], 50],
        layout: { "text-field": ["to-string", ["get", "n"]], "text-font": this.font, "text-size": 11 },
        paint: { "text-color": colour("--text"), "text-halo-color": colour("--map-halo"), "text-halo-width": 1.2 },
      },
      this.below,
    );
  }

  private heat(part: "incidents" | "counts" | string): void {
    const strong = colour("--accent");
    this.map.addLayer(
      {
        id: part === "counts" ? "past-counts" : "past-heat",
        type: "heatmap",
        source: "past",
        "source-layer": part,
        paint: {
          "heatmap-weight": part === "counts" ? ["min", 8, ["/", ["sqrt", ["get", "n"]], 2]] : 0.5,
          "heatmap-radius": ["interpolate", ["linear"], ["zoom"], 8, 12, 14, 26],
          "heatmap-opacity": 0.75,
          "heatmap-color": [
            "interpolate",
            ["linear"],
            ["heatmap-density"],
            0, "rgba(0, 0, 0, 0)",
            0.15, mixed(strong, 0.35),
            0.55, strong,
            1, colour("--overdue-ring"),
          ],
        },
      },
      this.below,
    );
  }

  private colours(by: Colouring): ExpressionSpecification {
    const group: ExpressionSpecification = [
      "match", ["get", "group"],
      1, colour("--group-1"), 2, colour("--group-2"), 3, colour("--group-3"), colour("--group-0"),
    ];
    if (by === "group") return group;
    const now = Math.floor(Date.now() / 1000);
    if (by === "overdue") {
      const late: ExpressionSpecification = ["all", ["get", "open"], [">", ["get", "due"], 0], ["<", ["get", "due"], now]];
      return ["case", late, colour("--overdue-ring"), colour("--done")];
    }
    const steps = ageColours();
    return [
      "step", ["/", ["-", now, ["get", "received"]], 86_400],
      steps[0]!, ...AGES.flatMap((days, place) => [days, steps[place + 1]!]),
    ] as unknown as ExpressionSpecification;
  }

  /** The colour of the group that most of a square belong to. */
  private most(): ExpressionSpecification {
    const n = (group: number): ExpressionSpecification => ["coalesce", ["get", `n${group}`], 0];
    const leads = (group: number, ...others: number[]): ExpressionSpecification => ["all", ...others.map((other): ExpressionSpecification => [">=", n(group), n(other)])];
    return ["case", leads(3, 1, 2, 0), colour("--group-3"), leads(1, 2, 0), colour("--group-1"), leads(2, 0), colour("--group-2"), colour("--group-0")];
  }

  /** Wards coloured by a figure; null takes the colours away. Answers the steps' upper ends with their colours. */
  wards(values: WardFigures | null, figure: WardFigure): { end: number; colour: string }[] {
    this.figures = values ? { values, figure } : null;
    return this.paintWards();
  }

  private paintWards(): { end: number; colour: string }[] {
    if (!this.figures) {
      this.map.setPaintProperty("land", "fill-color", colour("--map-land"));
      return [];
    }
    const { values, figure } = this.figures;
    const entries = Object.entries(values.wards).flatMap(([code, ward]) => (ward[figure] ? [[code, ward[figure]] as const] : []));
    const ends = stepsOf(entries.map(([, value]) => value), STEPS);
    const strong = colour(figure === "overdue" ? "--overdue-ring" : "--accent");
    const ground = colour("--map-land");
    const shades = ends.map((end, step) => ({ end, colour: between(ground, strong, 0.18 + (0.6 * step) / Math.max(1, ends.length - 1)) }));
    const shade = (value: number): string => shades.find((one) => value <= one.end)?.colour ?? ground;
    const paint = entries.length ? ["match", ["get", "code"], ...entries.flatMap(([code, value]) => [code, shade(value)]), ground] : ground;
    this.map.setPaintProperty("land", "fill-color", paint as never);
    this.map.setPaintProperty("land", "fill-opacity", 1);
    return shades;
  }
}

/** One colour for each age, the freshest first. */
export function ageColours(): string[] {
  const [strong, ground] = [colour("--accent"), colour("--map-land")];
  return [1, 0.78, 0.58, 0.42, 0.28].map((share) => between(ground, strong, share));
}

const channels = (hex: string): number[] => (hex.slice(1).match(/../g) ?? []).map((part) => parseInt(part, 16));
const mixed = (hex: string, alpha: number): string => `rgba(${channels(hex).join(", ")}, ${alpha})`;

/** A colour on the way from one to another: 0 the first, 1 the second. Colours are #rrggbb, as in tokens.css. */
export function between(from: string, to: string, share: number): string {
  const target = channels(to);
  return `rgb(${channels(from).map((value, place) => Math.round(value + (target[place]! - value) * share)).join(", ")})`;
}
