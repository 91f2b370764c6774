/** An agency's inbox: cards by deadline from the live stream, one assignment beside or over them. */
import "./staff";
import "../styles/inbox.css";
import { type Area, borders } from "./borders";
import { showConnection } from "./connection";
import { Cards, type CardWorld } from "./inbox/cards";
import { Here } from "./inbox/here";
import { Offline } from "./inbox/offline";
import type { Overview } from "./inbox/overview";
import { AWAY, Panel } from "./inbox/panel";
import { byDeadline, byDistance, type Filter, isDone, matches, type Owner, type Task, taskOf } from "./inbox/tasks";
import { Store } from "./live/store";
import { Stream } from "./live/stream";
import { pageData } from "./page";
import type { PhotoLimits } from "./photos";
import { released } from "./press";
import type { Incident } from "./room/incident";
import { Names } from "./room/reference";
import { wirePush } from "./push";
import { outbox } from "./sending";
import { say } from "./words/inbox";

interface InboxSettings extends Owner {
  /** Names of the agency's handling units, by id. */
  units: Record<string, string>;
  person: number;
  mayAccept: boolean;
  mostPhotos: number;
  photoBytes: number;
}

const inbox = pageData<InboxSettings>("inbox-settings", { agency: 0, unit: null, below: [], units: {}, person: 0, mayAccept: false, mostPhotos: 5, photoBytes: 12_582_912 });
const one = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;

const names = new Names();
const store = new Store();
const cards = new Cards(one<HTMLOListElement>("[data-cards]"));
const list = one(".inbox-list");
const freshBar = one<HTMLButtonElement>("[data-fresh]");
const limits: PhotoLimits = { most: inbox.mostPhotos, bytes: inbox.photoBytes };

let stream: Stream | null = null;
let overview: Overview | null = null;
let onMap = false;
let filter: Filter = "open";
let byNear = false;
let wards: readonly Area[] = [];
/** The order on screen; only a person's own act, or a list that stands at its top, changes it. */
let order: number[] = [];
const pending = new Set<number>();
const FILTERS: readonly Filter[] = ["open", "mine", "new", "overdue", "paused", "waiting", "below"];
/** Filters that show only when there is something behind them. */
const SOMETIMES = ["mine", "paused", "below"] as const;

const tell = (text: string): void => {
  one("[data-near-note]").textContent = text;
};
const here = new Here(() => {
  tell(byNear ? say("near.sorted") : "");
  draw(byNear);
}, tell);

const panel = new Panel(one("#detail"), limits, {
  closed: () => close(),
  done: (act, kept) => {
    if (AWAY.has(act) && !kept) close();
    draw();
  },
  here: () => here.at,
});

function tasks(): Task[] {
  return store
    .all<Incident>("incident")
    .map((row) => taskOf(row.body, inbox))
    .filter((task): task is Task => task !== null);
}

/** Whether sorting now would move something under a hand: the list is scrolled, or somebody's focus is in it. */
function isHeld(): boolean {
  const scrolled = list.scrollTop > 24 || (list.scrollHeight <= list.clientHeight && window.scrollY > 24);
  return scrolled || one("[data-cards]").contains(document.activeElement);
}

function draw(sortAnew = false): void {
  const now = Date.now();
  const all = tasks();
  const shown = all.filter((task) => matches(task, filter, now, inbox.person) || task.id === panel.openId);
  const sorted = [...shown].sort(byNear && here.at ? byDistance(here.at) : byDeadline);
  const fresh = sorted.filter((task) => !order.includes(task.id));
  let hidden = 0;
  if (sortAnew || !isHeld()) {
    order = sorted.map((task) => task.id);
  } else {
    hidden = fresh.length;
    order = order.filter((id) => shown.some((task) => task.id === id));
  }
  freshBar.hidden = hidden === 0;
  if (hidden) freshBar.textContent = say("fresh", { n: hidden });
  const byId = new Map(shown.map((task) => [task.id, task]));
  const visible = order.map((id) => byId.get(id)).filter((task): task is Task => task !== undefined);
  cards.show(visible, world(), now);
  drawMap(visible, now);

  const count = { open: 0, mine: 0, new: 0, overdue: 0, paused: 0, waiting: 0, below: 0 };
  for (const task of all) for (const name of FILTERS) if (matches(task, name, now, inbox.person)) count[name] += 1;
  for (const name of SOMETIMES) one(`[data-filter=${name}]`).hidden = count[name] === 0 && filter !== name;
  for (const [name, number] of Object.entries(count)) one(`[data-number=${name}]`).textContent = number ? String(number) : "";
  const words = store.position === null ? "" : count.open ? say("count", { n: count.open, over: count.overdue }) : say("count.none");
  if (one("[data-count]").textContent !== words) one("[data-count]").textContent = words;
  document.title = document.title.replace(/^(\(\d+\) )?/, count.new ? `(${count.new}) ` : "");
  const empty = one("[data-empty]");
  empty.hidden = visible.length > 0 || hidden > 0 || store.position === null;
  const title = empty.querySelector<HTMLElement>(".inbox-empty-title")!;
  title.dataset.open ??= title.textContent ?? "";
  title.textContent = filter === "open" ? title.dataset.open : say(`empty.${filter}`);
  empty.querySelector<HTMLElement>(".muted")!.hidden = filter !== "open";
}

/** The open tasks of one's own, the next that is due first: kept for the time without a network. */
const offline = new Offline(inbox.person, store, () =>
  tasks()
    .filter((task) => !task.below && !isDone(task))
    .sort(byDeadline),
);

function drawMap(shown: readonly Task[], now: number): void {
  if (onMap) overview?.show(shown, here.at, (task) => [names.category(task.incident.category), names.place(task.incident.area)].filter(Boolean).join(" · "), now);
}

function world(): CardWorld {
  return {
    category: (code) => names.category(code),
    place: (task) => names.place(task.incident.area),
    // A unit's own inbox need not say whose it is.
    unit: (id) => (inbox.unit === null ? (inbox.units[String(id)] ?? say("unit.unknown", { n: id })) : ""),
    agency: (id) => names.agency(id),
    wards,
    here: here.at,
    pending,
    openId: panel.openId,
    mayAccept: inbox.mayAccept,
    accept,
    open: (task) => open(task.id),
  };
}

function accept(task: Task): void {
  void outbox.put({
    url: `/api/assignments/${task.id}/accept`,
    fields: [],
    baseVersion: task.incident.version,
    label: say("accept.label", { code: task.incident.code }),
  });
}

// --- one assignment -----------------------------------------------------------------------------------------------

function mark(): void {
  document.body.classList.toggle("has-detail", panel.openId !== null);
  one("[data-choose]").hidden = panel.openId !== null;
}

function open(id: number, push = true): void {
  if (push) history.pushState({ assignment: id }, "", `/inbox/assignment/${id}/`);
  void panel.show(id);
  mark();
  draw();
}

function close(push = true): void {
  const was = panel.openId;
  panel.hide();
  if (push) history.pushState({}, "", "/inbox/");
  mark();
  draw();
  if (was !== null) cards.focus(was);
}

window.addEventListener("popstate", () => {
  const match = /\/assignment\/(\d+)\//.exec(location.pathname);
  if (match) open(Number(match[1]), false);
  else close(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || panel.openId === null) return;
  if (event.target instanceof HTMLElement && event.target.matches("input, textarea, select")) event.target.blur();
  else close();
});

// --- the list -----------------------------------------------------------------------------------------------------

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-filter]")) {
  button.addEventListener("click", () => {
    filter = button.dataset.filter as Filter;
    for (const other of document.querySelectorAll("[data-filter]")) other.setAttribute("aria-pressed", String(other === button));
    draw(true);
  });
}
one("[data-near]").addEventListener("click", (event) => {
  byNear = !byNear;
  (event.currentTarget as HTMLElement).setAttribute("aria-pressed", String(byNear));
  if (byNear) here.ask();
  tell(byNear && here.at ? say("near.sorted") : "");
  draw(true);
});
one("[data-map-switch]").addEventListener("click", (event) => {
  onMap = !onMap;
  const box = one("[data-overview]");
  box.hidden = !onMap;
  (event.currentTarget as HTMLElement).setAttribute("aria-pressed", String(onMap));
  if (!onMap) return;
  if (overview) {
    overview.fit();
    draw();
    return;
  }
  import("./inbox/overview")
    .then(async ({ Overview }) => {
      overview = await Overview.make(box, (task) => open(task.id));
      draw();
    })
    .catch(() => tell(say("map.failed")));
});
freshBar.addEventListener("click", () => {
  list.scrollTop = 0;
  window.scrollTo(0, 0);
  draw(true);
  one("[data-cards]").querySelector<HTMLElement>(".card-link")?.focus();
});

store.subscribe(() => {
  const task = panel.openId === null ? undefined : tasks().find((row) => row.id === panel.openId);
  if (task) panel.changed(task.incident.version);
  else if (stream?.status.phase === "live") panel.gone();
  void released().then(() => draw());
  offline.changed();
});

outbox.watch(async () => {
  const kept = await outbox.kept();
  pending.clear();
  for (const entry of kept) {
    const match = /^\/api\/assignments\/(\d+)\//.exec(entry.url);
    if (match && !entry.url.endsWith("/see")) pending.add(Number(match[1]));
  }
  draw();
});

mark();
void offline.begin().then((since) => {
  stream = new Stream({ store, since });
  showConnection(stream, one("#connection"), say("live.stopped"));
  stream.start();
  // Before the first snapshot an empty list would say that there is nothing to do.
  stream.watch(({ phase }) => {
    if (phase === "live") {
      draw();
      offline.changed();
    }
  });
  // Without a network the page is the list's, whatever the address says.
  const asked = /\/assignment\/(\d+)\//.exec(location.pathname);
  if (asked && panel.openId === null) open(Number(asked[1]), false);
});
void here.beginIfAllowed();
wirePush();
names
  .load()
  .then(() => draw())
  // Codes instead of names, until the next time.
  .catch(() => undefined);
// The borders are the largest thing on this page: after everything a person waits for.
requestIdle(() => {
  borders()
    .then((loaded) => {
      wards = loaded.wards;
      draw();
    })
    .catch(() => undefined);
});
// What is left of a deadline moves on with the clock.
setInterval(() => void released().then(() => draw()), 10_000);

function requestIdle(act: () => void): void {
  if (typeof requestIdleCallback === "function") requestIdleCallback(act, { timeout: 3_000 });
  else setTimeout(act, 500);
}
