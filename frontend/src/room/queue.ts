/**
 * The queue: six sections, sorted by what hurts. Nothing moves under the hand: while somebody points at the list or works in
 * it, rows stay where they are, what is new is counted in a bar above, and what left is greyed.
 */
import { element } from "../element";
import { age, clock, fullDate, left } from "../time";
import { say as sayBase } from "../words/base";
import { say } from "../words/room";
import { byHurt, groupOf, type Incident, isOverdue, SECTIONS, type SectionName, sectionOf, timesOf } from "./incident";
import type { Names } from "./reference";

/** Rows of a section drawn at first; the rest by a button. A day of 5,000 calls must not make 5,000 rows. */
const FIRST = 60;
/** A hand that rests on the list this long is away; milliseconds. */
const AWAY = 20_000;

interface Row {
  item: HTMLLIElement;
  link: HTMLAnchorElement;
  mark: HTMLElement;
  group: HTMLElement;
  words: HTMLElement;
  meta: HTMLElement;
  age: HTMLTimeElement;
  due: HTMLElement;
}

interface Section {
  box: HTMLElement;
  count: HTMLElement;
  list: HTMLUListElement;
  more: HTMLButtonElement;
  limit: number;
}

export class Queue {
  private readonly rows = new Map<number, Row>();
  private readonly sections = new Map<SectionName, Section>();
  private readonly strip: HTMLElement;
  private readonly fresh: HTMLButtonElement;
  private readonly empty: HTMLElement;
  private items: Incident[] = [];
  private shown = new Map<SectionName, number[]>();
  private seen = new Set<number>();
  private focusId: number | null = null;
  private selected: number | null = null;
  private touched = 0;
  private hovered = false;
  private filtered = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly names: Names,
    private readonly act: {
      open: (id: number) => void;
      light: (id: number | null) => void;
      clearFilter: () => void;
      announce: (text: string) => void;
    },
  ) {
    // The bar stands in a strip above the list, whose height is always there: it pushes nothing down when it comes.
    this.strip = element("div", { class: "queue-strip" });
    this.fresh = element("button", { type: "button", class: "queue-fresh", hidden: true });
    this.strip.append(element("span", { text: say("queue.order") }), this.fresh);
    root.before(this.strip);
    this.fresh.addEventListener("click", () => {
      this.touched = 0;
      this.arrange();
      this.root.scrollTop = 0;
    });
    this.empty = element("div", { class: "queue-empty", hidden: true });
    root.append(this.empty);
    for (const name of SECTIONS) this.sections.set(name, this.makeSection(name));

    root.addEventListener("pointerleave", () => this.act.light(null));
    // A hand on its way to the bar is still at the list.
    const desk = root.closest<HTMLElement>(".queue") ?? root;
    desk.addEventListener("pointerenter", () => {
      this.hovered = true;
      this.touched = Date.now();
    });
    desk.addEventListener("pointerleave", () => {
      this.hovered = false;
      this.arrange();
    });
    for (const kind of ["pointermove", "wheel", "keydown", "focusin"]) {
      desk.addEventListener(kind, () => (this.touched = Date.now()), { passive: true });
    }
    root.addEventListener("pointerover", (event) => this.act.light(this.idOf(event.target)));
    root.addEventListener("focusin", (event) => {
      const id = this.idOf(event.target);
      if (id !== null) this.focusOn(id, false);
      this.act.light(id);
    });
    root.addEventListener("click", (event) => {
      const id = this.idOf(event.target);
      if (id === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.act.open(id);
    });
    root.addEventListener("keydown", (event) => this.move(event));
  }

  private makeSection(name: SectionName): Section {
    const count = element("span", { class: "section-count tabular", text: "0" });
    const list = element("ul", { class: "section-rows", role: "list" });
    const more = element("button", { type: "button", class: "section-more", hidden: true });
    const box = element(
      "section",
      { class: "queue-section", "data-section": name, hidden: true, "aria-labelledby": `section-${name}` },
      element("h3", { id: `section-${name}` }, element("span", { text: say(`section.${name}`) }), count),
      list,
      more,
    );
    const section: Section = { box, count, list, more, limit: FIRST };
    more.addEventListener("click", () => {
      section.limit += 5 * FIRST;
      this.arrange(true);
    });
    this.root.append(box);
    return section;
  }

  private idOf(target: EventTarget | null): number | null {
    const row = target instanceof Element ? target.closest<HTMLElement>("[data-id]") : null;
    return row ? Number(row.dataset.id) : null;
  }

  /** The filtered set, as it is now. `filtered`: a filter is on, which changes what an empty list says. */
  update(items: Incident[], filtered: boolean, force = false): void {
    this.items = items;
    this.filtered = filtered;
    this.arrange(force);
  }

  private get held(): boolean {
    const inside = this.hovered || this.root.contains(document.activeElement);
    return inside && Date.now() - this.touched < AWAY && this.shown.size > 0;
  }

  private arrange(force = false): void {
    const now = Date.now();
    const wanted = new Map<SectionName, Incident[]>(SECTIONS.map((name) => [name, []]));
    for (const incident of this.items) wanted.get(sectionOf(incident, now))!.push(incident);
    const byId = new Map(this.items.map((incident) => [incident.id, incident]));
    const hold = this.held && !force;

    if (hold) {
      const news = this.items.filter((incident) => !this.seen.has(incident.id)).length;
      this.fresh.hidden = news === 0;
      this.fresh.textContent = say("queue.fresh", { n: news });
      this.fresh.setAttribute("aria-label", say("queue.fresh.show", { n: news }));
      for (const [id, row] of this.rows) {
        const incident = byId.get(id);
        row.item.classList.toggle("gone", !incident);
        if (incident) this.draw(row, incident, now);
      }
    } else {
      const first = this.shown.size === 0;
      this.fresh.hidden = true;
      const news = this.items.filter((incident) => !this.seen.has(incident.id));
      if (!first && news.length) this.act.announce(say("queue.said", { n: news.length }));
      this.seen = new Set(byId.keys());
      const parts = new Map<SectionName, Incident[]>();
      for (const name of SECTIONS) {
        parts.set(name, wanted.get(name)!.sort(byHurt).slice(0, this.sections.get(name)!.limit));
      }
      // What left goes first, so that the rows that stay need not be moved.
      const used = new Set([...parts.values()].flat().map((incident) => incident.id));
      for (const [id, row] of this.rows) {
        if (used.has(id)) continue;
        row.item.remove();
        this.rows.delete(id);
      }
      for (const name of SECTIONS) {
        const section = this.sections.get(name)!;
        const all = wanted.get(name)!;
        const part = parts.get(name)!;
        this.shown.set(
          name,
          part.map((incident) => incident.id),
        );
        let at: Element | null = section.list.firstElementChild;
        for (const incident of part) {
          const row = this.rowFor(incident);
          this.draw(row, incident, now);
          row.item.classList.remove("gone");
          if (row.item === at) at = at.nextElementSibling;
          else section.list.insertBefore(row.item, at);
        }
        section.more.hidden = all.length <= part.length;
        section.more.textContent = say("queue.more", { n: all.length - part.length });
      }
      this.keepRoving();
    }
    for (const name of SECTIONS) {
      const section = this.sections.get(name)!;
      const count = wanted.get(name)!.length;
      section.count.textContent = String(count);
      // A section that opens would push everything below it from under the hand.
      if (!hold) section.box.hidden = count === 0 && section.list.childElementCount === 0;
    }
    if (!hold) this.drawEmpty();
  }

  private drawEmpty(): void {
    const none = this.items.length === 0;
    this.empty.hidden = !none;
    this.strip.hidden = none;
    const state = this.filtered ? "filtered" : "none";
    if (!none || this.empty.dataset.state === state) return;
    this.empty.dataset.state = state;
    const parts: Node[] = [element("p", { text: say(this.filtered ? "queue.empty.filtered" : "queue.empty") })];
    if (this.filtered) {
      const clear = element("button", { type: "button", class: "btn btn-sm", text: say("queue.empty.clear") });
      clear.addEventListener("click", () => this.act.clearFilter());
      parts.push(clear);
    }
    this.empty.replaceChildren(...parts);
  }

  private rowFor(incident: Incident): Row {
    const there = this.rows.get(incident.id);
    if (there) return there;
    const mark = element("span", { class: "mark", "aria-hidden": "true" });
    const group = element("span", { class: "visually-hidden" });
    const words = element("span", { class: "row-words" });
    const meta = element("span", { class: "row-meta" });
    const ageBox = element("time", { class: "row-age" });
    const due = element("span", { class: "row-due" });
    const link = element(
      "a",
      { class: "row-link", href: `/room/incident/${incident.code}/`, tabindex: -1 },
      mark,
      element("span", { class: "row-main" }, group, words),
      element("span", { class: "row-time tabular" }, ageBox, due),
      meta,
    );
    const item = element("li", { class: "row-item", "data-id": incident.id }, link);
    const row: Row = { item, link, mark, group, words, meta, age: ageBox, due };
    this.rows.set(incident.id, row);
    return row;
  }

  private draw(row: Row, incident: Incident, now: number): void {
    const group = groupOf(incident);
    const place = this.names.shortPlace(incident.area) || say("row.no-place");
    const category = this.names.category(incident.category) || sayBase(`group.${group}`);
    const { received, due } = timesOf(incident);
    set(row.mark, "class", `mark mark-${group}`);
    text(row.group, `${sayBase(`group.${group}`)}: `);
    text(row.words, incident.summary || say("row.no-words"));
    set(row.words, "title", incident.summary);
    const waits = incident.waiting_since
      ? `${say("row.waits", { source: sayBase(`source.${incident.source}` as Parameters<typeof sayBase>[0]), time: short(now - Date.parse(incident.waiting_since)) })} · `
      : "";
    text(row.meta, `${incident.exercise ? `${say("row.exercise")} · ` : ""}${waits}${clock(received)} · ${place} · ${category}`);
    row.item.classList.toggle("is-waiting", waits !== "");
    set(row.meta, "title", [this.names.place(incident.area), category].filter(Boolean).join(" · "));
    text(row.age, now - received < 60_000 ? age(received, now) : short(now - received));
    set(row.age, "datetime", incident.received_at);
    set(row.age, "title", fullDate(received));
    text(row.due, Number.isFinite(due) ? say(due >= now ? "row.left" : "row.over", { time: short(due - now) }) : "");
    set(row.due, "title", Number.isFinite(due) ? `${left(due, now)} · ${fullDate(due)}` : "");
    row.due.classList.toggle("overdue", isOverdue(incident, now));
    row.item.classList.toggle("is-emergency", group === 2);
    row.item.classList.toggle("is-exercise", incident.exercise !== 0);
    row.item.classList.toggle("is-selected", incident.id === this.selected);
    if (incident.id === this.selected) row.link.setAttribute("aria-current", "true");
    else row.link.removeAttribute("aria-current");
  }

  /** Ages and deadlines move on with the clock. */
  tick(): void {
    this.arrange();
  }

  light(id: number | null): void {
    for (const [rowId, row] of this.rows) row.item.classList.toggle("is-lit", rowId === id);
  }

  select(id: number | null): void {
    this.selected = id;
    for (const [rowId, row] of this.rows) {
      row.item.classList.toggle("is-selected", rowId === id);
      if (rowId === id) row.link.setAttribute("aria-current", "true");
      else row.link.removeAttribute("aria-current");
    }
  }

  private order(): number[] {
    return SECTIONS.flatMap((name) => this.shown.get(name) ?? []).filter((id) => this.rows.has(id));
  }

  /** One row is in the tab order; arrows move. */
  private keepRoving(): void {
    const order = this.order();
    if (this.focusId === null || !this.rows.has(this.focusId)) this.focusId = order[0] ?? null;
    for (const [id, row] of this.rows) row.link.tabIndex = id === this.focusId ? 0 : -1;
  }

  private focusOn(id: number, move = true): void {
    this.focusId = id;
    for (const [rowId, row] of this.rows) row.link.tabIndex = rowId === id ? 0 : -1;
    if (move) {
      this.rows.get(id)?.link.focus({ preventScroll: true });
      this.rows.get(id)?.item.scrollIntoView({ block: "nearest" });
    }
  }

  private move(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const order = this.order();
    const at = this.focusId === null ? -1 : order.indexOf(this.focusId);
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: order.length - 1 };
    const to = steps[event.key];
    const id = to === undefined ? undefined : order[Math.max(0, Math.min(order.length - 1, to))];
    if (id === undefined) return;
    event.preventDefault();
    this.focusOn(id);
  }

  /** Puts the keyboard into the list, on the selected row or the first. */
  focus(): void {
    const id = this.selected !== null && this.rows.has(this.selected) ? this.selected : (this.focusId ?? this.order()[0]);
    if (id !== undefined && id !== null) this.focusOn(id);
  }

  /** The row after or before another, for J and K. */
  next(from: number | null, by: 1 | -1): number | null {
    const order = this.order();
    const at = from === null ? -1 : order.indexOf(from);
    return order[at < 0 ? (by > 0 ? 0 : order.length - 1) : at + by] ?? null;
  }
}

/** A length of time in the fewest words: the column beside the citizen's words is narrow. Milliseconds in. */
function short(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  if (minutes < 60) return sayBase("time.minutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? sayBase("time.hours", { n: hours }) : sayBase("time.days", { n: Math.floor(hours / 24) });
}

function text(box: HTMLElement, value: string): void {
  if (box.textContent !== value) box.textContent = value;
}

function set(box: HTMLElement, name: string, value: string): void {
  if (box.getAttribute(name) !== value) box.setAttribute(name, value);
}
