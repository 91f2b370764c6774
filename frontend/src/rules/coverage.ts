/** Coverage of one category on the borders: each ward by its state, in colour, with a sign and in words. */
import "leaflet/dist/leaflet.css";
import L from "leaflet";
import type { AreaFile } from "../borders";
import { creditBorders } from "../credit";
import { getJson } from "../page";
import { say } from "../words/rules";

type State = "clear" | "none" | "contradiction";

export interface Coverage {
  borders: string;
  wards: Record<string, { name: string; state: State; agency: string; rule: string }>;
}

const SIGNS: Record<State, string> = { clear: "", none: "✕", contradiction: "≠" };
const COLOURS: Record<State, string> = { clear: "--group-3", none: "--group-2", contradiction: "--overdue-ring" };
const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export async function drawCoverage(box: HTMLElement, coverage: Coverage): Promise<void> {
  if (!coverage.borders) return;
  const areas = await getJson<AreaFile>(coverage.borders);
  const map = L.map(box, { zoomControl: false, scrollWheelZoom: false, zoomSnap: 0.25 });
  creditBorders(map, areas.attribution);
  L.control.zoom({ position: "topright", zoomInTitle: say("map.zoom-in"), zoomOutTitle: say("map.zoom-out") }).addTo(map);
  const wards = L.geoJSON(areas, {
    filter: (area) => area.properties.level === "ward",
    style: (area) => {
      const state = coverage.wards[area?.properties.code ?? ""]?.state ?? "none";
      return {
        color: colour("--map-border-strong"),
        weight: 1,
        fillColor: colour(COLOURS[state]),
        fillOpacity: state === "clear" ? 0.18 : 0.5,
      };
    },
    onEachFeature: (area, layer) => {
      const ward = coverage.wards[area.properties.code];
      if (!ward) return;
      const lines = [area.properties.name, ward.agency || say(`state.${ward.state}`), ward.rule];
      const tip = document.createElement("div");
      for (const line of lines.filter(Boolean)) tip.append(Object.assign(document.createElement("div"), { textContent: line }));
      layer.bindTooltip(tip, { sticky: true });
      if (SIGNS[ward.state]) {
        const middle = (layer as L.Polygon).getBounds().getCenter();
        L.marker(middle, { icon: L.divIcon({ className: "cover-sign", html: SIGNS[ward.state], iconSize: [18, 18] }), interactive: false, keyboard: false }).addTo(map);
      }
    },
  }).addTo(map);
  map.fitBounds(wards.getBounds(), { padding: [12, 12], animate: false });
  box.dataset.ready = "true";
}
