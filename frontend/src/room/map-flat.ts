/** The map on Leaflet, for computers without WebGL: the same set, the same shapes, counted on the page. */
import "leaflet/dist/leaflet.css";
import L from "leaflet";
import { credit } from "../credit";
import { element } from "../element";
import { say } from "../words/room";
import { Clusters, type PointFeature } from "./clusters";
import { drawIcon, iconOf, SIZE } from "./icons";
import { type Incident, isOverdue } from "./incident";
import { ARROW, drawUnit, type UnitsOnMap } from "./units";
import type { WarningsOnMap } from "./warnings";
import { type Areas, type MapSettings, type Pin, type RoomMap, type Spot } from "./map";

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class FlatMap implements RoomMap {
  private readonly map: L.Map;
  private readonly clusters = new Clusters();
  private readonly points = L.layerGroup();
  private readonly marks = L.layerGroup();
  private readonly names = L.layerGroup();
  private readonly crews = L.layerGroup();
  private readonly warned = L.layerGroup();
  private borders: L.GeoJSON | null = null;
  private extent: L.LatLngBounds;
  private markers = new Map<number, L.Marker>();
  private selected: Incident | null = null;
  private lit: Incident | null = null;
  private edges = { left: 0, right: 0 };
  private pins = 0;
  private namesShown = true;

  constructor(private readonly settings: MapSettings) {
    const [west, south, east, north] = settings.bounds;
    this.extent = L.latLngBounds([south, west], [north, east]);
    this.map = L.map(settings.box, {
      zoomControl: false,
      preferCanvas: true,
      zoomSnap: 0.25,
      maxZoom: 18,
      minZoom: 7,
    });
    L.control.zoom({ position: "bottomright", zoomInTitle: say("map.zoom-in"), zoomOutTitle: say("map.zoom-out") }).addTo(this.map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(this.map);
    if (settings.basemap?.kind === "raster") {
      L.tileLayer(settings.basemap.url, { attribution: settings.basemap.attribution }).addTo(this.map);
    }
    void credit(this.map);
    this.map.fitBounds(this.extent);
    for (const layer of [this.warned, this.names, this.marks, this.points, this.crews]) layer.addTo(this.map);
    const tellView = (): void => {
      const { lng, lat } = this.map.getCenter();
      settings.box.dataset.view = [lng.toFixed(5), lat.toFixed(5), this.map.getZoom().toFixed(2)].join(" ");
    };
    tellView();
    this.map.on("moveend", () => {
      tellView();
      this.draw();
    });
    this.map.on("click", () => {
      if (!this.pins) settings.actions.ground();
    });
    settings.box.append(element("p", { class: "map-note", text: say("map.no-webgl") }));
    document.addEventListener("themechange", () => {
      this.borders?.setStyle((feature) => border(feature?.properties?.level as string));
      this.draw();
    });
  }

  show(incidents: Incident[], _fresh: number[], now = Date.now()): void {
    const points: PointFeature[] = incidents
      .filter((incident) => incident.lat !== null && incident.lon !== null)
      .map((incident) => ({
        type: "Feature",
        geometry: { type: "Point", coordinates: [incident.lon!, incident.lat!] },
        properties: {
          id: incident.id,
          icon: iconOf(incident, now),
          emergency: incident.group === 2 ? 1 : 0,
          overdue: isOverdue(incident, now) ? 1 : 0,
        },
      }));
    this.settings.box.dataset.points = String(points.length);
    this.clusters.load(points);
    this.draw();
  }

  /** A computer without WebGL shows what is live; the past is on the page of the figures. */
  past(): void {
    return;
  }

  measure(): void {
    return;
  }

  measureBack(): boolean {
    return false;
  }

  picture(): Promise<Blob> {
    return Promise.reject(new Error("no WebGL"));
  }

  wards(): { end: number; colour: string }[] {
    return [];
  }

  units(shown: UnitsOnMap): void {
    this.settings.box.dataset.crews = String(shown.units.features.length);
    this.crews.clearLayers();
    for (const way of shown.ways.features) {
      if (way.geometry.type === "Point") {
        const [lon = 0, lat = 0] = way.geometry.coordinates;
        this.crews.addLayer(L.circleMarker([lat, lon], { radius: 17, color: colour("--group-2"), weight: 2, fill: false, interactive: false }));
        continue;
      }
      const line = way.geometry.coordinates.map(([lon = 0, lat = 0]): L.LatLngTuple => [lat, lon]);
      this.crews.addLayer(L.polyline(line, { color: colour("--group-2"), weight: 1.6, dashArray: "4 4", interactive: false }));
    }
    for (const unit of shown.units.features) {
      const [lon = 0, lat = 0] = unit.geometry.coordinates;
      const canvas = drawUnit(unit.properties.icon, 2);
      const picture = element("img", { src: canvas.toDataURL(), alt: "", width: 22, height: 22 });
      if (unit.properties.heading !== undefined) {
        const arrow = element("img", { src: drawUnit("unit-heading", 2).toDataURL(), alt: "", width: ARROW.size, height: ARROW.size });
        arrow.style.transform = `rotate(${unit.properties.heading}deg) translateY(${-ARROW.ahead}px)`;
        this.crews.addLayer(L.marker([lat, lon], { icon: L.divIcon({ html: arrow, className: "flat-icon", iconSize: [ARROW.size, ARROW.size] }), keyboard: false, interactive: false }));
      }
      const icon = L.divIcon({ html: picture, className: unit.properties.stale ? "flat-icon is-stale" : "flat-icon", iconSize: [22, 22] });
      this.crews.addLayer(L.marker([lat, lon], { icon, title: unit.properties.label, keyboard: false, interactive: false }));
    }
  }

  warnings(shown: WarningsOnMap): void {
    this.settings.box.dataset.warnings = String(shown.features.length);
    this.warned.clearLayers();
    for (const one of shown.features) {
      this.warned.addLayer(L.geoJSON(one, { style: { color: colour("--text"), weight: one.properties.width, fillOpacity: 0.08, dashArray: "2 6" }, interactive: false }));
    }
  }

  private draw(): void {
    const bounds = this.map.getBounds().pad(0.25);
    const { features } = this.clusters.shown(
      [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()],
      this.map.getZoom(),
    );
    this.points.clearLayers();
    this.markers.clear();
    for (const { geometry, properties } of features) {
      const [lon = 0, lat = 0] = geometry.coordinates;
      if ("cluster" in properties) {
        const size = 26 + Math.min(34, Math.sqrt(properties.point_count) * 2);
        const state = properties.emergency ? "emergency" : properties.overdue ? "overdue" : "plain";
        const icon = L.divIcon({
          html: element("span", { class: `flat-cluster flat-${state} tabular`, text: properties.label }),
          className: "flat-icon",
          iconSize: [size, size],
        });
        const marker = L.marker([lat, lon], { icon, title: say("map.cluster", { n: properties.point_count }) });
        marker.on("click", () => this.openCluster(properties.cluster_id, [lat, lon]));
        this.points.addLayer(marker);
        continue;
      }
      const marker = L.marker([lat, lon], {
        icon: L.divIcon({ html: picture(properties.icon), className: "flat-icon", iconSize: [SIZE, SIZE] }),
        title: this.settings.line(properties.id)?.text ?? "",
        keyboard: false,
      });
      marker.on("click", () => this.settings.actions.open(properties.id));
      marker.on("mouseover", () => this.settings.actions.light(properties.id));
      marker.on("mouseout", () => this.settings.actions.light(null));
      this.markers.set(properties.id, marker);
      this.points.addLayer(marker);
    }
    this.drawNames();
  }

  private openCluster(cluster: number, at: [number, number]): void {
    const { zoom, ids } = this.clusters.open(cluster, 30);
    if (zoom <= 16) {
      this.map.setView(at, zoom);
      return;
    }
    const list = element("ul", { class: "cluster-list" });
    for (const id of ids) {
      const line = this.settings.line(id);
      if (!line) continue;
      const button = element(
        "button",
        { type: "button" },
        element("span", { class: `mark mark-${line.group}`, "aria-hidden": "true" }),
        element("span", { text: line.text }),
      );
      button.addEventListener("click", () => {
        this.map.closePopup();
        this.settings.actions.open(id);
      });
      list.append(element("li", {}, button));
    }
    L.popup({ maxWidth: 320 }).setLatLng(at).setContent(list).openOn(this.map);
  }

  private nameSpots: { name: string; level: string; at: L.LatLngExpression }[] = [];

  areas(areas: Areas): void {
    this.borders?.remove();
    this.borders = L.geoJSON(areas, { interactive: false, style: (feature) => border(feature?.properties?.level as string) });
    this.borders.addTo(this.map).bringToBack();
    this.extent = this.borders.getBounds();
    this.nameSpots = areas.features.map((area) => {
      const [lon, lat] = area.properties.at;
      return { name: area.properties.name, level: area.properties.level, at: [lat, lon] };
    });
    this.drawNames();
  }

  private drawNames(): void {
    this.names.clearLayers();
    if (!this.namesShown) return;
    const level = this.map.getZoom() >= 12 ? "ward" : "district";
    for (const spot of this.nameSpots.filter((one) => one.level === level)) {
      const html = element("span", { class: "flat-name", text: spot.name });
      this.names.addLayer(
        L.marker(spot.at, { interactive: false, keyboard: false, icon: L.divIcon({ html, className: "flat-icon", iconSize: [110, 16] }) }),
      );
    }
  }

  layer(name: "borders" | "names", shown: boolean): void {
    if (name === "names") {
      this.namesShown = shown;
      this.drawNames();
    } else if (this.borders) {
      if (shown) this.borders.addTo(this.map).bringToBack();
      else this.borders.remove();
    }
  }

  private drawMarks(): void {
    this.marks.clearLayers();
    for (const [incident, weight] of [
      [this.selected, 3],
      [this.lit, 2],
    ] as const) {
      if (!incident || incident.lat === null || incident.lon === null) continue;
      const at: L.LatLngExpression = [incident.lat, incident.lon];
      this.marks.addLayer(L.circleMarker(at, { radius: 17, weight, color: colour("--focus"), fillOpacity: 0.16, interactive: false }));
      if (incident === this.selected && (incident.radius_m ?? 0) > 15) {
        this.marks.addLayer(
          L.circle(at, { radius: incident.radius_m!, weight: 1.2, dashArray: "5 4", color: colour("--accent"), fillOpacity: 0.1, interactive: false }),
        );
      }
    }
  }

  light(incident: Incident | null): void {
    if (this.lit?.id === incident?.id) return;
    this.lit = incident;
    this.drawMarks();
  }

  select(incident: Incident | null): void {
    this.selected = incident;
    this.drawMarks();
  }

  covered(left: number, right: number): void {
    this.edges = { left, right };
  }

  reveal(spot: Spot): void {
    const { x, y } = this.map.latLngToContainerPoint([spot.lat, spot.lon]);
    const { clientWidth, clientHeight } = this.settings.box;
    const inside = x > this.edges.left + 24 && x < clientWidth - this.edges.right - 24 && y > 24 && y < clientHeight - 24;
    if (inside && this.map.getZoom() >= 10) return;
    const zoom = Math.max(this.map.getZoom(), 12);
    const at = this.map.project([spot.lat, spot.lon], zoom).subtract([(this.edges.left - this.edges.right) / 2, 0]);
    this.map.setView(this.map.unproject(at, zoom), zoom);
  }

  fit(): void {
    this.map.fitBounds(this.extent, { paddingTopLeft: [this.edges.left + 24, 24], paddingBottomRight: [this.edges.right + 24, 24] });
  }

  pin(spot: Spot | null, moved: (spot: Spot) => void): Pin {
    const icon = L.divIcon({ html: element("div", { class: "pin" }), className: "flat-icon", iconSize: [26, 34], iconAnchor: [13, 34] });
    const marker = L.marker(spot ? [spot.lat, spot.lon] : this.map.getCenter(), { icon, draggable: true });
    const around = L.circle(marker.getLatLng(), { radius: 0, weight: 1, color: colour("--accent"), interactive: false });
    this.pins += 1;
    this.settings.box.classList.add("is-pinning");
    const at = (): Spot => ({ lat: marker.getLatLng().lat, lon: marker.getLatLng().lng });
    const place = (next: Spot, radius: number | null): void => {
      marker.setLatLng([next.lat, next.lon]).addTo(this.map);
      around.setLatLng([next.lat, next.lon]).setRadius(radius ?? 0).addTo(this.map);
    };
    const clicked = (event: L.LeafletMouseEvent): void => {
      place({ lat: event.latlng.lat, lon: event.latlng.lng }, null);
      moved(at());
    };
    this.map.on("click", clicked);
    marker.on("dragend", () => moved(at()));
    if (spot) place(spot, null);
    return {
      at,
      set: place,
      remove: () => {
        this.map.off("click", clicked);
        marker.remove();
        around.remove();
        this.pins -= 1;
        if (!this.pins) this.settings.box.classList.remove("is-pinning");
      },
    };
  }
}

function border(level: string): L.PathOptions {
  return level === "district"
    ? { color: colour("--map-border-strong"), weight: 2, fill: false }
    : { color: colour("--map-border"), weight: 1, fill: true, fillColor: colour("--map-land"), fillOpacity: 0.6 };
}

function picture(name: string): HTMLElement {
  const canvas = element("canvas", { width: SIZE * 2, height: SIZE * 2, class: "flat-picture" });
  const context = canvas.getContext("2d");
  if (context) drawIcon(context, name, 2);
  return canvas;
}
