/** The borders of one area set: districts strong, wards thin, each named under the pointer. */
import "leaflet/dist/leaflet.css";
import L from "leaflet";
import type { AreaFile, AreaProperties } from "../borders";
import { creditBorders } from "../credit";
import { getJson } from "../page";
import { say } from "../words/rules";

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export async function drawSet(box: HTMLElement, address: string): Promise<void> {
  if (!address) return;
  const areas = await getJson<AreaFile>(address);
  const map = L.map(box, { zoomControl: false, scrollWheelZoom: false, zoomSnap: 0.25 });
  creditBorders(map, areas.attribution);
  L.control.zoom({ position: "topright", zoomInTitle: say("map.zoom-in"), zoomOutTitle: say("map.zoom-out") }).addTo(map);
  const districts = new Map(
    areas.features.filter((area) => area.properties.level === "district").map((area) => [area.properties.code, area.properties.name]),
  );
  const wards = L.geoJSON(areas, {
    filter: (area) => area.properties.level === "ward",
    style: { color: colour("--map-border-strong"), weight: 1, fillColor: colour("--accent"), fillOpacity: 0.08 },
    onEachFeature: (area, layer) => {
      const tip = document.createElement("div");
      const { name, code, parent } = area.properties as AreaProperties & { parent?: string };
      for (const line of [`${name} (${code})`, districts.get(parent ?? "")]) {
        if (line) tip.append(Object.assign(document.createElement("div"), { textContent: line }));
      }
      layer.bindTooltip(tip, { sticky: true });
    },
  }).addTo(map);
  L.geoJSON(areas, {
    filter: (area) => area.properties.level === "district",
    style: { color: colour("--map-border-strong"), weight: 2.5, fill: false },
    interactive: false,
  }).addTo(map);
  map.fitBounds(wards.getBounds(), { padding: [8, 8], animate: false });
  box.dataset.ready = "true";
}
