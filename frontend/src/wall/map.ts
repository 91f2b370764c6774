/**
 * The wall's map: wards, what is open by group (colour and shape), emergencies as rings. Sizes follow the screen, so
 * that 4K looks like 1080p from the same six metres. It moves only when the set of points changes, slowly.
 */
import "maplibre-gl/dist/maplibre-gl.css";
import type { Feature, FeatureCollection, Point } from "geojson";
import { type ExpressionSpecification, GeoJSONSource, LngLatBounds, Map as LibreMap, setWorkerUrl } from "maplibre-gl";
import libreWorker from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { type Area, boxOf, type Borders } from "../borders";
import { drawIcon, ICONS, SIZE } from "../room/icons";
import { middle } from "../room/map";
import { setSignature, type Spot } from "./spots";

setWorkerUrl(libreWorker);

const FONT = ["Be Vietnam Pro"];
const STRONG = ["Be Vietnam Strong"];
/** Scenes change slowly; milliseconds. */
const SLOWLY = 2_500;
/** So many incidents in one part of the territory are worth going closer. */
const TOGETHER = 5;
/** More names than this cover each other. */
const NAMED_EMERGENCIES = 4;
/** More outer rings than this hide what lies beside them. */
const RINGED_EMERGENCIES = 8;

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** How much larger than on a 1080-line screen. */
const scaleNow = (): number => Math.max(0.6, Math.min(window.innerHeight / 1080, window.innerWidth / 1920));

const WORK: Record<string, string> = { received: "open", resolved: "answer" };
const iconOf = (spot: Spot, now: number): string =>
  `g${spot.group}-${WORK[spot.state] ?? "work"}${spot.group !== 2 && spot.due !== null && spot.due < now ? "-over" : ""}`;

export class WallMap {
  private signature = "";
  private readonly scale = scaleNow();

  static async make(box: HTMLElement, borders: Borders): Promise<WallMap> {
    const sample = "Phường Dĩ An ắằẵặ";
    // The map draws its letters once: the fonts' files must be there before.
    await Promise.all(["Be Vietnam Pro", "Be Vietnam Strong"].map((name) => document.fonts.load(`48px '${name}'`, sample))).catch(() => undefined);
    const [west, south, east, north] = boxOf(borders.wards);
    const map = new LibreMap({
      container: box,
      style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": colour("--map-ground") } }] },
      bounds: [west, south, east, north],
      fitBoundsOptions: { padding: 48 },
      interactive: false,
      attributionControl: false,
      fadeDuration: 0,
      renderWorldCopies: false,
    });
    await new Promise<void>((resolve) => {
      if (map.isStyleLoaded()) resolve();
      else void map.once("load", () => resolve());
    });
    return new WallMap(map, borders);
  }

  private constructor(
    private readonly map: LibreMap,
    private readonly borders: Borders,
  ) {
    // Exercises never come to a wall.
    for (const name of ICONS.filter((icon) => !icon.endsWith("-exercise"))) this.map.addImage(name, this.picture(name), { pixelRatio: 1 });
    this.areas();
    this.points();
  }

  private picture(name: string): ImageData {
    const size = Math.round(SIZE * this.scale * 1.15);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size;
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    drawIcon(context, name, size / SIZE);
    return context.getImageData(0, 0, size, size);
  }

  private areas(): void {
    const { map, scale } = this;
    const named = (areas: readonly Area[]): FeatureCollection => ({
      type: "FeatureCollection",
      features: areas.map((area): Feature<Point> => ({
        type: "Feature",
        geometry: { type: "Point", coordinates: middle(area.geometry) },
        properties: { name: area.properties.name },
      })),
    });
    const { wards, districts } = this.borders;
    map.addSource("wards", { type: "geojson", data: { type: "FeatureCollection", features: wards } });
    map.addSource("districts", { type: "geojson", data: { type: "FeatureCollection", features: districts } });
    // Districts have few and large names; where there are none, the wards' own are shown.
    map.addSource("names", { type: "geojson", data: named(districts.length ? districts : wards) });
    map.addLayer({ id: "land", type: "fill", source: "wards", paint: { "fill-color": colour("--map-land") } });
    map.addLayer({ id: "ward-lines", type: "line", source: "wards", paint: { "line-color": colour("--map-border"), "line-width": 1.2 * scale } });
    map.addLayer({
      id: "district-lines",
      type: "line",
      source: "districts",
      layout: { "line-join": "round" },
      paint: { "line-color": colour("--map-border-strong"), "line-width": 2.4 * scale },
    });
    map.addLayer({
      id: "names",
      type: "symbol",
      source: "names",
      layout: { "text-field": ["get", "name"], "text-font": STRONG, "text-size": 19 * scale, "text-max-width": 7, "text-letter-spacing": 0.02, "text-padding": 2 },
      paint: { "text-color": colour("--map-label"), "text-halo-color": colour("--map-halo"), "text-halo-width": 2 * scale },
    });
  }

  private points(): void {
    const { map, scale } = this;
    const nothing: FeatureCollection = { type: "FeatureCollection", features: [] };
    map.addSource("spots", {
      type: "geojson",
      data: nothing,
      cluster: true,
      clusterRadius: 26 * scale,
      clusterProperties: { overdue: ["+", ["case", ["get", "overdue"], 1, 0]] },
    });
    map.addSource("emergencies", { type: "geojson", data: nothing });
    map.addLayer({
      id: "clusters",
      type: "circle",
      source: "spots",
      filter: ["has", "point_count"],
      paint: {
        "circle-radius": ["*", scale, ["interpolate", ["linear"], ["sqrt", ["get", "point_count"]], 1.4, 19, 10, 30, 40, 46]],
        "circle-color": colour("--raised"),
        "circle-stroke-width": 3.5 * scale,
        "circle-stroke-color": ["case", [">", ["get", "overdue"], 0], colour("--overdue-ring"), colour("--line-strong")],
      },
    });
    map.addLayer({
      id: "counts",
      type: "symbol",
      source: "spots",
      filter: ["has", "point_count"],
      layout: { "text-field": ["to-string", ["get", "point_count"]], "text-font": STRONG, "text-size": 20 * scale, "text-allow-overlap": true },
      paint: { "text-color": colour("--text") },
    });
    map.addLayer({
      id: "spots",
      type: "symbol",
      source: "spots",
      filter: ["!", ["has", "point_count"]],
      layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-ignore-placement": true },
    });
    const overdueOr2: ExpressionSpecification = ["case", ["get", "overdue"], colour("--overdue-ring"), colour("--group-2")];
    for (const [id, radius, width] of [
      ["ring-outer", 30, 3.5],
      ["ring-inner", 20, 4.5],
    ] as const) {
      map.addLayer({
        id,
        type: "circle",
        source: "emergencies",
        paint: {
          "circle-radius": radius * scale,
          "circle-color": colour("--group-2"),
          "circle-opacity": id === "ring-inner" ? 0.16 : 0,
          // Overdue shows on the outermost ring: a third one inside could not be read.
          "circle-stroke-color":
            id === "ring-outer" ? overdueOr2 : ["case", ["get", "crowded"], overdueOr2, colour("--group-2")],
          "circle-stroke-width": width * scale,
          "circle-stroke-opacity": id === "ring-inner" ? 1 : ["case", ["get", "crowded"], 0, 0.75],
        },
      });
    }
    map.addLayer({
      id: "emergencies",
      type: "symbol",
      source: "emergencies",
      layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-ignore-placement": true },
    });
    map.addLayer({
      id: "emergency-names",
      type: "symbol",
      source: "emergencies",
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 18 * scale, "text-offset": [0, 2.3], "text-anchor": "top", "text-optional": true },
      paint: { "text-color": colour("--text"), "text-halo-color": colour("--map-halo"), "text-halo-width": 2 * scale },
    });
  }

  /** Draws the set. `name` says what an emergency is. The view moves only when other incidents are in the set. */
  show(spots: readonly Spot[], name: (spot: Spot) => string, now: number): void {
    const placed = spots.filter((spot) => spot.lat !== null && spot.lon !== null);
    const emergencies = placed.filter((spot) => spot.group === 2);
    const feature = (spot: Spot): Feature<Point> => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [spot.lon!, spot.lat!] },
      properties: {
        icon: iconOf(spot, now),
        overdue: spot.due !== null && spot.due < now,
        crowded: emergencies.length > RINGED_EMERGENCIES,
        name: emergencies.length <= NAMED_EMERGENCIES ? name(spot) : "",
      },
    });
    this.source("spots").setData({ type: "FeatureCollection", features: placed.filter((spot) => spot.group !== 2).map(feature) });
    this.source("emergencies").setData({ type: "FeatureCollection", features: emergencies.map(feature) });
    const signature = setSignature(placed);
    if (signature !== this.signature) this.fit(placed, this.signature === "");
    this.signature = signature;
  }

  private fit(placed: readonly Spot[], atOnce: boolean): void {
    const bounds = new LngLatBounds();
    for (const spot of placed) bounds.extend([spot.lon!, spot.lat!]);
    const [west, south, east, north] = boxOf(this.borders.wards);
    // The whole territory, unless several things happen in one part of it: nobody should wonder where this is.
    const whole = new LngLatBounds([west, south, east, north]);
    const isOnePart =
      placed.length >= TOGETHER &&
      bounds.getNorth() - bounds.getSouth() < (north - south) / 2 &&
      bounds.getEast() - bounds.getWest() < (east - west) / 2;
    if (!isOnePart) bounds.extend(whole);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches || atOnce;
    const edge = 56 * this.scale;
    this.map.fitBounds(bounds, { padding: { top: edge * 1.6, bottom: edge * 1.6, left: edge, right: edge }, duration: still ? 0 : SLOWLY, maxZoom: 12 });
  }

  private source(name: string): GeoJSONSource {
    return this.map.getSource(name) as GeoJSONSource;
  }
}
