/** The list of cards. Cards stay where they are under the hand: only a person's own act sorts the list anew. */
import { type Area } from "../borders";
import { element } from "../element";
import { groupOf, farWords, isDone, isLate, isNew, isPaused, metresTo, type Position, runsOut, type Task } from "./tasks";
import { day, left } from "../time";
import { say } from "../words/inbox";
import { miniMap } from "./minimap";

export interface CardWorld {
  category(code: string | null): string;
  place(task: Task): string;
  unit(id: number): string;
  agency(id: number): string;
  wards: readonly Area[];
  here: Position | null;
  /** Assignments with something in the outbox. */
  pending: ReadonlySet<number>;
  openId: number | null;
  mayAccept: boolean;
  accept(task: Task): void;
  open(task: Task): void;
}

/** What a card shows, as text: the same text twice needs no drawing. */
function content(task: Task, world: CardWorld, now: number): string {
  const metres = metresTo(task, world.here);
  return JSON.stringify([
    task.state,
    task.paused,
    task.told,
    runsOut(task) === null ? "" : left(runsOut(task)!, now),
    task.incident.category,
    task.incident.summary,
    task.incident.photos,
    task.incident.group,
    task.incident.lat,
    task.units,
    world.place(task),
    world.category(task.incident.category),
    metres === null ? "" : farWords(metres),
    world.pending.has(task.id),
    world.openId === task.id,
    world.wards.length,
  ]);
}

function due(task: Task, now: number): HTMLElement {
  const out = runsOut(task);
  if (isPaused(task) && task.paused !== null) return element("span", { class: "card-due muted", text: say("paused", { day: day(task.paused) }) });
  if (out === null) return element("span", { class: "card-due muted", text: say("no-due") });
  const late = isLate(task, now);
  const soon = !late && !isDone(task) && out - now < 4 * 3_600_000;
  return element("span", { class: `card-due tabular${late ? " overdue" : soon ? " card-soon" : ""}`, text: left(out, now) });
}

/** The units that have it; of an agency below, the agency. */
function who(task: Task, world: CardWorld): string {
  return task.below ? world.agency(task.agency) : task.units.map((unit) => world.unit(unit)).filter(Boolean).join(", ");
}

function draw(item: HTMLElement, task: Task, world: CardWorld, now: number): void {
  const { incident } = task;
  const topic = world.category(incident.category) || say("topic.none");
  const place = world.place(task) || say("place.none");
  const metres = metresTo(task, world.here);
  const link = element(
    "a",
    { class: "card-link", href: `/inbox/assignment/${task.id}/`, "aria-label": say("open", { code: incident.code, topic }) },
    element("span", { class: `mark mark-${groupOf(task)}`, "aria-hidden": "true" }),
    element("span", { text: topic }),
  );
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    world.open(task);
  });
  const chips = element("span", { class: "card-chips" });
  if (incident.exercise) chips.append(element("span", { class: "exercise-mark", text: say("exercise") }));
  if (task.told && task.told !== "warning" && isLate(task, now)) chips.append(element("span", { class: "chip chip-told", text: say(`told.${task.told}` as Parameters<typeof say>[0]) }));
  if (task.role === "arb") chips.append(element("span", { class: "chip", text: say("arbiter") }));
  if (task.role === "co") chips.append(element("span", { class: "chip", text: say("co") }));
  if (world.pending.has(task.id)) chips.append(element("span", { class: "chip chip-pending", text: say("pending") }));
  chips.append(element("span", { class: `chip chip-${task.state}`, text: say(`state.${task.state}`) }));
  const pictures = element("div", { class: "card-pictures" });
  if (incident.photos) {
    pictures.append(element("img", { src: `/inbox/assignment/${task.id}/photo/`, alt: say("photo", { code: incident.code }), width: 72, height: 72, loading: "lazy" }));
  }
  if (incident.lat !== null && incident.lon !== null) {
    const map = miniMap(world.wards, incident.lon, incident.lat, groupOf(task), say("map", { place }));
    if (map) pictures.append(map);
  }
  const where = element(
    "div",
    { class: "card-where" },
    element("span", { text: place }),
    metres === null ? null : element("span", { class: "muted", text: farWords(metres) }),
    who(task, world) ? element("span", { class: "muted", text: who(task, world) }) : null,
  );
  const parts: HTMLElement[] = [
    element("div", { class: "card-top" }, due(task, now), chips),
    element("h2", { class: "card-title" }, link),
    element("div", { class: "card-middle" }, element("p", { class: "card-words", text: incident.summary || world.category(incident.category) }), pictures),
  ];
  const foot = element("div", { class: "card-foot" }, where);
  parts.push(foot);
  if (world.mayAccept && isNew(task) && !task.below) {
    const accept = element("button", { type: "button", class: "btn btn-primary card-accept", text: say("accept"), "aria-label": say("accept.label", { code: incident.code }) });
    accept.disabled = world.pending.has(task.id);
    accept.addEventListener("click", () => world.accept(task));
    foot.append(accept);
  }
  const hadFocus = item.contains(document.activeElement) ? document.activeElement?.className : null;
  item.replaceChildren(...parts);
  if (hadFocus) item.querySelector<HTMLElement>(`[class="${CSS.escape(hadFocus)}"]`)?.focus({ preventScroll: true });
  item.className = `task-card${isLate(task, now) ? " is-late" : ""}${world.openId === task.id ? " is-open" : ""}`;
}

export class Cards {
  private readonly items = new Map<number, HTMLLIElement>();
  constructor(private readonly list: HTMLOListElement) {}

  /** Shows `tasks` in this order. Cards that stay are the same elements: nothing flickers, focus stays. */
  show(tasks: readonly Task[], world: CardWorld, now: number): void {
    const wanted = new Set(tasks.map((task) => task.id));
    for (const [id, item] of this.items) {
      if (wanted.has(id)) continue;
      item.remove();
      this.items.delete(id);
    }
    let before: Element | null = this.list.firstElementChild;
    for (const task of tasks) {
      let item = this.items.get(task.id);
      if (!item) {
        item = element("li", { "data-id": task.id });
        this.items.set(task.id, item);
      }
      const text = content(task, world, now);
      if (item.dataset.content !== text) {
        draw(item, task, world, now);
        item.dataset.content = text;
      }
      if (item === before) before = item.nextElementSibling;
      else this.list.insertBefore(item, before);
    }
  }

  focus(id: number): void {
    this.items.get(id)?.querySelector<HTMLElement>(".card-link")?.focus();
  }
}
