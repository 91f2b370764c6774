/** The map of reports that everybody may see. What is on it is decided by the server alone. */
import "./base";
import "../styles/public.css";
import "../styles/portal.css";
import "leaflet/dist/leaflet.css";
import "../styles/publicmap.css";
import L from "leaflet";
import { borders, boxOf } from "./borders";
import { credit } from "./credit";
import { element } from "./element";
import { getJson, settings } from "./page";
import { register } from "./portal/app";
import { chat } from "./portal/chat";
import { say } from "./words/publicmap";

interface Shown {
  topic: string;
  state: string;
  done: boolean;
  at: string;
  lat: number;
  lon: number;
  /** A picture that the hotline has released; "" for none. */
  photo: string;
}

const box = document.querySelector<HTMLElement>("#public-map");
const count = document.querySelector<HTMLElement>("[data-count]");
if (box && count) void draw(box, count).catch(() => (count.textContent = say("failed")));
register();
chat();

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

async function draw(box: HTMLElement, count: HTMLElement): Promise<void> {
  const [{ wards, approximate }, { reports }] = await Promise.all([borders(), getJson<{ reports: Shown[] }>(box.dataset.points!)]);
  const map = L.map(box, { minZoom: 8, maxZoom: 17, preferCanvas: true, zoomControl: false });
  L.control.zoom({ position: "topright", zoomInTitle: say("zoom-in"), zoomOutTitle: say("zoom-out") }).addTo(map);
  if (settings.basemap?.kind === "raster") L.tileLayer(settings.basemap.url, { attribution: settings.basemap.attribution, maxZoom: 17 }).addTo(map);
  void credit(map);
  L.geoJSON(wards, {
    style: { color: colour("--map-border"), weight: 1, fillColor: colour("--map-land"), fillOpacity: settings.basemap ? 0 : 1 },
    interactive: false,
  }).addTo(map);
  const [west, south, east, north] = boxOf(wards);
  map.fitBounds([[south, west], [north, east]]);
  document.querySelector<HTMLElement>("[data-approximate]")!.hidden = !approximate;
  for (const one of reports) {
    const fill = colour(one.done ? "--group-3" : "--accent");
    const text = element("div", {}, element("b", { text: one.topic }), element("br"), `${one.state} · ${one.at.split("-").reverse().join("/")}`);
    // Fetched when somebody opens it, not for every point of the map.
    if (one.photo) text.append(element("br"), element("a", { href: one.photo, target: "_blank", rel: "noopener", text: say("photo") }));
    L.circleMarker([one.lat, one.lon], { radius: 7, color: colour("--surface"), weight: 1.5, fillColor: fill, fillOpacity: 0.9 }).bindPopup(text).addTo(map);
  }
  count.textContent = say("count", { n: reports.length });
  const topics = new Map<string, [open: number, done: number]>();
  for (const one of reports) {
    const [open, done] = topics.get(one.topic) ?? [0, 0];
    topics.set(one.topic, one.done ? [open, done + 1] : [open + 1, done]);
  }
  const rows = [...topics].sort(([, a], [, b]) => b[0] + b[1] - a[0] - a[1]);
  document
    .querySelector("[data-table]")!
    .replaceChildren(...rows.map(([topic, [open, done]]) => element("tr", {}, element("th", { scope: "row", text: topic }), element("td", { text: open }), element("td", { text: done }))));
}
