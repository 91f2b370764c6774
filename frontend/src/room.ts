/** The control room: one set of incidents under one filter, drawn as a list and on a map; one incident open beside it. */
import "./staff";
import "../styles/room.css";
import { closeMenu } from "./menu";
import { getJson, pageData, settings as page } from "./page";
import { CallForm } from "./room/call";
import { countActive, type Filter, fromAddress, matches, NO_FILTER, toAddress } from "./room/filters";
import { groupOf, type Incident } from "./room/incident";
import { inField, keysOn, listen, setKeys } from "./room/keys";
import { Layers } from "./room/layers";
import { Live } from "./room/live";
import { type Areas, type LayerName, makeMap, type RoomMap } from "./room/map";
import { Notices } from "./room/notices";
import { Phone } from "./room/phone";
import { Panel } from "./room/panel";
import { Queue } from "./room/queue";
import { Names } from "./room/reference";
import { Surges } from "./room/surges";
import { Units } from "./room/units";
import { Warnings } from "./room/warnings";
import { Search } from "./room/search";
import { clockSeconds, keepTimes } from "./time";
import { element } from "./element";
import { say } from "./words/room";

interface RoomSettings {
  map: { areas: string; approximate: boolean; bounds: [number, number, number, number]; set: string };
  open: string;
}

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const room = pageData<RoomSettings>("room", {
  map: { areas: "", approximate: true, bounds: [106.33, 10.85, 106.97, 11.52], set: "" },
  open: "",
});

const names = new Names();
const live = new Live(byId("connection"));
const notices = new Notices(byId("notices"));
let filter: Filter = fromAddress(new URLSearchParams(location.search));
let map: RoomMap | null = null;
/** The filtered set as it was last drawn. */
let set: Incident[] = [];
const units = new Units(live, () => soonUnits());
let openId: number | null = null;
const fresh = new Set<number>();

const panel = new Panel(byId("panel"), notices, {
  closed: () => {
    openId = null;
    queue.select(null);
    map?.select(null);
    cover();
    address("/room/");
  },
  open: (code) => openCode(code),
  pin: (spot, moved) => map?.pin(spot, moved) ?? { at: () => spot ?? { lat: 0, lon: 0 }, set: () => undefined, remove: () => undefined },
});

const queue = new Queue(byId("queue"), names, {
  open: (id) => openIncident(id),
  light: (id) => lightUp(id),
  clearFilter: () => setFilter(NO_FILTER),
  announce: (text) => (byId("said").textContent = text),
});

const search = new Search(byId<HTMLDialogElement>("search"), names, () => live.incidents(), (code) => openCode(code));

const call = new CallForm(byId("call"), {
  pin: (spot, moved) => map?.pin(spot, moved) ?? { at: () => spot ?? { lat: 0, lon: 0 }, set: () => undefined, remove: () => undefined },
  reveal: (spot) => map?.reveal(spot),
  group: (code) => groupOf(live.incidents().find((one) => one.code === code) ?? { group: null }),
  open: (code) => openCode(code),
  saved: (code, tracking, joined, entry) => {
    notices.say(say(joined ? "call.joined" : "call.saved", { code }), 20, tracking ? say("call.tracking", { code: tracking }) : "");
    const done = entry.answer?.body as { dispatched?: boolean; raised?: boolean } | null;
    if (done?.dispatched) panel.offerBack(code, done.raised ? "undo.emergency" : "undo.dispatch", entry);
    // The next key dispatches it; but an incident somebody reads is not replaced under their eyes.
    if (code && panel.open === null) openCode(code);
  },
  kept: () => notices.say(say("call.kept"), 12),
  transfer: (id, service) => phone.transfer(id, service),
  done: (id) => phone.done(id),
  notReached: (id) => phone.notReached(id),
  shown: () => cover(),
});

const phone = new Phone(live, notices, {
  open: (slot) => call.show(slot),
  shown: () => call.call,
  changed: (now) => call.changed(now),
  over: (id) => call.over(id),
});

/** Tells the map how much of it lies under the call form and the panel. */
function cover(): void {
  document.body.classList.toggle("has-panel", panel.open !== null);
  document.body.classList.toggle("has-call", call.open);
  document.body.classList.toggle("has-answers", call.open && !byId("call-answers").hidden);
  const width = (id: string): number => (byId(id).hidden ? 0 : byId(id).offsetWidth);
  const left = width("call") + width("call-answers");
  // Where the three leave no map, the answers stand above the incident.
  map?.covered(left, Math.min(width("panel"), Math.max(0, byId("map").offsetWidth - left)));
}

function address(path: string): void {
  history.replaceState(null, "", path + toAddress(filter));
}

function lightUp(id: number | null): void {
  queue.light(id);
  map?.light(id === null ? null : (live.get(id) ?? null));
}

function openIncident(id: number): void {
  const incident = live.get(id);
  if (incident) openCode(incident.code);
}

function openCode(code: string): void {
  const incident = live.incidents().find((one) => one.code === code) ?? null;
  openId = incident?.id ?? null;
  void panel.show(code);
  queue.select(openId);
  map?.select(incident);
  cover();
  if (incident && incident.lat !== null && incident.lon !== null) map?.reveal({ lat: incident.lat, lon: incident.lon });
  address(`/room/incident/${code}/`);
}

function filtered(now: number): Incident[] {
  return live.incidents().filter((incident) => matches(incident, filter, names, now));
}

/** Whether a drawing is asked for, the frame in which units are drawn, and when the next drawing may begin. */
let isAsked = false;
let moved = 0;
let rested = 0;
/** How long after a drawing the page is left to hands and voice, in times of what the drawing took. */
const REST = 3;

/** Draws list, map and counts from the same set; at most once a frame. */
function draw(force = false): void {
  isAsked = false;
  const began = performance.now();
  const now = Date.now();
  set = filtered(now);
  // Before the first snapshot an empty set says nothing.
  if (live.isComplete) queue.update(set, countActive(filter) > 0, force);
  map?.show(set, [...fresh]);
  map?.units(units.onMap(set, now));
  fresh.clear();
  const all = live.incidents();
  byId("queue-count").textContent = set.length === all.length ? String(all.length) : say("queue.count", { n: set.length, all: all.length });
  const counts: Record<string, number> = {};
  for (const incident of all) counts[groupOf(incident)] = (counts[groupOf(incident)] ?? 0) + 1;
  for (const chip of document.querySelectorAll<HTMLElement>("[data-group].chip")) {
    chip.querySelector("b")!.textContent = String(counts[chip.dataset.group ?? ""] ?? 0);
    chip.setAttribute("aria-pressed", String(filter.groups.includes(chip.dataset.group ?? "")));
  }
  document.body.dataset.ready = String(live.isComplete);
  const active = countActive(filter);
  const button = document.querySelector<HTMLElement>("[data-room=filter]")!;
  button.classList.toggle("is-active", active > 0);
  button.dataset.active = active ? String(active) : "";
  button.title = active ? say("filter.active", { n: active }) : "";
  rested = performance.now() + REST * (performance.now() - began);
}

/** Draws with the next frame; 50,000 incidents take long to sort, so that many changes a second share one drawing. */
function soon(): void {
  if (isAsked) return;
  isAsked = true;
  setTimeout(() => requestAnimationFrame(() => draw()), rested - performance.now());
}

/** Units move without the list: their places change ten times a second. */
function soonUnits(): void {
  cancelAnimationFrame(moved);
  moved = requestAnimationFrame(() => map?.units(units.onMap(set, Date.now())));
}

const warnings = new Warnings(byId("warnings"), live, (shown) => map?.warnings(shown));
const surges = new Surges(byId("surges"), { open: (code) => openCode(code), drawn: () => stopTimes() });

live.watch((changed) => {
  surges.soon();
  for (const { id, isNew } of changed) {
    if (isNew) fresh.add(id);
    if (id !== openId) continue;
    const incident = live.get(id);
    if (incident) {
      panel.changed(incident.version);
      map?.select(incident);
    } else panel.gone();
  }
  // An incident opened by its code before the snapshot came.
  if (openId === null && panel.open !== null) {
    const incident = live.incidents().find((one) => one.code === panel.open);
    if (incident) {
      openId = incident.id;
      queue.select(openId);
      map?.select(incident);
    }
  }
  soon();
});

const layers = new Layers(byId<HTMLFormElement>("layers"), byId("legend-past"), () => map, () => filter.groups);

// --- the filter ---------------------------------------------------------------------------------------------------

const form = byId<HTMLFormElement>("filter");

function setFilter(next: Filter): void {
  filter = { ...next };
  for (const name of ["state", "age", "area", "agency", "text"] as const) {
    const field = form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;
    if (field.value !== filter[name]) field.value = filter[name];
  }
  address(location.pathname);
  draw(true);
  layers.draw();
}

form.addEventListener("input", () => {
  const data = new FormData(form);
  setFilter({ ...filter, ...(Object.fromEntries(data) as Partial<Filter>) });
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", (event) => {
  event.preventDefault();
  setFilter(NO_FILTER);
});
for (const chip of document.querySelectorAll<HTMLElement>("[data-group].chip")) {
  chip.addEventListener("click", () => {
    const group = chip.dataset.group ?? "";
    const groups = filter.groups.includes(group) ? filter.groups.filter((one) => one !== group) : [...filter.groups, group];
    setFilter({ ...filter, groups });
  });
}

function fillChoices(): void {
  const { areas, agencies } = names.reference;
  const areaField = form.elements.namedItem("area") as HTMLSelectElement;
  const set = areas[room.map.set] ?? {};
  const sorted = (items: [string, { name: string }][]): [string, { name: string }][] =>
    items.sort(([, a], [, b]) => a.name.localeCompare(b.name, "vi"));
  const all = Object.entries(set);
  const districts = sorted(all.filter(([, area]) => area.level === "district"));
  const option = (value: string, text: string): HTMLOptionElement => element("option", { value, text });
  const choices: Node[] = [];
  for (const [code, district] of districts) {
    const wards = sorted(all.filter(([, area]) => area.parent === code));
    const whole = option(`${room.map.set}/${code}`, district.name);
    choices.push(wards.length ? element("optgroup", { label: district.name }, whole, ...wards.map(([ward, area]) => option(`${room.map.set}/${ward}`, area.name))) : whole);
  }
  // A set without districts lists its wards.
  if (!districts.length) {
    choices.push(...sorted(all.filter(([, area]) => area.level === "ward")).map(([code, area]) => option(`${room.map.set}/${code}`, area.name)));
  }
  areaField.append(...choices);
  const agencyField = form.elements.namedItem("agency") as HTMLSelectElement;
  agencyField.append(...sorted(Object.entries(agencies)).map(([id, agency]) => option(id, agency.name)));
  setFilterFields();
}

function setFilterFields(): void {
  for (const name of ["state", "age", "area", "agency", "text"] as const) {
    (form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement).value = filter[name];
  }
}

function toggleFilter(): void {
  form.hidden = !form.hidden;
  document.querySelector("[data-room=filter]")!.setAttribute("aria-expanded", String(!form.hidden));
  if (!form.hidden) (form.elements.namedItem("text") as HTMLInputElement).focus();
  // A hidden field keeps the focus until the next frame: the first letter after Esc would be lost in it.
  else if (form.contains(document.activeElement)) document.querySelector<HTMLElement>("[data-room=filter]")!.focus();
}

// --- buttons and keys ---------------------------------------------------------------------------------------------

function toggleKeysWord(): void {
  document.querySelector("[data-room=toggle-keys]")!.textContent = say(keysOn() ? "keys.on" : "keys.off");
}

function step(by: 1 | -1): void {
  const id = queue.next(openId, by);
  if (id !== null) openIncident(id);
}

let measuring = false;

function measure(): void {
  measuring = !measuring;
  const said = byId("measured");
  said.hidden = !measuring;
  document.querySelector("[data-room=measure]")!.setAttribute("aria-pressed", String(measuring));
  map?.measure(measuring ? (text) => (said.textContent = text) : null);
}

async function printOut(): Promise<void> {
  const scale = Number(byId<HTMLSelectElement>("print-scale").value);
  const { printMap } = await import("./room/printing");
  if (map) {
    const legends = [document.querySelector<HTMLElement>("#legend ul")!, byId("legend-past")].filter((one) => !one.hidden);
    await printMap(map, scale, legends, document.title).catch(() => notices.say(say("print.failed"), 8));
  }
}

const acts: Record<string, () => void> = {
  measure,
  print: () => void printOut(),
  call: () => call.show(),
  "call-close": () => call.hide(),
  transfer: () => call.goToTransfer(),
  search: () => search.show(),
  filter: toggleFilter,
  fit: () => map?.fit(),
  keys: () => {
    closeMenu();
    byId<HTMLDialogElement>("keys").showModal();
  },
  "toggle-keys": () => {
    setKeys(!keysOn());
    toggleKeysWord();
  },
};

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const button = target?.closest<HTMLElement>("[data-room]");
  if (button) acts[button.dataset.room ?? ""]?.();
  const layer = target?.closest<HTMLElement>("[data-layer]");
  if (layer) {
    const on = layer.getAttribute("aria-pressed") !== "true";
    layer.setAttribute("aria-pressed", String(on));
    map?.layer(layer.dataset.layer as LayerName, on);
  }
});

const press =
  (name: string) =>
  (event: KeyboardEvent): void => {
    if (!document.querySelector("dialog[open]") && panel.press(name)) event.preventDefault();
  };
const doing =
  (act: () => void) =>
  (event: KeyboardEvent): void => {
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act();
  };

listen({
  n: doing(() => call.show()),
  "/": doing(() => search.show()),
  "Ctrl+k": doing(() => search.show()),
  "?": doing(() => acts.keys?.()),
  f: doing(toggleFilter),
  q: doing(() => queue.focus()),
  j: doing(() => step(1)),
  k: doing(() => step(-1)),
  0: doing(() => map?.fit()),
  a: press("answer"),
  e: (event) => {
    // A caller on the line who has not been saved yet goes before the incident that happens to be open.
    if (!document.querySelector("dialog[open]") && call.pressEmergency()) event.preventDefault();
    else press("emergency")(event);
  },
  p: press("pin"),
  c: press("category"),
  v: press("complaint"),
  g: press("agency"),
  m: press("note"),
  t: press("say"),
  s: (event) => {
    if (!document.querySelector("dialog[open]") && surges.press()) event.preventDefault();
  },
  1: press("group-1"),
  2: press("emergency"),
  3: press("group-3"),
  b: press("same"),
  r: press("reply"),
  x: press("side-1"),
  y: press("side-2"),
  z: press("side-3"),
  F9: doing(() => void phone.take()),
  F4: doing(() => phone.next()),
  F6: doing(() => call.goToAnswers()),
  F7: doing(() => call.goToTransfer()),
  F8: doing(() => phone.showBack()),
  w: press("wrong"),
  "Ctrl+Enter": (event) => {
    if (!inField(event.target)) press("dispatch")(event);
  },
  // Always one step back: the browser closes an open dialog by itself.
  Escape: (event) => {
    if (document.querySelector("dialog[open]")) return;
    if (measuring) {
      if (!map?.measureBack()) measure();
      return event.preventDefault();
    }
    if (call.open && byId("call").contains(document.activeElement)) call.back();
    else if (panel.back() || call.back()) event.preventDefault();
    else if (!form.hidden) {
      // The browser would empty the search field, and with it the filter.
      event.preventDefault();
      toggleFilter();
    }
  },
});
toggleKeysWord();

// --- start --------------------------------------------------------------------------------------------------------

byId("panel").addEventListener("times", () => stopTimes());
let stop = keepTimes(byId("panel"));
function stopTimes(): void {
  stop();
  stop = keepTimes(byId("panel"));
}

const clock = byId("clock");
const tickClock = (): void => {
  clock.textContent = clockSeconds(Date.now());
};
tickClock();
setInterval(tickClock, 1000);
// Ages, deadlines and what is overdue move on with the clock.
setInterval(soon, 10_000);

async function loadAreas(): Promise<void> {
  const note = byId("approximate");
  if (!room.map.areas) {
    note.textContent = say("map.no-areas");
    note.hidden = false;
    return;
  }
  note.textContent = say("map.approximate");
  note.title = say("map.approximate.why");
  note.hidden = !room.map.approximate;
  map?.areas(await getJson<Areas>(room.map.areas));
}

async function start(): Promise<void> {
  setFilterFields();
  void units.load().catch(() => undefined);
  if (room.open) openCode(room.open);
  const named = names.load().then(fillChoices, () => undefined);
  map = await makeMap({
    box: byId("map"),
    basemap: page.basemap,
    bounds: room.map.bounds,
    actions: { open: openIncident, light: lightUp, ground: () => undefined },
    line: (id) => {
      const incident = live.get(id);
      return incident ? { text: incident.summary || incident.code, group: groupOf(incident) } : null;
    },
  });
  cover();
  await loadAreas().catch(() => undefined);
  await named;
  draw(true);
  warnings.draw(true);
  const opened = openId === null ? null : (live.get(openId) ?? null);
  if (opened) {
    map.select(opened);
    if (opened.lat !== null && opened.lon !== null) map.reveal({ lat: opened.lat, lon: opened.lon });
  }
}

void start();
