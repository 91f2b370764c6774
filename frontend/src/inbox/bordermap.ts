/** A map of this host alone: borders, names and, if the deployment has one, its own basemap. */
import "leaflet/dist/leaflet.css";
import L from "leaflet";
import { borders } from "../borders";
import { credit } from "../credit";
import { settings } from "../page";
import { say } from "../words/inbox";

export const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Makes a map in `box` with the wards on it; null when the box has gone meanwhile. */
export async function borderMap(box: HTMLElement, options: L.MapOptions = {}): Promise<L.Map | null> {
  const { wards, approximate } = await borders();
  if (!box.isConnected) return null;
  const map = L.map(box, { zoomControl: false, preferCanvas: true, maxZoom: 19, ...options });
  L.control.zoom({ position: "topright", zoomInTitle: say("map.zoom-in"), zoomOutTitle: say("map.zoom-out") }).addTo(map);
  if (settings.basemap?.kind === "raster") {
    L.tileLayer(settings.basemap.url, { attribution: settings.basemap.attribution, maxZoom: 19 }).addTo(map);
  }
  void credit(map);
  if (approximate) map.attributionControl.addAttribution(say("map.approximate"));
  const named: L.Polygon[] = [];
  L.geoJSON(wards, {
    style: { color: colour("--map-border-strong"), weight: 1.5, fillColor: colour("--map-land"), fillOpacity: settings.basemap ? 0 : 1 },
    interactive: false,
    onEachFeature: (area, layer) => {
      layer.bindTooltip(area.properties.name, { permanent: true, direction: "center", className: "ward-name" });
      named.push(layer as L.Polygon);
    },
  }).addTo(map);
  map.on("zoomend load", () => requestAnimationFrame(() => showNamesThatFit(map, named)));
  // Points stand above the names.
  map.createPane("point").style.zIndex = "660";
  box.setAttribute("role", "group");
  return map;
}

/** A name that is wider than its ward would lie over those of the neighbours: it comes as one zooms in. */
function showNamesThatFit(map: L.Map, wards: readonly L.Polygon[]): void {
  const widths = wards.map((ward) => {
    const box = ward.getBounds();
    return map.project(box.getNorthEast()).x - map.project(box.getSouthWest()).x;
  });
  // All are measured before any is hidden: one layout for the whole map.
  const names = wards.map((ward) => ward.getTooltip()?.getElement());
  const fits = names.map((name, index) => (name?.offsetWidth ?? 0) <= (widths[index] ?? 0));
  names.forEach((name, index) => name?.classList.toggle("too-wide", !fits[index]));
}
