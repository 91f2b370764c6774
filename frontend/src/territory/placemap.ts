/** The map on which a place is put: pressing it writes the degrees into the form, and degrees typed there move the mark. */
import "leaflet/dist/leaflet.css";
import L from "leaflet";
import { areaAt, borders, boxOf } from "../borders";
import { credit } from "../credit";
import { settings } from "../page";
import { say } from "../words/rules";

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Draws into `box`; the fields are those of the form beside it. */
export async function placeMap(box: HTMLElement, form: HTMLFormElement): Promise<void> {
  const field = (name: string): HTMLInputElement => form.elements.namedItem(name) as HTMLInputElement;
  const { wards, districts } = await borders();
  const map = L.map(box, { zoomControl: false, scrollWheelZoom: false, zoomSnap: 0.25, minZoom: 9, maxZoom: 19, preferCanvas: true });
  L.control.zoom({ position: "topright", zoomInTitle: say("map.zoom-in"), zoomOutTitle: say("map.zoom-out") }).addTo(map);
  if (settings.basemap?.kind === "raster") L.tileLayer(settings.basemap.url, { attribution: settings.basemap.attribution, maxZoom: 19 }).addTo(map);
  void credit(map);
  L.geoJSON(wards, { style: { color: colour("--map-border-strong"), weight: 1, fillColor: colour("--accent"), fillOpacity: settings.basemap ? 0 : 0.08 }, interactive: false }).addTo(map);
  L.geoJSON(districts, { style: { color: colour("--map-border-strong"), weight: 2.5, fill: false }, interactive: false }).addTo(map);
  const [west, south, east, north] = boxOf(wards);
  map.fitBounds([[south, west], [north, east]], { animate: false });

  const mark = L.circleMarker([0, 0], { radius: 8, color: colour("--map-halo"), weight: 3, fillColor: colour("--accent"), fillOpacity: 1, interactive: false });
  const told = form.querySelector<HTMLElement>("[data-place-ward]")!;
  const show = (): void => {
    const [lat, lon] = [field("lat").valueAsNumber, field("lon").valueAsNumber];
    if (!Number.isFinite(lat) || !Number.isFinite(lon)) {
      mark.remove();
      return;
    }
    mark.setLatLng([lat, lon]).addTo(map);
    told.textContent = areaAt(wards, lon, lat)?.properties.name ?? say("place.outside");
  };
  map.on("click", ({ latlng }) => {
    field("lat").value = latlng.lat.toFixed(6);
    field("lon").value = latlng.lng.toFixed(6);
    show();
  });
  for (const name of ["lat", "lon"]) field(name).addEventListener("input", show);
  show();
  if (mark.getLatLng().lat) map.setView(mark.getLatLng(), 15, { animate: false });
  box.dataset.ready = "true";
}
