/** Where it is: the position of the phone, a pin on the map, or words with suggestions. */
import { element } from "../element";
import { say } from "../words/portal";
import type { PinMap } from "./map";
import { suggestions } from "./suggest";

export interface Place {
  /** What the review shows. */
  words(): string;
}

/** Wires the fields lat, lon, accuracy and address of `form`; calls `changed` when the place is another one. */
export function place(form: HTMLFormElement, changed: () => void): Place {
  const field = (name: string): HTMLInputElement => form.elements.namedItem(name) as HTMLInputElement;
  const state = form.querySelector<HTMLElement>("[data-place]")!;
  const box = form.querySelector<HTMLElement>("#map-box")!;
  const mapButton = form.querySelector<HTMLButtonElement>("[data-map]")!;
  const gpsButton = form.querySelector<HTMLButtonElement>("[data-gps]")!;
  let map: PinMap | null = null;
  let told = "";

  const point = (): [number, number] | null =>
    field("lat").value && field("lon").value ? [Number(field("lon").value), Number(field("lat").value)] : null;

  const tell = (text: string): void => {
    state.hidden = !text && !point();
    state.textContent = text;
    if (!point()) return;
    const drop = element("button", { type: "button", class: "button button-quiet", text: say("place.drop") });
    drop.addEventListener("click", () => {
      take(null);
      gpsButton.focus();
    });
    state.append(" ", drop);
  };

  /** Writes the point into the form. `text` says in words which point it is. */
  const take = (to: { lon: number; lat: number; accuracy: number | null } | null, text = ""): void => {
    field("lat").value = to ? to.lat.toFixed(6) : "";
    field("lon").value = to ? to.lon.toFixed(6) : "";
    field("accuracy").value = to?.accuracy ? String(Math.round(to.accuracy)) : "";
    told = to ? text : "";
    tell(told);
    form.dispatchEvent(new Event("input", { bubbles: true }));
    changed();
  };

  gpsButton.addEventListener("click", () => {
    if (!window.isSecureContext || !navigator.geolocation) return tell(say("gps.insecure"));
    tell(say("gps.asking"));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        take(
          { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy },
          say("place.gps", { m: Math.max(5, Math.round(coords.accuracy)) }),
        );
        map?.move(coords.longitude, coords.latitude, 17);
      },
      (problem) => tell(say(problem.code === problem.PERMISSION_DENIED ? "gps.refused" : "gps.none")),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    );
  });

  const label = mapButton.querySelector("span")!;
  mapButton.addEventListener("click", async () => {
    const open = box.hidden;
    box.hidden = !open;
    mapButton.setAttribute("aria-expanded", String(open));
    label.textContent = say(open ? "map.close" : "map.open");
    if (!open) return;
    if (map) return map.resize();
    tell(say("map.loading"));
    try {
      // The map is only fetched when somebody asks for it: the page stays small on a slow network.
      const { pinMap } = await import("./map");
      map = await pinMap(box, point(), (lon, lat, ward) =>
        take({ lon, lat, accuracy: null }, ward ? say("place.pin-in", { ward }) : say("place.pin")),
      );
      tell(told);
    } catch {
      box.hidden = true;
      mapButton.setAttribute("aria-expanded", "false");
      label.textContent = say("map.open");
      tell(say("map.failed"));
    }
  });

  let suggested = false;
  suggestions(form.querySelector<HTMLElement>(".suggest")!, (choice) => {
    field("address").value = choice.name;
    suggested = choice.precise;
    if (choice.precise) take({ lon: choice.lon, lat: choice.lat, accuracy: choice.radius }, say("place.suggested", { name: choice.name }));
    map?.move(choice.lon, choice.lat, choice.precise ? 16 : 14);
    changed();
  });
  field("address").addEventListener("input", () => {
    // Other words: the point of the earlier suggestion does not belong to them.
    if (suggested) take(null);
    suggested = false;
    changed();
  });

  form.querySelector<HTMLElement>(".place-buttons")!.hidden = false;
  if (point()) tell((told = say("place.pin")));
  form.addEventListener("draft:restored", () => tell((told = point() ? say("place.pin") : "")));
  form.addEventListener("reset", () => setTimeout(() => take(null)));

  return {
    words: () => [field("address").value.trim(), point() ? told : ""].filter(Boolean).join(" · ") || say("place.none"),
  };
}
