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

export interface WardFigures {
  name: string;
  received: number;
  open: number;
  overdue: number;
  /** 0 to 1; null where nothing was answered. */
  on_time: number | null;
  /** Seconds. */
  first_answer: number | null;
}

type Figure = Exclude<keyof WardFigures, "name">;

const whole = new Intl.NumberFormat(locale);
const share = new Intl.NumberFormat(locale, { style: "percent" });
const STEPS = 5;

function span(seconds: number): string {
  if (seconds < 5_400) return say("minutes", { n: whole.format(Math.round(seconds / 60)) });
  if (seconds < 172_800) return say("hours", { n: whole.format(Math.round(seconds / 3_600)) });
  return say("days", { n: whole.format(Math.round(seconds / 86_400)) });
}

const shown = (figure: Figure, value: number | null): string =>
  value === null ? "–" : figure === "on_time" ? share.format(value) : figure === "first_answer" ? span(value) : whole.format(value);

export async function drawMap(drawn: Drawn): Promise<void> {
  const box = document.querySelector<HTMLElement>("#map");
  const choose = document.querySelector<HTMLSelectElement>("#map-figure");
  const legend = document.querySelector<HTMLElement>("#legend");
  if (!box || !choose || !legend || !drawn.borders) return;
  const { url, approximate } = drawn.borders;
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
        const figure = choose.value as Figure;
        const value = drawn.wards[area.properties.code]?.[figure] ?? (figure === "on_time" || figure === "first_answer" ? null : 0);
        return element("span", {}, element("b", { text: area.properties.name }), ` ${shown(figure, value)}`);
      }, { sticky: true }),
  }).addTo(map);
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", say("map.label"));

  const paint = (): void => {
    const figure = choose.value as Figure;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const strong = colour(figure === "overdue" ? "--overdue-ring" : "--accent");
    const ends = stepsOf(Object.values(drawn.wards).map((ward) => ward[figure] ?? 0), STEPS);
    const opacity = (step: number): number => (step < 0 ? 0 : 0.18 + (0.72 * step) / Math.max(1, ends.length - 1));
    layer.setStyle((area) => {
      const step = stepAt(drawn.wards[(area as Area).properties.code]?.[figure] ?? null, ends);
      return { color: colour("--map-border-strong"), weight: 1, fillColor: step < 0 ? colour("--map-land") : strong, fillOpacity: step < 0 ? 1 : opacity(step) };
    });
    legend.replaceChildren(
      ...ends.map((end, step) => {
        const one = element("span", { text: `≤ ${shown(figure, end)}` });
        one.style.setProperty("--step", `color-mix(in srgb, ${strong} ${Math.round(opacity(step) * 100)}%, ${colour("--map-ground")})`);
        return one;
      }),
      ...(approximate ? [element("em", { text: say("map.approximate") })] : []),
    );
  };
  choose.addEventListener("change", paint);
  document.addEventListener("themechange", paint);
  paint();
  box.dataset.drawn = String(wards.length);
}
