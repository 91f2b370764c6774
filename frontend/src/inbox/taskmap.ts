/** The map of one assignment, on Leaflet: borders, the point, and how sure it is. Fetched when a panel shows it. */
import L from "leaflet";
import { settings } from "../page";
import { say } from "../words/inbox";
import { borderMap, colour } from "./bordermap";

/** Draws into `box`, whose data attributes say where (degrees), how sure (metres) and which group. */
export async function taskMap(box: HTMLElement): Promise<void> {
  const at: L.LatLngTuple = [Number(box.dataset.lat), Number(box.dataset.lon)];
  const radius = Number(box.dataset.radius);
  // One finger scrolls the page, two move the map.
  const map = await borderMap(box, { dragging: !matchMedia("(pointer: coarse)").matches, scrollWheelZoom: false });
  if (!map) return;
  // Wide enough to see the ward's name and its neighbours when there are no streets under it.
  map.setView(at, settings.basemap ? 16 : 13, { animate: false });
  const paint = colour(`--group-${box.dataset.group}`);
  if (radius > 15) {
    L.circle(at, { radius, color: paint, weight: 1.5, dashArray: "5 4", fillOpacity: 0.1, interactive: false }).addTo(map);
  }
  L.circleMarker(at, { radius: 9, color: colour("--map-halo"), weight: 3, fillColor: paint, fillOpacity: 1, interactive: false, pane: "point", renderer: L.svg({ pane: "point" }) }).addTo(map);
  if (radius > 400) map.fitBounds(L.latLng(at).toBounds(radius * 2.4), { animate: false });
  box.setAttribute("aria-label", say("map.label"));
}
