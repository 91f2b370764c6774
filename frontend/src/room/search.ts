/** Search among the open incidents: code, words, place, category; without diacritics. A code of a closed one opens it too. */
import { element } from "../element";
import { say } from "../words/room";
import { fits } from "./filters";
import { byHurt, groupOf, type Incident } from "./incident";
import type { Names } from "./reference";

const MOST = 12;

export class Search {
  private readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly status: HTMLElement;
  private at = -1;

  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly names: Names,
    private readonly all: () => Incident[],
    private readonly open: (code: string) => void,
  ) {
    this.input = dialog.querySelector<HTMLInputElement>("input")!;
    this.list = dialog.querySelector<HTMLElement>("[role=listbox]")!;
    this.status = dialog.querySelector<HTMLElement>("[role=status]")!;
    this.input.addEventListener("input", () => this.find());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => {
      const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[role=option]") : null;
      if (option) this.choose(option);
    });
    // A click beside the box leaves it.
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }

  show(): void {
    if (this.dialog.open) return;
    this.input.value = "";
    this.find();
    this.dialog.showModal();
  }

  private find(): void {
    const text = this.input.value.trim();
    const found = text
      ? this.all()
          .map((incident) => ({ incident, fit: fits(incident, text, this.names) }))
          .filter(({ fit }) => fit > 0)
          .sort((a, b) => b.fit - a.fit || byHurt(a.incident, b.incident))
          .slice(0, MOST)
          .map(({ incident }) => incident)
      : [];
    this.at = -1;
    const options = found.map((incident) => this.option(incident));
    const code = /^(?:1022-)?0*([1-9]\d{0,8})$/.exec(text)?.[1];
    const whole = code ? `1022-${code.padStart(6, "0")}` : "";
    if (whole && !found.some((incident) => incident.code === whole)) {
      options.push(element("div", { role: "option", id: "found-code", "data-code": whole, text: say("search.open", { code: whole }) }));
    }
    this.list.replaceChildren(...options);
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.status.textContent = text
      ? options.length
        ? say("search.found", { n: options.length })
        : say("search.none")
      : "";
    this.point(options.length ? 0 : -1);
  }

  private option(incident: Incident): HTMLElement {
    return element(
      "div",
      { role: "option", id: `found-${incident.id}`, "data-code": incident.code },
      element("span", { class: `mark mark-${groupOf(incident)}`, "aria-hidden": "true" }),
      element("span", { class: "found-words", text: incident.summary || say("row.no-words") }),
      element("span", {
        class: "muted",
        text: [incident.code, this.names.place(incident.area)].filter(Boolean).join(" · "),
      }),
    );
  }

  private point(at: number): void {
    this.at = at;
    [...this.list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    const chosen = this.list.children[at];
    if (chosen) {
      this.input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    const count = this.list.childElementCount;
    if (event.isComposing) return;
    // The browser would only empty the field: one step back is the room.
    if (event.key === "Escape") this.dialog.close();
    else if (event.key === "ArrowDown") this.point(Math.min(count - 1, this.at + 1));
    else if (event.key === "ArrowUp") this.point(Math.max(0, this.at - 1));
    else if (event.key === "Enter") {
      const option = this.list.children[this.at];
      if (option instanceof HTMLElement) this.choose(option);
    } else return;
    event.preventDefault();
  }

  private choose(option: HTMLElement): void {
    this.dialog.close();
    this.open(option.dataset.code ?? "");
  }
}
