/** Measuring and drawing on the map: a line by clicks with its length, and the area once it is closed. */
import type { FeatureCollection, Position } from "geojson";
import type { GeoJSONSource, Map as LibreMap, MapMouseEvent } from "maplibre-gl";
import { locale } from "../words";
import { say } from "../words/room";
import { metresBetween } from "./incident";

const RADIUS = 6_371_008.8;
/** So near to the first point a click closes the line; pixels. */
const CLOSE = 10;

const spot = ([lon = 0, lat = 0]: Position): { lon: number; lat: number } => ({ lon, lat });

/** Metres along a line. */
export const lengthOf = (line: readonly Position[]): number =>
  line.slice(1).reduce((sum, point, place) => sum + metresBetween(spot(line[place]!), spot(point)), 0);

/** Square metres inside a closed line on the sphere; the last point need not repeat the first. */
export function areaOf(ring: readonly Position[]): number {
  const radians = Math.PI / 180;
  let sum = 0;
  for (let i = 0; i < ring.length; i += 1) {
    const [ax = 0, ay = 0] = ring[i]!;
    const [bx = 0, by = 0] = ring[(i + 1) % ring.length]!;
    sum += (bx - ax) * radians * (2 + Math.sin(ay * radians) + Math.sin(by * radians));
  }
  return Math.abs((sum * RADIUS * RADIUS) / 2);
}

const number = (value: number, digits: number): string => value.toLocaleString(locale, { maximumFractionDigits: digits });
export const lengthText = (metres: number): string => (metres < 1_000 ? `${number(metres, 0)} m` : `${number(metres / 1_000, 2)} km`);
export const areaText = (square: number): string =>
  square < 10_000 ? `${number(square, 0)} m²` : square < 1_000_000 ? `${number(square / 10_000, 2)} ha` : `${number(square / 1_000_000, 2)} km²`;

export class Measure {
  private points: Position[] = [];
  private closed = false;
  private readonly clicked = (event: MapMouseEvent): void => this.click(event);

  /** `told` gets what is measured so far, in words. `colour` is the line's. */
  constructor(
    private readonly map: LibreMap,
    private readonly told: (text: string) => void,
    colour: string,
  ) {
    map.addSource("measure", { type: "geojson", data: this.drawn() });
    map.addLayer({ id: "measure-area", type: "fill", source: "measure", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.14 } });
    map.addLayer({ id: "measure-line", type: "line", source: "measure", paint: { "line-color": colour, "line-width": 2.5 } });
    map.addLayer({ id: "measure-points", type: "circle", source: "measure", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 4.5, "circle-color": colour, "circle-stroke-width": 1.5, "circle-stroke-color": "#ffffff" } });
    map.on("click", this.clicked);
    map.getCanvas().style.cursor = "crosshair";
    told(say("measure.start"));
  }

  /** Takes the last point back; false when there is none. */
  back(): boolean {
    if (!this.points.length) return false;
    if (this.closed) this.closed = false;
    else this.points.pop();
    this.draw();
    return true;
  }

  end(): void {
    this.map.off("click", this.clicked);
    for (const layer of ["measure-area", "measure-line", "measure-points"]) this.map.removeLayer(layer);
    this.map.removeSource("measure");
    this.map.getCanvas().style.cursor = "";
  }

  private click(event: MapMouseEvent): void {
    if (this.closed) {
      this.points = [];
      this.closed = false;
    }
    const first = this.points[0];
    if (first && this.points.length > 2) {
      const at = this.map.project(first as [number, number]);
      if (Math.hypot(at.x - event.point.x, at.y - event.point.y) < CLOSE) this.closed = true;
    }
    if (!this.closed) this.points.push([event.lngLat.lng, event.lngLat.lat]);
    this.draw();
  }

  private draw(): void {
    (this.map.getSource("measure") as GeoJSONSource).setData(this.drawn());
    const { points, closed } = this;
    if (!points.length) this.told(say("measure.start"));
    else if (closed) this.told(say("measure.area", { area: areaText(areaOf(points)), round: lengthText(lengthOf([...points, points[0]!])) }));
    else this.told(say(points.length > 2 ? "measure.length.close" : "measure.length", { length: lengthText(lengthOf(points)) }));
  }

  private drawn(): FeatureCollection {
    const { points, closed } = this;
    const features: FeatureCollection["features"] = points.map((point) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: point } }));
    if (closed) features.unshift({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...points, points[0]!]] } });
    else if (points.length > 1) features.unshift({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: points } });
    return { type: "FeatureCollection", features };
  }
}
