/** The map with a pin in its middle. Its own file: fetched when asked for, not with the page. */
import "leaflet/dist/leaflet.css";
import L from "leaflet";
import { credit } from "../credit";
import { settings } from "../page";
import { say } from "../words/portal";
import { areaAt, borders, boxOf } from "../borders";

export interface PinMap {
  move(lon: number, lat: number, zoom: number): void;
  resize(): void;
}

/** The colours of the page's theme. */
const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Draws the map in `box` around `start` (lon, lat); `moved` is told where the pin stands after each move by a person. */
export async function pinMap(
  box: HTMLElement,
  start: [number, number] | null,
  moved: (lon: number, lat: number, ward: string) => void,
): Promise<PinMap> {
  const { wards, districts, approximate } = await borders();
  const map = L.map(box.querySelector<HTMLElement>("#map")!, {
    zoomControl: false,
    minZoom: 9,
    maxZoom: 19,
    preferCanvas: true,
    zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  L.control.zoom({ position: "topright", zoomInTitle: say("map.zoom-in"), zoomOutTitle: say("map.zoom-out") }).addTo(map);
  if (settings.basemap?.kind === "raster") {
    L.tileLayer(settings.basemap.url, { attribution: settings.basemap.attribution, maxZoom: 19 }).addTo(map);
  }
  void credit(map);
  const filled = settings.basemap ? 0 : 1;
  const names = L.geoJSON(wards, {
    style: { color: colour("--map-border"), weight: 1, fillColor: colour("--map-land"), fillOpacity: filled },
    interactive: false,
    onEachFeature: (area, layer) =>
      layer.bindTooltip(area.properties.name, { permanent: true, direction: "center", className: "ward-name", interactive: false }),
  }).addTo(map);
  if (districts.length) {
    L.geoJSON(districts, {
      style: { color: colour("--map-border-strong"), weight: 2, fill: false },
      interactive: false,
      onEachFeature: (area, layer) => layer.bindTooltip(area.properties.name, { permanent: true, direction: "center", className: "ward-name district-name" }),
    }).addTo(map);
  }
  box.querySelector<HTMLElement>("[data-approximate]")!.hidden = !approximate;
  const label = box.querySelector<HTMLElement>("[data-ward]")!;

  let byProgram = true;
  const here = (): string => {
    const { lng, lat } = map.getCenter();
    return areaAt(wards, lng, lat)?.properties.name ?? "";
  };
  const go = (act: () => void): void => {
    byProgram = true;
    act();
    byProgram = false;
    label.textContent = here();
  };
  const [west, south, east, north] = boxOf(wards);
  go(() => {
    if (start) map.setView([start[1], start[0]], 16, { animate: false });
    else map.fitBounds([[south, west], [north, east]], { animate: false });
  });
  map.setMaxBounds(L.latLngBounds([south, west], [north, east]).pad(0.3));
  const showNames = (): void => {
    map.getContainer().classList.toggle("with-names", map.getZoom() >= 12);
    names.setStyle({ weight: map.getZoom() >= 12 ? 1.5 : 1 });
  };
  map.on("zoomend", showNames);
  showNames();
  map.on("move", () => {
    label.textContent = here();
  });
  map.on("moveend", () => {
    if (byProgram) return;
    const { lng, lat } = map.getCenter();
    moved(lng, lat, here());
  });
  return {
    move: (lon, lat, zoom) => go(() => map.setView([lat, lon], Math.max(zoom, map.getZoom()), { animate: false })),
    resize: () => map.invalidateSize({ animate: false, pan: false }),
  };
}
