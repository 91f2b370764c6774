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
  L.geoJSON(wards, {
    style: { color: colour("--map-border-strong"), weight: 1.5, fillColor: colour("--map-land"), fillOpacity: settings.basemap ? 0 : 1 },
    interactive: false,
    onEachFeature: (area, layer) =>
      layer.bindTooltip(area.properties.name, { permanent: true, direction: "center", className: "ward-name" }),
  }).addTo(map);
  // Points stand above the names.
  map.createPane("point").style.zIndex = "660";
  box.setAttribute("role", "group");
  return map;
}
