/** The pages of the territory: plain tables, the borders of each area set on a small map, and one to put a place on. */
import "./staff";
import "../styles/rules.css";
import "../styles/territory.css";
import { pageData } from "./page";

const boxes = document.querySelectorAll<HTMLElement>("[data-set-map]");
// Leaflet is fetched only where a map is shown.
if (boxes.length) {
  const addresses = pageData<Record<string, string>>("set-maps", {});
  void import("./territory/setmap").then(({ drawSet }) => {
    for (const box of boxes) void drawSet(box, addresses[box.dataset.setMap ?? ""] ?? "");
  });
}

const place = document.querySelector<HTMLElement>("[data-place-map]");
const form = document.querySelector<HTMLFormElement>(".place-form");
if (place && form) void import("./territory/placemap").then(({ placeMap }) => placeMap(place, form));
