/** The map by ward: one figure in five steps of one colour, each ward's number on it when the pointer or focus is there. */
import "leaflet/dist/leaflet.css";
import L from "leaflet";
import { type Area, type AreaFile, boxOf } from "../borders";
import { creditBorders } from "../credit";
import { element } from "../element";
import type { Drawn } from "../figures";
import { getJson } from "../page";
import { locale } from "../words";
import { say } from "../words/figures";
import { stepAt, stepsOf } from "./steps";

/** By the names of incidents/figures/mapped.py: a count, a share from 0 to 1, seconds; null where nothing can be said. */
export type WardFigures = Record<string, number | null>;
/** A ward's district: its name and figures. */
export type DistrictFigures = { name: string } & Record<string, number | string | null>;

const whole = new Intl.NumberFormat(locale);
const share = new Intl.NumberFormat(locale, { style: "percent" });
const STEPS = 5;

function span(seconds: number): string {
  if (seconds < 5_400) return say("minutes", { n: whole.format(Math.round(seconds / 60)) });
  if (seconds < 172_800) return say("hours", { n: whole.format(Math.round(seconds / 3_600)) });
  return say("days", { n: whole.format(Math.round(seconds / 86_400)) });
}

const shown = (kind: string, value: number | null): string =>
  value === null ? "–" : kind === "share" ? share.format(value) : kind === "span" ? span(value) : whole.format(value);

export async function drawMap(drawn: Drawn): Promise<void> {
  const box = document.querySelector<HTMLElement>("#map");
  const choose = document.querySelector<HTMLSelectElement>("#map-figure");
  const legend = document.querySelector<HTMLElement>("#legend");
  if (!box || !choose || !legend || !drawn.borders) return;
  const { url, approximate } = drawn.borders;
  const level = document.querySelector<HTMLSelectElement>("#map-level");
  const kind = (): string => choose.selectedOptions[0]?.dataset.kind ?? "count";
  /** The chosen figure of a ward, or of its district; what nothing is known of has a count of nought and no share. */
  const valueOf = (code: string): number | null => {
    const told = (level?.value === "district" ? drawn.districts : drawn.wards)[code]?.[choose.value];
    return typeof told === "number" ? told : kind() === "count" ? 0 : null;
  };
  let wards: Area[];
  let attribution: string | undefined;
  try {
    const areas = await getJson<AreaFile>(url);
    attribution = areas.attribution;
    wards = areas.features.filter((area) => area.properties.level === "ward");
  } catch {
    box.replaceChildren(element("p", { class: "figures-none", text: say("map.trouble") }));
    return;
  }
  const map = L.map(box, { zoomControl: false, scrollWheelZoom: false, zoomSnap: 0.25 });
  creditBorders(map, attribution);
  L.control.zoom({ position: "topright", zoomInTitle: say("zoom.in"), zoomOutTitle: say("zoom.out") }).addTo(map);
  const [west, south, east, north] = boxOf(wards);
  map.fitBounds([[south, west], [north, east]], { padding: [8, 8] });
  const layer = L.geoJSON(wards, {
    onEachFeature: (area: Area, one) =>
      one.bindTooltip(() => {
        const { code, name } = area.properties;
        const district = level?.value === "district" ? drawn.districts[code]?.name : "";
        return element("span", {}, element("b", { text: district || name }), ` ${shown(kind(), valueOf(code))}`);
      }, { sticky: true }),
  }).addTo(map);
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", say("map.label"));

  const paint = (): void => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const strong = colour(choose.value === "overdue" ? "--overdue-ring" : "--accent");
    const ends = stepsOf(wards.map((area) => valueOf(area.properties.code) ?? 0), STEPS);
    const opacity = (step: number): number => (step < 0 ? 0 : 0.18 + (0.72 * step) / Math.max(1, ends.length - 1));
    layer.setStyle((area) => {
      const step = stepAt(valueOf((area as Area).properties.code), ends);
      return { color: colour("--map-border-strong"), weight: 1, fillColor: step < 0 ? colour("--map-land") : strong, fillOpacity: step < 0 ? 1 : opacity(step) };
    });
    legend.replaceChildren(
      ...ends.map((end, step) => {
        const one = element("span", { text: `≤ ${shown(kind(), end)}` });
        one.style.setProperty("--step", `color-mix(in srgb, ${strong} ${Math.round(opacity(step) * 100)}%, ${colour("--map-ground")})`);
        return one;
      }),
      ...(approximate ? [element("em", { text: say("map.approximate") })] : []),
    );
  };
  choose.addEventListener("change", paint);
  level?.addEventListener("change", paint);
  document.addEventListener("themechange", paint);
  paint();
  box.dataset.drawn = String(wards.length);
}
