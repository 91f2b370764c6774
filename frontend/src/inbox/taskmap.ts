/** The map of one assignment, on Leaflet: borders, the point, and how sure it is. Fetched when a panel shows it. */
import "leaflet/dist/leaflet.css";
import L from "leaflet";
import { borders } from "../borders";
import { settings } from "../page";
import { say } from "../words/inbox";

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Draws into `box`, whose data attributes say where (degrees), how sure (metres) and which group. */
export async function taskMap(box: HTMLElement): Promise<void> {
  const at: L.LatLngTuple = [Number(box.dataset.lat), Number(box.dataset.lon)];
  const radius = Number(box.dataset.radius);
  const { wards } = await borders();
  if (!box.isConnected) return;
  const map = L.map(box, {
    attributionControl: Boolean(settings.basemap),
    zoomControl: false,
    preferCanvas: true,
    // One finger scrolls the page, two move the map.
    dragging: !matchMedia("(pointer: coarse)").matches,
    scrollWheelZoom: false,
    maxZoom: 19,
  });
  // Wide enough to see the ward's name and its neighbours when there are no streets under it.
  map.setView(at, settings.basemap ? 16 : 13, { animate: false });
  L.control.zoom({ position: "topright", zoomInTitle: say("map.zoom-in"), zoomOutTitle: say("map.zoom-out") }).addTo(map);
  if (settings.basemap?.kind === "raster") {
    L.tileLayer(settings.basemap.url, { attribution: settings.basemap.attribution, maxZoom: 19 }).addTo(map);
  }
  L.geoJSON(wards, {
    style: { color: colour("--map-border-strong"), weight: 1.5, fillColor: colour("--map-land"), fillOpacity: settings.basemap ? 0 : 1 },
    interactive: false,
    onEachFeature: (area, layer) =>
      layer.bindTooltip(area.properties.name, { permanent: true, direction: "center", className: "ward-name" }),
  }).addTo(map);
  // The point stands above the names.
  map.createPane("point").style.zIndex = "660";
  const paint = colour(`--group-${box.dataset.group}`);
  if (radius > 15) {
    L.circle(at, { radius, color: paint, weight: 1.5, dashArray: "5 4", fillOpacity: 0.1, interactive: false }).addTo(map);
  }
  L.circleMarker(at, { radius: 9, color: colour("--map-halo"), weight: 3, fillColor: paint, fillOpacity: 1, interactive: false, pane: "point", renderer: L.svg({ pane: "point" }) }).addTo(map);
  if (radius > 400) map.fitBounds(L.latLng(at).toBounds(radius * 2.4), { animate: false });
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", say("map.label"));
}
