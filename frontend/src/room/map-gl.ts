/** The map on MapLibre. Names are drawn from the page's own font: a style without `glyphs` asks no server for letters. */
import "maplibre-gl/dist/maplibre-gl.css";
import type { Feature, FeatureCollection, Point, Polygon } from "geojson";
import {
  addProtocol,
  AttributionControl,
  GeoJSONSource,
  LngLatBounds,
  Map as LibreMap,
  type MapMouseEvent,
  Marker,
  NavigationControl,
  Popup,
  ScaleControl,
  setWorkerUrl,
  type StyleSpecification,
} from "maplibre-gl";
import libreWorker from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { credits } from "../borders";
import { asText } from "../credit";
import { element } from "../element";
import { getJson } from "../page";
import { say } from "../words/room";
import { type Ask, type Box, CLUSTERED_TO, type PointFeature, type Shown, type Told } from "./clusters";
import ClusterWorker from "./clusters.worker?worker";
import { ICONS, iconImage, iconOf } from "./icons";
import { type Incident, isOverdue } from "./incident";
import { INCIDENT_SHEET, incidentRows } from "./incident-shapes";
import { addGround, type Ground, GROUND_LAYERS, nameGround, paintGround } from "./ground";
import { Measure } from "./measure";
import { PointShapes } from "./point-shapes";
import { pixelsOf, SHEET, zoomOf } from "./printing";
import { PastLayers, type PastShown, type WardFigure, type WardFigures } from "./past";
import { UNIT_SHEET, unitRows } from "./unit-shapes";
import type { UnitsOnMap } from "./units";
import { hatch, type WarningsOnMap } from "./warnings";
import { type Areas, circle, type MapSettings, type LayerName, type Pin, type RoomMap, type Spot } from "./map";

setWorkerUrl(libreWorker);

const FONT = ["Be Vietnam Pro"];
const STRONG = ["Be Vietnam Strong"];
const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };
/** Clusters are counted again at most this often; milliseconds. */
const RECOUNT = 400;
/** From this zoom on each incident is a point of its own. Below it, more changes than this are counted at once. */
const SINGLE_FROM = CLUSTERED_TO + 1;
const MANY = 400;
/** More names of units than this only cover each other: those at work come first. While there are more units, names and ways
 * follow their units at most so often; milliseconds. */
const NAMED = 150;
const FOLLOW = 1_000;
/** A click so many pixels beside something means it. */
const SLACK = 5;
/** A cluster whose incidents lie at one spot is opened as a list of at most this many. */
const LISTED = 30;

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A point is made once for a body, and once more when its deadline passes. */
const features = new WeakMap<Incident, PointFeature>();

function feature(incident: Incident, now: number): PointFeature {
  const overdue = isOverdue(incident, now) ? 1 : 0;
  const known = features.get(incident);
  if (known?.properties.overdue === overdue) return known;
  const made: PointFeature = {
    type: "Feature",
    geometry: { type: "Point", coordinates: [incident.lon!, incident.lat!] },
    properties: { id: incident.id, icon: iconOf(incident, now), emergency: incident.group === 2 ? 1 : 0, overdue },
  };
  features.set(incident, made);
  return made;
}

export class GlMap implements RoomMap {
  private readonly worker = new ClusterWorker();
  private ticket = 0;
  private asked = 0;
  private readonly waiting = new Map<number, (told: Told) => void>();
  /** What the page knows, by id; what of it the worker was told; what of that stands in the clusters that are shown. */
  private points = new Map<number, PointFeature>();
  private told = new Map<number, PointFeature>();
  private counted = new Map<number, PointFeature>();
  private recount: ReturnType<typeof setTimeout> | undefined;
  /** Incidents that the worker left out of all clusters. */
  private alone: number[] = [];
  /** The part of the map and the level that the clusters were asked for. */
  private laid: { box: Box; level: number } | null = null;
  private lit: Incident | null = null;
  private selected: Incident | null = null;
  private pins = 0;
  private popup: Popup | null = null;
  private layersOfPast!: PastLayers;
  private readonly unitShapes: PointShapes;
  private readonly singles: PointShapes;
  /** Whose row each of the singles is. */
  private singleIds: number[] = [];
  private crews: UnitsOnMap = { units: { type: "FeatureCollection", features: [] }, ways: NOTHING as UnitsOnMap["ways"] };
  private ways: UnitsOnMap["ways"] | null = null;
  private following: ReturnType<typeof setTimeout> | undefined;
  private followed = 0;
  private measuring: Measure | null = null;
  private edges = { left: 0, right: 0 };
  private extent: LngLatBounds;

  static async make(settings: MapSettings): Promise<GlMap> {
    // The letters are drawn once: before that, the fonts' files must be there.
    const sample = "Phường Dĩ An ắằẵặ";
    await Promise.all([
      document.fonts.load("48px 'Be Vietnam Pro'", sample),
      document.fonts.load("48px 'Be Vietnam Strong'", sample),
    ]).catch(() => undefined);
    const style = await styleFor(settings);
    // Our own streets, where an extract was imported and the deployment has no basemap.
    const ground = settings.basemap ? null : await getJson<Ground>("/geo/ground.json").catch(() => null);
    const map = new LibreMap({
      container: settings.box,
      style,
      bounds: settings.bounds,
      fitBoundsOptions: { padding: 24 },
      maxZoom: 19,
      minZoom: 7,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      renderWorldCopies: false,
      fadeDuration: 0,
      locale: {
        "Map.Title": say("map.title"),
        "NavigationControl.ZoomIn": say("map.zoom-in"),
        "NavigationControl.ZoomOut": say("map.zoom-out"),
        "AttributionControl.ToggleAttribution": say("map.credits"),
      },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    await new Promise<void>((resolve) => {
      if (map.isStyleLoaded()) resolve();
      else void map.once("load", () => resolve());
    });
    return new GlMap(map, settings, ground?.tiles ? ground : null);
  }

  private constructor(
    private readonly map: LibreMap,
    private readonly settings: MapSettings,
    private readonly ground: Ground | null,
  ) {
    this.extent = new LngLatBounds(settings.bounds);
    const near = this.extent.getCenter().toArray();
    this.unitShapes = new PointShapes("units", UNIT_SHEET, near);
    this.singles = new PointShapes("singles", INCIDENT_SHEET, near);
    map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
    map.addControl(new ScaleControl({ maxWidth: 96 }), "bottom-right");
    void credits().then((sources) => {
      const shown = [...(settings.basemap?.attribution ? [settings.basemap.attribution] : []), ...sources.map(asText)];
      if (shown.length) map.addControl(new AttributionControl({ compact: true, customAttribution: shown }), "bottom-right");
    });
    this.worker.addEventListener("message", (event: MessageEvent<Told>) => {
      this.waiting.get(event.data.ticket)?.(event.data);
      this.waiting.delete(event.data.ticket);
    });
    this.images();
    this.layers();
    map.on("moveend", () => {
      this.tellView();
      if (!this.isLaid()) void this.count();
      this.follow();
    });
    // A lost and restored graphics card keeps all layers but these.
    map.on("style.load", () => {
      if (!map.getLayer("singles")) map.addLayer(this.singles, "clusters");
      if (!map.getLayer("units")) map.addLayer(this.unitShapes, "unit-names");
    });
    this.tellView();
    this.hands();
    document.addEventListener("themechange", () => {
      this.images();
      this.singles.repaint();
      this.unitShapes.repaint();
      this.paint();
      this.layersOfPast.repaint();
    });
  }

  private tellView(): void {
    const { lng, lat } = this.map.getCenter();
    this.settings.box.dataset.view = [lng.toFixed(5), lat.toFixed(5), this.map.getZoom().toFixed(2)].join(" ");
  }

  private images(): void {
    const canvas = hatch(colour("--text"), 2);
    const lines = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    if (this.map.hasImage("warning")) this.map.updateImage("warning", lines);
    else this.map.addImage("warning", lines, { pixelRatio: 2 });
    for (const name of ICONS) {
      const image = iconImage(name, 2);
      if (this.map.hasImage(name)) this.map.updateImage(name, image);
      else this.map.addImage(name, image, { pixelRatio: 2 });
    }
  }

  private layers(): void {
    const { map } = this;
    for (const name of ["areas", "names", "around", "clusters", "marks", "unit-names", "ways", "warnings"]) {
      map.addSource(name, { type: "geojson", data: NOTHING });
    }
    map.addLayer({ id: "land", type: "fill", source: "areas", filter: ["==", ["get", "level"], "ward"] });
    if (this.ground) addGround(map, this.ground);
    map.addLayer({ id: "wards", type: "line", source: "areas", filter: ["==", ["get", "level"], "ward"] });
    map.addLayer({
      id: "districts",
      type: "line",
      source: "areas",
      filter: ["==", ["get", "level"], "district"],
      layout: { "line-join": "round" },
    });
    map.addLayer({ id: "warnings", type: "fill", source: "warnings", paint: { "fill-pattern": "warning" } });
    map.addLayer({ id: "warning-edges", type: "line", source: "warnings", layout: { "line-join": "round" }, paint: { "line-width": ["get", "width"] } });
    map.addLayer({ id: "around", type: "fill", source: "around" });
    map.addLayer({ id: "around-edge", type: "line", source: "around" });
    map.addLayer({ id: "ways", type: "line", source: "ways", filter: ["==", ["geometry-type"], "LineString"] });
    map.addLayer({
      id: "rings",
      type: "circle",
      source: "ways",
      filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 17, "circle-opacity": 0, "circle-stroke-width": 2 },
    });
    map.addLayer({
      id: "district-names",
      type: "symbol",
      source: "names",
      filter: ["==", ["get", "level"], "district"],
      maxzoom: 12.4,
      layout: {
        "text-field": ["get", "name"],
        "text-font": STRONG,
        "text-size": ["interpolate", ["linear"], ["zoom"], 8, 10.5, 12, 15],
        "text-max-width": 7,
        "text-letter-spacing": 0.04,
        "text-padding": 4,
        "text-variable-anchor": ["center", "bottom", "top", "left", "right"],
        "text-radial-offset": 1.2,
      },
    });
    map.addLayer({
      id: "ward-names",
      type: "symbol",
      source: "names",
      filter: ["==", ["get", "level"], "ward"],
      minzoom: 10.4,
      layout: {
        "text-field": ["get", "name"],
        "text-font": FONT,
        "text-size": ["interpolate", ["linear"], ["zoom"], 10, 10.5, 14, 14],
        "text-max-width": 6,
        "text-padding": 6,
        "text-variable-anchor": ["center", "bottom", "top"],
        "text-radial-offset": 1.2,
      },
    });
    // What just came in lies under the clusters until it is counted: it never hides a count.
    map.addLayer(this.singles);
    map.addLayer({
      id: "clusters",
      type: "circle",
      source: "clusters",
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "point_count"]], 1.7, 13, 10, 22, 40, 34],
        "circle-stroke-width": 2.5,
      },
    });
    map.addLayer({
      id: "cluster-counts",
      type: "symbol",
      source: "clusters",
      layout: {
        "text-field": ["get", "label"],
        "text-font": STRONG,
        "text-size": 13,
        "text-allow-overlap": true,
        // Names of areas make way for the counts, not the other way round.
        "text-ignore-placement": false,
        "text-padding": 9,
      },
    });
    map.addLayer({
      id: "mark-ring",
      type: "circle",
      source: "marks",
      paint: {
        "circle-radius": ["case", ["==", ["get", "kind"], "selected"], 17, 15],
        "circle-stroke-width": ["case", ["==", ["get", "kind"], "selected"], 3, 2],
        "circle-opacity": 0.16,
      },
    });
    map.addLayer({ id: "marks-icons", type: "symbol", source: "marks", layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true } });
    this.unitLayers();
    // Names of areas come first: of two that cover each other theirs is drawn.
    if (this.ground) nameGround(map, "around", FONT);
    this.paint();
    this.layersOfPast = new PastLayers(map, "singles", STRONG);
  }

  /** On top of everything: a crew is looked for more often than a cluster. */
  private unitLayers(): void {
    this.map.addLayer(this.unitShapes);
    this.map.addLayer({
      id: "unit-names",
      type: "symbol",
      source: "unit-names",
      layout: { "text-field": ["get", "label"], "text-font": STRONG, "text-size": 11, "text-offset": [0, 1.2], "text-anchor": "top" },
      paint: { "text-opacity": ["case", ["get", "stale"], 0.45, 1] },
    });
  }

  measure(told: ((text: string) => void) | null): void {
    this.measuring?.end();
    if (this.measuring) this.pins -= 1;
    this.measuring = told ? new Measure(this.map, told, colour("--focus")) : null;
    // While somebody measures, a click opens nothing.
    if (this.measuring) this.pins += 1;
  }

  measureBack(): boolean {
    return this.measuring?.back() ?? false;
  }

  async picture(scale: number): Promise<Blob> {
    const { map } = this;
    const { box } = this.settings;
    const [center, zoom] = [map.getCenter(), map.getZoom()];
    const before = box.getAttribute("style");
    try {
      Object.assign(box.style, { position: "fixed", inset: "0 auto auto 0", width: `${pixelsOf(SHEET.width)}px`, height: `${pixelsOf(SHEET.height)}px`, zIndex: "-1" });
      map.setPixelRatio(2);
      map.resize();
      map.jumpTo({ center, zoom: zoomOf(scale, center.lat) });
      await this.count();
      await new Promise((resolve) => map.once("idle", resolve));
      return await new Promise<Blob>((resolve, reject) => {
        // The picture is only there while it is being drawn.
        map.once("render", () => map.getCanvas().toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"));
        map.triggerRepaint();
      });
    } finally {
      if (before === null) box.removeAttribute("style");
      else box.setAttribute("style", before);
      map.setPixelRatio(devicePixelRatio);
      map.resize();
      map.jumpTo({ center, zoom });
    }
  }

  past(shown: PastShown | null): void {
    this.layersOfPast.show(shown);
  }

  wards(values: WardFigures | null, figure: WardFigure): { end: number; colour: string }[] {
    const steps = this.layersOfPast.wards(values, figure);
    if (!values) this.paint();
    return steps;
  }

  units(shown: UnitsOnMap): void {
    this.settings.box.dataset.crews = String(shown.units.features.length);
    this.crews = shown;
    this.unitShapes.show(unitRows(shown.units.features, this.unitShapes.origin));
    const wait = shown.units.features.length > NAMED ? this.followed + FOLLOW - performance.now() : 0;
    if (wait <= 0) this.follow();
    else this.following ??= setTimeout(() => this.follow(), wait);
  }

  /** Names of the units in view, and the ways of all: letters and lines cost the map far more than shapes. */
  private follow(): void {
    clearTimeout(this.following);
    this.following = undefined;
    this.followed = performance.now();
    const bounds = this.map.getBounds();
    const inView = this.crews.units.features.filter((unit) => bounds.contains(unit.geometry.coordinates as [number, number]));
    const rank = ({ icon }: { icon: string }): number => (icon.endsWith("-on_sortie") ? 0 : 1);
    const named = inView.sort((a, b) => rank(a.properties) - rank(b.properties)).slice(0, NAMED);
    this.source("unit-names").setData({ type: "FeatureCollection", features: named });
    if (this.ways !== this.crews.ways) this.source("ways").setData(this.crews.ways);
    this.ways = this.crews.ways;
  }

  warnings(shown: WarningsOnMap): void {
    this.settings.box.dataset.warnings = String(shown.features.length);
    this.source("warnings").setData(shown);
  }

  /** Colours from the design's values; again when the theme changes. */
  private paint(): void {
    const { map } = this;
    const set = (layer: string, property: string, value: unknown): void => {
      map.setPaintProperty(layer, property as never, value as never);
    };
    if (map.getLayer("ground")) set("ground", "background-color", colour("--map-ground"));
    set("land", "fill-color", colour("--map-land"));
    set("land", "fill-opacity", this.settings.basemap ? 0 : 1);
    if (this.ground) paintGround(map);
    set("wards", "line-color", colour("--map-border"));
    set("wards", "line-width", ["interpolate", ["linear"], ["zoom"], 8, 0.5, 13, 1.4]);
    set("districts", "line-color", colour("--map-border-strong"));
    set("districts", "line-width", ["interpolate", ["linear"], ["zoom"], 8, 1.1, 13, 2.6]);
    for (const layer of ["district-names", "ward-names"]) {
      set(layer, "text-color", colour("--map-label"));
      set(layer, "text-halo-color", colour("--map-halo"));
      set(layer, "text-halo-width", 1.4);
    }
    set("around", "fill-color", colour("--accent"));
    set("around", "fill-opacity", 0.1);
    set("around-edge", "line-color", colour("--accent"));
    set("around-edge", "line-width", 1.2);
    set("around-edge", "line-dasharray", [3, 2]);
    set("ways", "line-color", colour("--group-2"));
    set("ways", "line-width", 1.6);
    set("ways", "line-dasharray", [2, 2]);
    set("warning-edges", "line-color", colour("--text"));
    set("rings", "circle-stroke-color", colour("--group-2"));
    set("unit-names", "text-color", colour("--text"));
    set("unit-names", "text-halo-color", colour("--map-halo"));
    set("unit-names", "text-halo-width", 1.4);
    set("clusters", "circle-color", colour("--raised"));
    set("clusters", "circle-stroke-color", [
      "case",
      [">", ["get", "emergency"], 0],
      colour("--group-2"),
      [">", ["get", "overdue"], 0],
      colour("--overdue-ring"),
      colour("--line-strong"),
    ]);
    set("cluster-counts", "text-color", colour("--text"));
    set("mark-ring", "circle-color", colour("--focus"));
    set("mark-ring", "circle-stroke-color", colour("--focus"));
  }

  private source(name: string): GeoJSONSource {
    return this.map.getSource(name) as GeoJSONSource;
  }

  private ask<Kind extends Told["kind"]>(make: (ticket: number) => Ask): Promise<Extract<Told, { kind: Kind }>> {
    const ticket = ++this.ticket;
    return new Promise((resolve) => {
      this.waiting.set(ticket, resolve as (told: Told) => void);
      this.worker.postMessage(make(ticket));
    });
  }

  show(incidents: Incident[], fresh: number[], now = Date.now()): void {
    const next = new Map<number, PointFeature>();
    for (const incident of incidents) {
      if (incident.lat !== null && incident.lon !== null) next.set(incident.id, feature(incident, now));
    }
    this.points = next;
    this.settings.box.dataset.points = String(next.size);
    if (levelOf(this.map.getZoom()) < SINGLE_FROM) {
      // A whole new set (a filter, the first snapshot) is counted at once; single changes are gathered.
      const changed = this.differing(this.told).length;
      if (changed > MANY || this.told.size === 0 || next.size < this.told.size / 2) void this.count();
      else if (changed || next.size !== this.told.size) this.recount ??= setTimeout(() => void this.count(), RECOUNT);
    }
    this.drawSingles();
    for (const id of fresh.slice(0, 20)) {
      const point = next.get(id);
      if (point) this.ping(point);
    }
  }

  private differing(from: ReadonlyMap<number, PointFeature>): PointFeature[] {
    return [...this.points.values()].filter((point) => !same(from.get(point.properties.id), point));
  }

  /** Lays the clusters anew: of what is known now, for what is in view. */
  private async count(): Promise<void> {
    clearTimeout(this.recount);
    this.recount = undefined;
    const level = levelOf(this.map.getZoom());
    if (level === SINGLE_FROM) {
      // An answer that is on its way is for another zoom.
      this.asked = ++this.ticket;
      return this.draw({ box: [-180, -90, 180, 90], level }, NOTHING as Shown, this.told);
    }
    // Only what differs crosses to the worker: copying thousands of points there costs the page more than counting them.
    const put = [...this.points.values()].filter((point) => this.told.get(point.properties.id) !== point);
    const drop = [...this.told.keys()].filter((id) => !this.points.has(id));
    if (put.length || drop.length) this.worker.postMessage({ kind: "change", put, drop } satisfies Ask);
    this.told = new Map(this.points);
    await this.view(level);
  }

  /** Whether the clusters reach over all that is in view, and are those of this zoom: a small move asks for nothing. */
  private isLaid(): boolean {
    const bounds = this.map.getBounds();
    const { laid } = this;
    if (!laid || laid.level !== levelOf(this.map.getZoom())) return false;
    const [west, south, east, north] = laid.box;
    return bounds.getWest() >= west && bounds.getSouth() >= south && bounds.getEast() <= east && bounds.getNorth() <= north;
  }

  /** Asks the worker what stands in this part of the map. */
  private async view(level: number): Promise<void> {
    const bounds = this.map.getBounds();
    const width = bounds.getEast() - bounds.getWest();
    const height = bounds.getNorth() - bounds.getSouth();
    const box: Box = [
      bounds.getWest() - width / 4,
      bounds.getSouth() - height / 4,
      bounds.getEast() + width / 4,
      bounds.getNorth() + height / 4,
    ];
    const counted = this.told;
    const answer = await this.ask<"shown">((ticket) => {
      this.asked = ticket;
      return { kind: "shown", ticket, box, zoom: level };
    });
    // A later question is on its way: its answer is nearer to the truth.
    if (answer.ticket === this.asked) await this.draw({ box, level }, answer.shown, counted);
  }

  private async draw(laid: { box: Box; level: number }, shown: Shown, counted: Map<number, PointFeature>): Promise<void> {
    const show = (): void => {
      this.laid = laid;
      this.counted = counted;
      this.alone = shown.features.flatMap(({ properties }) => ("cluster" in properties ? [] : [properties.id]));
      this.drawSingles();
    };
    const clusters = shown.features.filter(({ properties }) => "cluster" in properties);
    // Points come before their clusters go, and go when their clusters are there: nothing vanishes for a moment.
    if (laid.level === SINGLE_FROM) show();
    await this.source("clusters").setData({ type: "FeatureCollection", features: clusters });
    if (laid.level !== SINGLE_FROM) show();
  }

  /**
   * Every incident that stands in no cluster: all of them, or those that the worker left alone and what changed since it counted.
   * Emergencies too, under the cluster that counts them: where one is shows at any zoom, and their rings stand around something.
   */
  private drawSingles(): void {
    let singles: Iterable<PointFeature> = this.points.values();
    if (this.laid?.level !== SINGLE_FROM) {
      const alone = new Set(this.alone);
      singles = [...this.points.values()].filter((point) => alone.has(point.properties.id) || point.properties.emergency === 1 || !same(this.counted.get(point.properties.id), point));
    }
    const { rows, ids } = incidentRows(singles, this.singles.origin);
    this.singleIds = ids;
    this.singles.show(rows);
  }

  /** A ring that opens once where something came in. */
  private ping(point: PointFeature): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const [lon = 0, lat = 0] = point.geometry.coordinates;
    const marker = new Marker({ element: element("div", { class: "ping", "aria-hidden": "true" }) }).setLngLat([lon, lat]).addTo(this.map);
    setTimeout(() => marker.remove(), 2_400);
  }

  private hands(): void {
    const { map, settings } = this;
    let over: number | null = null;
    map.on("mousemove", ({ point }: MapMouseEvent) => {
      const [id = null] = this.under(point, 0);
      if (id === over) return;
      over = id;
      map.getCanvas().style.cursor = id === null ? "" : "pointer";
      settings.actions.light(id);
    });
    map.on("mouseout", () => {
      if (over !== null) settings.actions.light(null);
      over = null;
    });
    map.on("mouseenter", "clusters", () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", "clusters", () => (map.getCanvas().style.cursor = ""));
    map.on("click", (event: MapMouseEvent) => {
      if (this.pins) return;
      const { x, y } = event.point;
      const around: [[number, number], [number, number]] = [[x - SLACK, y - SLACK], [x + SLACK, y + SLACK]];
      const [cluster] = map.queryRenderedFeatures(around, { layers: ["clusters"] });
      if (cluster) return void this.openCluster(cluster.properties.cluster_id as number, (cluster.geometry as Point).coordinates as [number, number]);
      const ids = this.under(event.point, SLACK);
      const [first] = ids;
      if (first === undefined) return settings.actions.ground();
      // Several reports from one spot never fall apart by zooming: a list opens instead.
      const at = this.points.get(first)!.geometry.coordinates as [number, number];
      if (ids.length > 1 && ids.every((id) => this.isAt(id, at))) this.list(ids, at);
      else settings.actions.open(first);
    });
  }

  /** The incidents drawn within `slack` pixels of a pixel, the uppermost first. */
  private under(pixel: { x: number; y: number }, slack: number): number[] {
    return this.singles.at(pixel, slack).map((row) => this.singleIds[row]!);
  }

  /** Whether an incident lies at a spot, within a metre or so. */
  private isAt(id: number, [lon, lat]: [number, number]): boolean {
    const [x = 0, y = 0] = this.points.get(id)?.geometry.coordinates ?? [];
    return Math.abs(x - lon) < 2e-5 && Math.abs(y - lat) < 2e-5;
  }

  private async openCluster(cluster: number, at: [number, number]): Promise<void> {
    const { opened } = await this.ask<"open">((ticket) => ({ kind: "open", ticket, cluster, most: LISTED + 1 }));
    // Reports from one spot do not fall apart above the clusters either.
    if (opened.ids.length <= LISTED && opened.ids.every((id) => this.isAt(id, at))) this.list(opened.ids, at);
    else this.map.easeTo({ center: at, zoom: opened.zoom, duration: motion(300) });
  }

  private list(ids: number[], at: [number, number]): void {
    const list = element("ul", { class: "cluster-list" });
    for (const id of ids.slice(0, LISTED)) {
      const line = this.settings.line(id);
      if (!line) continue;
      const button = element(
        "button",
        { type: "button" },
        element("span", { class: `mark mark-${line.group}`, "aria-hidden": "true" }),
        element("span", { text: line.text }),
      );
      button.addEventListener("click", () => {
        this.popup?.remove();
        this.settings.actions.open(id);
      });
      list.append(element("li", {}, button));
    }
    this.popup?.remove();
    this.popup = new Popup({ maxWidth: "320px", focusAfterOpen: true }).setLngLat(at).setDOMContent(list).addTo(this.map);
  }

  areas(areas: Areas): void {
    this.source("areas").setData(areas);
    const names: Feature<Point>[] = areas.features.map((area) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: area.properties.at },
      properties: { name: area.properties.name, level: area.properties.level },
    }));
    this.source("names").setData({ type: "FeatureCollection", features: names });
    const bounds = new LngLatBounds();
    for (const area of areas.features) {
      const parts = area.geometry.type === "Polygon" ? [area.geometry.coordinates] : area.geometry.coordinates;
      for (const part of parts) for (const [lon = 0, lat = 0] of part[0] ?? []) bounds.extend([lon, lat]);
    }
    if (!bounds.isEmpty()) this.extent = bounds;
  }

  layer(name: LayerName, shown: boolean): void {
    const layers = { borders: ["wards", "districts"], names: ["ward-names", "district-names"], streets: GROUND_LAYERS };
    for (const id of layers[name]) if (this.map.getLayer(id)) this.map.setLayoutProperty(id, "visibility", shown ? "visible" : "none");
  }

  private drawMarks(): void {
    const now = Date.now();
    const marks: Feature[] = [];
    for (const [kind, incident] of [
      ["selected", this.selected],
      ["lit", this.lit],
    ] as const) {
      if (!incident || incident.lat === null || incident.lon === null) continue;
      if (kind === "lit" && incident.id === this.selected?.id) continue;
      const mark = feature(incident, now);
      marks.push({ ...mark, properties: { ...mark.properties, kind } });
    }
    this.source("marks").setData({ type: "FeatureCollection", features: marks });
    const one = this.selected;
    const around: Feature<Polygon>[] =
      one && one.lat !== null && one.lon !== null && (one.radius_m ?? 0) > 15
        ? [
            {
              type: "Feature",
              properties: {},
              geometry: { type: "Polygon", coordinates: [circle({ lat: one.lat, lon: one.lon }, one.radius_m!)] },
            },
          ]
        : [];
    this.source("around").setData({ type: "FeatureCollection", features: around });
  }

  light(incident: Incident | null): void {
    if (this.lit?.id === incident?.id) return;
    this.lit = incident;
    this.drawMarks();
  }

  select(incident: Incident | null): void {
    this.selected = incident;
    this.drawMarks();
  }

  covered(left: number, right: number): void {
    this.edges = { left, right };
  }

  reveal(spot: Spot): void {
    const { x, y } = this.map.project([spot.lon, spot.lat]);
    const { clientWidth, clientHeight } = this.settings.box;
    const inside = x > this.edges.left + 24 && x < clientWidth - this.edges.right - 24 && y > 24 && y < clientHeight - 24;
    if (inside && this.map.getZoom() >= 10.5) return;
    this.map.easeTo({
      center: [spot.lon, spot.lat],
      zoom: Math.max(this.map.getZoom(), 12.5),
      offset: [(this.edges.left - this.edges.right) / 2, 0],
      duration: motion(350),
    });
  }

  fit(): void {
    this.map.fitBounds(this.extent, {
      padding: { top: 24, bottom: 24, left: this.edges.left + 24, right: this.edges.right + 24 },
      duration: motion(300),
    });
  }

  pin(spot: Spot | null, moved: (spot: Spot) => void): Pin {
    const marker = new Marker({ element: element("div", { class: "pin" }), draggable: true, anchor: "bottom" });
    let on = false;
    this.pins += 1;
    this.settings.box.classList.add("is-pinning");
    const place = (next: Spot): void => {
      marker.setLngLat([next.lon, next.lat]);
      if (!on) marker.addTo(this.map);
      on = true;
    };
    const at = (): Spot => ({ lon: marker.getLngLat().lng, lat: marker.getLngLat().lat });
    const clicked = (event: MapMouseEvent): void => {
      place({ lon: event.lngLat.lng, lat: event.lngLat.lat });
      moved(at());
    };
    marker.on("dragend", () => moved(at()));
    this.map.on("click", clicked);
    if (spot) place(spot);
    return {
      at,
      set: (next, radius) => {
        place(next);
        const ring: Feature<Polygon>[] = radius
          ? [{ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [circle(next, radius)] } }]
          : [];
        this.source("around").setData({ type: "FeatureCollection", features: ring });
      },
      remove: () => {
        this.map.off("click", clicked);
        marker.remove();
        this.pins -= 1;
        if (!this.pins) this.settings.box.classList.remove("is-pinning");
        this.drawMarks();
      },
    };
  }
}

/** Clusters change with whole zooms; above the last of them everything is a point. */
const levelOf = (zoom: number): number => Math.min(Math.floor(zoom), SINGLE_FROM);

/** Whether two points look the same on the map. */
function same(a: PointFeature | undefined, b: PointFeature): boolean {
  if (a === b) return true;
  if (!a || a.properties.icon !== b.properties.icon) return false;
  const [from, to] = [a.geometry.coordinates, b.geometry.coordinates];
  return from[0] === to[0] && from[1] === to[1];
}

const motion = (ms: number): number => (matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : ms);

/** Our own ground, or the deployment's basemap under it. */
async function styleFor(settings: MapSettings): Promise<StyleSpecification | string> {
  const base: StyleSpecification = {
    version: 8,
    sources: {},
    layers: [{ id: "ground", type: "background", paint: { "background-color": colour("--map-ground") } }],
  };
  const { basemap } = settings;
  if (!basemap) return base;
  if (basemap.kind === "style") return basemap.url;
  if (basemap.kind === "raster") {
    base.sources.basemap = { type: "raster", tiles: [basemap.url], tileSize: 256 };
    base.layers.push({ id: "basemap", type: "raster", source: "basemap", paint: { "raster-saturation": -0.6 } });
    return base;
  }
  const { PMTiles, Protocol } = await import("pmtiles");
  const protocol = new Protocol();
  addProtocol("pmtiles", protocol.tile);
  const archive = new PMTiles(new URL(basemap.url, location.href).href);
  protocol.add(archive);
  const header = await archive.getHeader();
  const source = `pmtiles://${new URL(basemap.url, location.href).href}`;
  // Tile type 1 is vector: roads and water in quiet colours, whatever the schema calls the rest.
  if (header.tileType !== 1) {
    base.sources.basemap = { type: "raster", url: source, tileSize: 256 };
    base.layers.push({ id: "basemap", type: "raster", source: "basemap", paint: { "raster-saturation": -0.6 } });
    return base;
  }
  base.sources.basemap = { type: "vector", url: source };
  const metadata = (await archive.getMetadata()) as { vector_layers?: { id: string }[] };
  for (const { id } of metadata.vector_layers ?? []) {
    if (/water/.test(id)) {
      base.layers.push({
        id: `basemap-${id}`,
        type: "fill",
        source: "basemap",
        "source-layer": id,
        filter: ["==", ["geometry-type"], "Polygon"],
        paint: { "fill-color": colour("--accent-soft") },
      });
    } else if (/road|transport/.test(id)) {
      base.layers.push({
        id: `basemap-${id}`,
        type: "line",
        source: "basemap",
        "source-layer": id,
        filter: ["==", ["geometry-type"], "LineString"],
        paint: { "line-color": colour("--map-border"), "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.4, 16, 4] },
      });
    }
  }
  return base;
}
