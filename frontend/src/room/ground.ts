/** Our own streets and places under everything else: tiles of the server's gazetteer (geo/ground.py), no other host. */
import type { Map as LibreMap } from "maplibre-gl";

export interface Ground {
  tiles: string;
  minzoom: number;
  maxzoom: number;
  attribution: string;
}

export const GROUND_LAYERS = ["ground-small", "ground-middle", "ground-big", "ground-names", "ground-places"];
const SIZES = [
  ["ground-small", 3, [12, 0.4, 16, 5]],
  ["ground-middle", 2, [10, 0.6, 16, 8]],
  ["ground-big", 1, [8, 0.7, 16, 11]],
] as const;
const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function addGround(map: LibreMap, ground: Ground): void {
  map.addSource("ground-tiles", { type: "vector", tiles: [location.origin + ground.tiles], minzoom: ground.minzoom, maxzoom: ground.maxzoom });
  for (const [id, size, [low, thin, high, thick]] of SIZES) {
    map.addLayer({
      id,
      type: "line",
      source: "ground-tiles",
      "source-layer": "streets",
      filter: ["==", ["get", "size"], size],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], low, thin, high, thick] },
    });
  }
}

/** Names of streets along them, and of places; below a layer. */
export function nameGround(map: LibreMap, below: string, font: string[]): void {
  map.addLayer(
    {
      id: "ground-names",
      type: "symbol",
      source: "ground-tiles",
      "source-layer": "streets",
      minzoom: 12.5,
      layout: {
        "symbol-placement": "line",
        "text-field": ["case", ["!=", ["get", "ref"], ""], ["get", "ref"], ["get", "name"]],
        "text-font": font,
        "text-size": 11,
        "text-padding": 8,
        "symbol-spacing": 320,
      },
    },
    below,
  );
  map.addLayer(
    {
      id: "ground-places",
      type: "symbol",
      source: "ground-tiles",
      "source-layer": "places",
      minzoom: 15,
      layout: { "text-field": ["get", "name"], "text-font": font, "text-size": 11, "text-max-width": 8, "text-padding": 6 },
    },
    below,
  );
}

export function paintGround(map: LibreMap): void {
  map.setPaintProperty("ground-small", "line-color", colour("--map-border"));
  map.setPaintProperty("ground-small", "line-opacity", 0.55);
  map.setPaintProperty("ground-middle", "line-color", colour("--map-border"));
  map.setPaintProperty("ground-big", "line-color", colour("--map-border-strong"));
  map.setPaintProperty("ground-big", "line-opacity", 0.6);
  for (const layer of ["ground-names", "ground-places"]) {
    map.setPaintProperty(layer, "text-color", colour("--map-label"));
    map.setPaintProperty(layer, "text-halo-color", colour("--map-halo"));
    map.setPaintProperty(layer, "text-halo-width", 1.2);
  }
}
