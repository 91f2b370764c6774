/** The box "Layers": which period of the past lies on the map, how it is drawn, and by which figure wards are coloured. */
import { element } from "../element";
import { getJson } from "../page";
import { span } from "../time";
import { locale } from "../words";
import { say } from "../words/room";
import type { RoomMap } from "./map";
import { AGES, ageColours, type Colouring, type Look, type PastShown, question, type WardFigure, type WardFigures } from "./past";

const DAY = 86_400_000;
const isoDay = (at: number): string => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Ho_Chi_Minh" }).format(at);

export class Layers {
  private asked = "";
  private ticket = 0;
  /** Writes the legend anew, in the colours of the theme that is on now. */
  private retell: () => void = () => undefined;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly legend: HTMLElement,
    private readonly map: () => RoomMap | null,
    private readonly groups: () => string[],
  ) {
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", () => this.draw());
    document.addEventListener("themechange", () => this.retell());
  }

  private field(name: string): string {
    return (this.form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement | null)?.value ?? "";
  }

  /** What a figure is: a count, a share or a span. */
  private kind(figure: WardFigure): string {
    return this.form.querySelector<HTMLOptionElement>(`option[value="${figure}"][data-kind]`)?.dataset.kind ?? "count";
  }

  /** The period chosen; null while none is, or while one of its own days is missing. */
  private period(): Pick<PastShown, "first" | "last" | "groups"> | null {
    const chosen = this.field("past");
    const own = this.form.querySelector<HTMLElement>("[data-own]")!;
    own.hidden = chosen !== "own";
    const groups = [...this.groups()].sort();
    if (!chosen) return null;
    if (chosen === "own") {
      const [first, last] = [this.field("first"), this.field("last")];
      return first && last && first <= last ? { first, last, groups } : null;
    }
    return { first: isoDay(Date.now() - (Number(chosen) - 1) * DAY), last: isoDay(Date.now()), groups };
  }

  /** Draws what is chosen; called again when the filter of the groups changed. */
  draw(): void {
    const map = this.map();
    if (!map) return;
    const period = this.period();
    const [look, colouring, figure] = [this.field("look") as Look, this.field("colour") as Colouring, this.field("wards") as WardFigure];
    const past = period ? { ...period, look, colouring } : null;
    const level = this.field("level") || "ward";
    const next = JSON.stringify([past, figure, level]);
    if (next === this.asked) return;
    this.asked = next;
    map.past(past);
    const lines = (): HTMLElement[] => (past ? this.lines(past) : []);
    this.retell = () => this.tell(lines());
    this.retell();
    if (!figure) {
      map.wards(null, "received");
      return;
    }
    const ticket = ++this.ticket;
    const asked = period ?? { first: isoDay(Date.now() - 29 * DAY), last: isoDay(Date.now()), groups: this.groups() };
    void getJson<WardFigures>(`/map/wards.json?${question(asked)}&level=${level}`).then(
      (values) => {
        if (ticket !== this.ticket) return;
        this.retell = () => {
          const shades = map.wards(values, figure);
          this.tell([...lines(), this.head("wards"), ...shades.map((one) => this.line(one.colour, `≤ ${shown(this.kind(figure), one.end)}`))]);
        };
        this.retell();
      },
      () => this.tell([...lines(), element("li", { class: "error", text: say("past.failed") })]),
    );
  }

  private lines(past: PastShown): HTMLElement[] {
    if (past.look === "heat" || past.colouring === "group") return [];
    // A square that counts many has no one age: it keeps the colour of the group most of them belong to.
    const squares = element("li", { class: "muted", text: say("past.squares") });
    if (past.colouring === "overdue") return [this.head("colour"), this.line("var(--overdue-ring)", say("past.late")), this.line("var(--done)", say("past.other")), squares];
    return [
      this.head("colour"),
      ...ageColours().map((colour, place) =>
        this.line(colour, place < AGES.length ? say("past.younger", { n: AGES[place]! }) : say("past.older", { n: AGES.at(-1)! })),
      ),
      squares,
    ];
  }

  /** What the colours below it stand for: what was chosen in a field. */
  private head(field: string): HTMLElement {
    const chosen = (this.form.elements.namedItem(field) as HTMLSelectElement).selectedOptions[0]?.text ?? "";
    return element("li", { class: "legend-head", text: chosen });
  }

  private line(colour: string, text: string): HTMLElement {
    const patch = element("span", { class: "legend-patch", "aria-hidden": "true" });
    patch.style.background = colour;
    return element("li", {}, patch, element("span", { text }));
  }

  private tell(lines: HTMLElement[]): void {
    this.legend.replaceChildren(...lines);
    this.legend.hidden = lines.length === 0;
  }
}

function shown(kind: string, value: number): string {
  if (kind === "share") return say("past.percent", { n: Math.round(value * 100) });
  if (kind === "span") return span(value * 1000);
  return value.toLocaleString(locale);
}
