/** The ward's outline with a dot where it is: small enough for each card, drawn without a map library. */
import { type Area, areaAt, boxOf, outlines } from "../borders";

const SVG = "http://www.w3.org/2000/svg";
const SIZE = 72;
/** More points than this are not seen at this size. */
const POINTS = 70;

function made<Name extends keyof SVGElementTagNameMap>(name: Name, attributes: Record<string, string | number>): SVGElementTagNameMap[Name] {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}

/** A picture of the ward around a point, or null when no ward holds it. `label` is read to who cannot see it. */
export function miniMap(wards: readonly Area[], lon: number, lat: number, group: number, label: string): SVGSVGElement | null {
  const ward = areaAt(wards, lon, lat);
  if (!ward) return null;
  const [west, south, east, north] = boxOf([ward]);
  const squeeze = Math.cos((lat * Math.PI) / 180);
  const scale = (SIZE - 12) / Math.max((east - west) * squeeze, north - south);
  const x = (at: number): number => SIZE / 2 + (at - (west + east) / 2) * squeeze * scale;
  const y = (at: number): number => SIZE / 2 - (at - (south + north) / 2) * scale;
  const path = outlines(ward)
    .map((ring) => {
      const step = Math.max(1, Math.floor(ring.length / POINTS));
      const kept = ring.filter((_, i) => i % step === 0) as [number, number][];
      return `M${kept.map(([px, py]) => `${x(px).toFixed(1)} ${y(py).toFixed(1)}`).join("L")}Z`;
    })
    .join("");
  const svg = made("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, class: "mini-map", role: "img", "aria-label": label });
  svg.append(
    made("path", { d: path, class: "mini-ward" }),
    made("circle", { cx: x(lon), cy: y(lat), r: 9, class: "mini-halo" }),
    made("circle", { cx: x(lon), cy: y(lat), r: 5, class: `mini-dot mini-dot-${group}` }),
  );
  return svg;
}
