/** Places suggested while somebody types an address: a list under the field, with arrow keys. */
import { element } from "../element";
import { askJson } from "../page";
import { locale } from "../words";
import { say } from "../words/portal";

export interface Suggestion {
  name: string;
  lon: number;
  lat: number;
  /** Metres. */
  radius: number;
  /** A place or a point, not a whole ward: good enough to put the pin there. */
  precise: boolean;
}

interface Candidate {
  kind: string;
  name: string;
  lon: number;
  lat: number;
  radius_m: number;
  ward: { name: string } | null;
}

/** Metres as people say them. */
function within(radius: number): string {
  if (radius < 1000) return say("place.radius", { m: Math.max(10, Math.round(radius / 10) * 10) });
  return say("place.radius-km", { km: (radius / 1000).toLocaleString(locale, { maximumFractionDigits: 1 }) });
}

/** Wires the address field inside `box`; calls `choose` with what was chosen. */
export function suggestions(box: HTMLElement, choose: (choice: Suggestion) => void): void {
  const input = box.querySelector<HTMLInputElement>("input")!;
  const list = box.querySelector<HTMLUListElement>("ul")!;
  let found: Suggestion[] = [];
  let at = -1;
  let asked: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const close = (): void => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    at = -1;
  };

  const light = (next: number): void => {
    at = next;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    const chosen = list.children[at];
    if (chosen) {
      input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };

  const pick = (index: number): void => {
    const choice = found[index];
    if (!choice) return;
    close();
    choose(choice);
  };

  const draw = (candidates: Candidate[]): void => {
    found = candidates.slice(0, 6).map((one) => ({
      name: one.ward && !one.name.includes(one.ward.name) ? `${one.name}, ${one.ward.name}` : one.name,
      lon: one.lon,
      lat: one.lat,
      radius: one.radius_m,
      precise: one.kind === "place" || one.kind === "point",
    }));
    list.replaceChildren(
      ...found.map((one, i) => {
        const item = element("li", { id: `${list.id}-${i}`, role: "option", "aria-selected": "false" }, element("span", { text: one.name }), element("small", { text: within(one.radius) }));
        // Before the field loses its focus and the list closes.
        item.addEventListener("pointerdown", (event) => event.preventDefault());
        item.addEventListener("click", () => pick(i));
        return item;
      }),
    );
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    at = -1;
  };

  const ask = async (): Promise<void> => {
    asked?.abort();
    const words = input.value.trim();
    if (words.length < 3) return close();
    asked = new AbortController();
    try {
      const answer = await askJson<{ candidates: Candidate[] }>("/geo/suggest", { q: words }, asked.signal);
      if (document.activeElement === input) draw(answer.candidates);
    } catch {
      // Suggestions are a help only: without them the words go as they are.
      if (!asked.signal.aborted) close();
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), 250);
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      light(at === -1 && step === -1 ? found.length - 1 : (at + step + found.length) % found.length);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      pick(at);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  });
}
