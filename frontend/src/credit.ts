/** Names on a flat map, in its corner, whose data it shows: the areas' and places' sources, beside the basemap's own. */
import "../styles/credit.css";
import type L from "leaflet";
import { credits } from "./borders";
import { element } from "./element";

/** A source's own words as text: the control takes HTML. */
export const asText = (words: string): string => element("span", { text: words }).innerHTML;

/** Names in the corner of a map of borders alone whose they are. */
export function creditBorders(map: L.Map, attribution: string | undefined): void {
  const corner = map.attributionControl as L.Control.Attribution | undefined;
  corner?.setPrefix(false);
  if (attribution) corner?.addAttribution(asText(attribution));
}

export async function credit(map: L.Map): Promise<void> {
  const corner = map.attributionControl as L.Control.Attribution | undefined;
  if (!corner) return;
  corner.setPrefix(false);
  for (const source of await credits()) corner.addAttribution(asText(source));
}
