/** All tasks of the list on one map, and where one stands oneself. Fetched when the map is asked for. */
import L from "leaflet";
import { say } from "../words/inbox";
import { borderMap, colour } from "./bordermap";
import { groupOf, isLate, type Position, type Task } from "./tasks";

export class Overview {
  private readonly points: L.LayerGroup;
  private signature = "";
  // Somebody has moved it: from then on it stays where it is.
  private held = false;
  private fitting = false;

  private constructor(
    private readonly map: L.Map,
    private readonly open: (task: Task) => void,
  ) {
    this.points = L.layerGroup().addTo(map);
    map.on("movestart zoomstart", () => {
      if (!this.fitting) this.held = true;
    });
  }

  static async make(box: HTMLElement, open: (task: Task) => void): Promise<Overview | null> {
    const map = await borderMap(box);
    if (!map) return null;
    map.setView([11.05, 106.65], 10, { animate: false });
    box.setAttribute("aria-label", say("overview.label"));
    return new Overview(map, open);
  }

  /** Draws the tasks. The map follows other tasks only until somebody moves it, or when it shows none of them. */
  show(tasks: readonly Task[], here: Position | null, name: (task: Task) => string, now: number): void {
    const placed = tasks.filter((task) => task.incident.lat !== null && task.incident.lon !== null);
    this.points.clearLayers();
    const renderer = L.svg({ pane: "point" });
    for (const task of placed) {
      const late = isLate(task, now);
      const point = L.circleMarker([task.incident.lat!, task.incident.lon!], {
        radius: late ? 11 : 9,
        color: late ? colour("--overdue-ring") : colour("--map-halo"),
        weight: 3,
        fillColor: colour(`--group-${groupOf(task)}`),
        fillOpacity: 1,
        pane: "point",
        renderer,
      });
      point.bindTooltip(name(task), { pane: "tooltipPane" }).on("click", () => this.open(task));
      point.addTo(this.points);
    }
    if (here) L.circleMarker([here.lat, here.lon], { radius: 6, color: colour("--focus"), weight: 3, fillOpacity: 0.4, pane: "point", renderer, interactive: false }).addTo(this.points);
    const signature = placed.map((task) => task.id).sort((a, b) => a - b).join();
    if (signature === this.signature || !placed.length) return;
    this.signature = signature;
    const places = placed.map((task) => L.latLng(task.incident.lat!, task.incident.lon!));
    const seen = this.map.getBounds();
    if (this.held && places.some((place) => seen.contains(place))) return;
    this.held = false;
    this.fitting = true;
    this.map.fitBounds(L.latLngBounds(places).pad(0.25), { animate: false, maxZoom: 14 });
    this.fitting = false;
  }

  /** The box was hidden or has another size now. */
  fit(): void {
    this.fitting = true;
    this.map.invalidateSize();
    this.fitting = false;
  }
}
