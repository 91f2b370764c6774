/** The dispatcher's board of 113, 114 or 115: incidents by urgency and waiting, units, one incident, all by keyboard. */
import "./staff";
import "../styles/room.css";
import "../styles/emergencies.css";
import { Sound } from "./board/sound";
import { element } from "./element";
import { formOf, wireForms } from "./forms";
import type { Entry } from "./outbox";
import { getJson, pageData, settings as page } from "./page";
import { isPressed, released } from "./press";
import { wirePush } from "./push";
import { groupOf, type Incident, type ServicePart } from "./room/incident";
import { keysOn, listen } from "./room/keys";
import { Live } from "./room/live";
import { type Areas, makeMap, type RoomMap } from "./room/map";
import { Notices } from "./room/notices";
import { Names } from "./room/reference";
import { type Unit, Units } from "./room/units";
import { Warnings } from "./room/warnings";
import { outbox, refusal } from "./sending";
import { age, clock as timeOfDay, clockSeconds, keepTimes, span } from "./time";
import { say } from "./words/board";

interface BoardSettings {
  map: { areas: string; approximate: boolean; bounds: [number, number, number, number]; set: string };
  agency: number;
  dispatchWithin: number;
  /** From the first unit sent until one is there; 0: no target. */
  sceneWithin: number;
}

const board = pageData<BoardSettings>("board-settings", { map: { areas: "", approximate: true, bounds: [106.33, 10.85, 106.97, 11.52], set: "" }, agency: 0, dispatchWithin: 60, sceneWithin: 0 });
const one = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const UNDO = 10;
const ALARM_EVERY = 8_000;

const names = new Names();
const live = new Live(one("#connection"));
const units = new Units(live, () => soon());
const notices = new Notices(one("#notices"));
const sound = new Sound();
const box = one("#panel");
const warnings = new Warnings(one("#warnings"), live, (shown) => map?.warnings(shown));
let map: RoomMap | null = null;
let open: string | null = null;
let shown = "";
let drawnOnMap = "";

const partOf = (incident: Incident): ServicePart | undefined => incident.emergency?.services.find((part) => part.agency === board.agency);
const waits = (part: ServicePart | undefined): boolean => part?.state === "sent" || part?.state === "seen";

/** What nobody has taken first, then by priority, then who has waited longest. */
function ordered(): Incident[] {
  return live
    .incidents()
    .filter((incident) => partOf(incident))
    .sort((a, b) => Number(waits(partOf(b))) - Number(waits(partOf(a))) || a.priority - b.priority || Date.parse(partOf(a)!.sent_at) - Date.parse(partOf(b)!.sent_at));
}

// --- drawing ------------------------------------------------------------------------------------------------------

function timerOf(incident: Incident, part: ServicePart, now: number): { text: string; late: boolean } {
  const mine = (incident.emergency?.sorties ?? []).filter((sortie) => sortie.agency === board.agency);
  const since = (from: string): number => Math.max(0, Math.floor((now - Date.parse(from)) / 1000));
  const running = (seconds: number): string => (seconds > 3_600 ? span(seconds * 1000) : say("timer", { m: Math.floor(seconds / 60), s: String(seconds % 60).padStart(2, "0") }));
  if (!mine.length) {
    // From the call until a unit is sent; in time is counted from when the service was told.
    return { text: running(since(incident.received_at)), late: since(part.sent_at) > board.dispatchWithin && part.state !== "result_given" };
  }
  if (mine.some((sortie) => sortie.on_scene_at !== null)) return { text: say("row.there", { n: mine.length }), late: false };
  // From the first one that was sent until one is there.
  const seconds = Math.max(...mine.map((sortie) => since(sortie.sent_at)));
  return { text: `${say("row.out", { n: mine.length })} → ${running(seconds)}`, late: board.sceneWithin > 0 && seconds > board.sceneWithin };
}

function row(incident: Incident, now: number): HTMLLIElement {
  const part = partOf(incident)!;
  const timer = timerOf(incident, part, now);
  const what = incident.summary || (incident.category ? names.category(incident.category) : say("row.no-words"));
  const state = part.alarms > 0 && waits(part) ? say("row.alarm") : waits(part) ? say("row.wait") : say("row.taken");
  const link = element(
    "button",
    { type: "button", class: "board-row", "aria-current": incident.code === open ? "true" : undefined, onclick: () => void show(incident.code) },
    element("span", { class: `priority priority-${incident.priority}`, title: say("row.priority", { n: incident.priority }), text: String(incident.priority) }),
    element("span", { class: "board-what" }, incident.emergency?.major ? element("b", { class: "major-mark", text: say("row.major") }) : null, incident.exercise ? element("b", { class: "exercise-mark", text: say("row.exercise") }) : null, what),
    element("span", { class: `board-timer tabular${timer.late ? " overdue" : ""}`, text: timer.text }),
    element("span", { class: "board-where", text: `${names.shortPlace(incident.area) || say("row.no-place")} · ${state}` }),
  );
  return element("li", { class: waits(part) ? "is-waiting" : "", "data-id": incident.id }, link);
}

/** The clocks of the rows that are there, in the same order. */
function tick(rows: Incident[], now: number): void {
  const clocks = one("[data-incidents]").querySelectorAll<HTMLElement>(".board-timer");
  rows.forEach((incident, at) => {
    const timer = timerOf(incident, partOf(incident)!, now);
    const place = clocks[at];
    if (!place) return;
    if (place.textContent !== timer.text) place.textContent = timer.text;
    place.classList.toggle("overdue", timer.late);
  });
}

function unitRow(unit: Unit, now: number): HTMLLIElement {
  const seconds = units.age(unit, now);
  const old = seconds === null ? say("unit.no-position") : seconds > 120 ? say("unit.age", { age: age(now - seconds * 1000, now) }) : "";
  const goal = unit.incident === null ? undefined : live.get(unit.incident);
  const can = unit.capabilities.join(", ");
  return element(
    "li",
    { class: `unit unit-${unit.status}` },
    element("span", { class: `unit-shape kind-${unit.kind}`, "aria-hidden": "true" }),
    element("b", { text: unit.call_sign, title: can || undefined }),
    element("span", { text: goal ? goal.code : can }),
    unit.check_in
      ? element("span", { class: unit.check_in.missed ? "overdue" : "muted", text: say(unit.check_in.missed ? "safety.short" : "safety.due", { time: timeOfDay(Date.parse(unit.check_in.due_at)) }) })
      : element("span", { class: "muted", text: old }),
  );
}

/** The status under which a unit stands: how far its sortie is, where it has one. */
const ORDER = ["available", "sent", "acknowledged", "en_route", "on_scene", "transporting", "at_hospital", "returning", "on_sortie", "out_of_service"];
function statusOf(unit: Unit): string {
  const goal = unit.incident === null ? undefined : live.get(unit.incident);
  return goal?.emergency?.sorties.find((sortie) => sortie.unit === unit.id)?.state ?? unit.status;
}

/** The own units by status, each with how many there are. */
function unitRows(own: Unit[], now: number): HTMLLIElement[] {
  const groups = ORDER.map((status) => ({ status, members: own.filter((unit) => statusOf(unit) === status) }));
  return groups
    .filter(({ members }) => members.length)
    .flatMap(({ status, members }) => [
      element("li", { class: `unit-group unit-group-${status}` }, element("b", { text: say(`unit.${status}` as "unit.available") }), element("span", { class: "tabular", text: String(members.length) })),
      ...members.map((unit) => unitRow(unit, now)),
    ]);
}

/** Crews that have not reported that they are well: a line each, with the button for who hears them by radio. */
let shownMissed = "";
function drawMissed(own: Unit[], now: number): void {
  const missed = own.filter((unit) => unit.check_in?.missed);
  const text = JSON.stringify(missed.map((unit) => [unit.id, unit.check_in, age(Date.parse(unit.check_in!.due_at), now)]));
  if (text === shownMissed) return;
  shownMissed = text;
  const list = one("[data-missed]");
  list.hidden = missed.length === 0;
  list.replaceChildren(
    ...missed.map((unit) =>
      element(
        "li",
        {},
        element("b", { text: unit.call_sign }),
        element("span", { text: say("safety.missed", { age: age(Date.parse(unit.check_in!.due_at), now) }) }),
        element("button", { type: "button", class: "btn btn-sm", "data-well": unit.id, onclick: () => well(unit) }, say("safety.well"), " ", element("kbd", { text: "S" })),
      ),
    ),
  );
}

function well(unit: Unit): void {
  void outbox.put({ url: `/api/units/${unit.id}/check-in`, fields: [], label: `${unit.call_sign}: ${say("safety.well")}` });
}

function draw(): void {
  const now = Date.now();
  const rows = ordered();
  const own = units.all().filter((unit) => unit.agency === board.agency);
  one("[data-count]").textContent = String(rows.length);
  one("[data-empty]").hidden = rows.length > 0 || !live.isComplete;
  // Drawn anew only when something besides a clock reads differently: a row that were another one each second would
  // lose the clicks that a second falls into.
  const text = JSON.stringify([open, rows.map((incident) => [incident.id, incident.version])]);
  if (text === shown) tick(rows, now);
  else if (!isPressed()) {
    shown = text;
    const focused = document.activeElement?.closest<HTMLElement>("[data-incidents] li")?.dataset.id;
    one("[data-incidents]").replaceChildren(...rows.map((incident) => row(incident, now)));
    if (focused) one("[data-incidents]").querySelector<HTMLElement>(`li[data-id="${focused}"] button`)?.focus();
  }
  drawMissed(own, now);
  one("[data-units]").replaceChildren(...unitRows(own, now));
  one("[data-free]").textContent = say("units.free", { n: own.filter((unit) => unit.status === "available").length });
  // The clock ticks each second; the map is drawn anew only when something on it has moved.
  const crews = units.onMap(rows, now);
  const picture = JSON.stringify([rows.map((incident) => [incident.id, incident.version]), crews]);
  if (map && picture !== drawnOnMap) {
    drawnOnMap = picture;
    map.show(rows, []);
    map.units(crews);
  }
  document.body.dataset.ready = String(live.isComplete);
}

let wanted = 0;
function soon(): void {
  cancelAnimationFrame(wanted);
  wanted = requestAnimationFrame(draw);
}

// --- one incident -------------------------------------------------------------------------------------------------

const dirty = (): boolean => {
  const focused = document.activeElement;
  const written = [...box.querySelectorAll<HTMLTextAreaElement>("textarea")].some((field) => field.value !== field.defaultValue);
  return written || (focused instanceof HTMLElement && box.contains(focused) && focused.matches("textarea, select"));
};

/** Something newer came while somebody was writing. */
let held = false;
async function load(): Promise<void> {
  const code = open;
  if (!code) return;
  try {
    const answer = await fetch(`/emergencies/${code}/panel`, { headers: { "X-Panel": "1" }, credentials: "same-origin" });
    if (answer.status === 404) return close();
    if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    await released();
    if (open !== code) return;
    held = dirty();
    if (held) return;
    const details = [...box.querySelectorAll<HTMLDetailsElement>("details[open]")].map((item) => item.dataset.actBox ?? "");
    const { scrollTop } = box;
    box.innerHTML = text;
    for (const item of box.querySelectorAll<HTMLDetailsElement>("details")) if (details.includes(item.dataset.actBox ?? "-")) item.open = true;
    box.scrollTop = scrollTop;
    keepTimes(box)();
    wireForms(box);
  } catch {
    if (open === code && !box.querySelector("article")) box.replaceChildren(element("p", { class: "panel-note", text: say("panel.failed") }));
  }
}

/** The windows of one desk: what is opened in one is opened in the others, each on its monitor. */
const desk = new BroadcastChannel("board");
desk.addEventListener("message", ({ data }: MessageEvent<{ agency: number; code: string | null }>) => {
  if (data.agency !== board.agency || data.code === open) return;
  if (data.code === null) close(false);
  else void show(data.code, false);
});

async function show(code: string, tell = true): Promise<void> {
  if (tell) desk.postMessage({ agency: board.agency, code });
  open = code;
  box.hidden = false;
  box.replaceChildren(element("p", { class: "panel-note", text: say("panel.loading") }));
  const incident = live.incidents().find((row) => row.code === code) ?? null;
  map?.select(incident);
  if (incident && incident.lat !== null && incident.lon !== null) map?.reveal({ lat: incident.lat, lon: incident.lon });
  draw();
  await load();
}

function close(tell = true): void {
  if (tell) desk.postMessage({ agency: board.agency, code: null });
  open = null;
  box.hidden = true;
  box.replaceChildren();
  map?.select(null);
  draw();
}

async function reporter(): Promise<void> {
  const place = box.querySelector<HTMLElement>("[data-reporter]");
  if (!place || !open) return;
  try {
    const { reporters } = await getJson<{ reporters: { name: string; phone: string }[] }>(`/api/incidents/${open}/reporter`);
    const lines = reporters.map((who) => element("p", {}, who.name ? `${who.name} ` : "", who.phone ? element("a", { href: `tel:${who.phone}`, text: who.phone }) : null));
    place.replaceChildren(...(lines.length ? lines : [element("p", { text: say("reporter.none") })]));
  } catch {
    place.append(element("p", { text: say("reporter.failed") }));
  }
}

box.addEventListener("click", (event) => {
  const act = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-act]")?.dataset.act : undefined;
  if (act === "close") close();
  if (act === "reporter") void reporter();
});
box.addEventListener("change", (event) => {
  const field = event.target;
  if (field instanceof HTMLSelectElement && field.form && "atOnce" in field.form.dataset) field.form.requestSubmit();
});
box.addEventListener("outbox:accepted", (event) => {
  const { entry } = (event as CustomEvent<{ entry: Entry }>).detail;
  const form = formOf(event);
  form.reset();
  (document.activeElement as HTMLElement | null)?.blur?.();
  const sortie = (entry.answer?.body as { sortie?: number } | null)?.sortie;
  if (form.dataset.undo === "send" && sortie && open) {
    notices.offer(say("undo.send", { code: open }), UNDO, (n) => say("undo.left", { n }), () => {
      void outbox.put({ url: `/api/sorties/${sortie}/call-back`, fields: [], label: say("label.back") });
    });
  }
  void load();
});
// The press that took the focus away is done first.
box.addEventListener("focusout", () => held && setTimeout(() => void load(), 1_000));
// What was refused (somebody else was quicker) has changed the picture too.
box.addEventListener("outbox:refused", (event) => {
  // The form goes with the next panel: what another dispatcher was quicker with is said beside it.
  const { entry } = (event as CustomEvent<{ entry: Entry }>).detail;
  notices.say(refusal(entry), 12, entry.label);
  setTimeout(() => void load(), 2_000);
});

/** The major incidents of which this page has told. */
const majors = new Set<number>();
live.watch((changed) => {
  for (const { id, isNew } of changed) {
    const incident = live.get(id);
    if (isNew && incident && partOf(incident)) {
      sound.play(incident.priority === 1 ? "urgent" : "other");
      one("#said").textContent = say("said.new", { what: incident.summary });
    }
    if (incident?.emergency?.major && partOf(incident) && !majors.has(id)) {
      if (live.isComplete && !isNew) sound.play("urgent");
      one("#said").textContent = say("said.major", { what: incident.summary || incident.code });
      majors.add(id);
    }
    if (incident && !incident.emergency?.major) majors.delete(id);
    if (incident?.code === open) void load();
    if (!incident && open && !live.incidents().some((row) => row.code === open)) close();
  }
  soon();
});

// --- keys and sound -----------------------------------------------------------------------------------------------

const soundButton = one<HTMLButtonElement>("[data-sound]");
function tellSound(): void {
  soundButton.textContent = say(sound.armed ? "sound.on" : "sound.off");
  soundButton.setAttribute("aria-pressed", String(sound.armed));
}
soundButton.addEventListener("click", () => void sound.toggle().then(tellSound));
tellSound();
// Taking it is what silences it.
setInterval(() => {
  if (ordered().some((incident) => waits(partOf(incident)) && Date.parse(partOf(incident)!.acknowledge_by) < Date.now()) || units.all().some((unit) => unit.agency === board.agency && unit.check_in?.missed)) sound.play("alarm");
}, ALARM_EVERY);

const submit = (name: string) => (event: KeyboardEvent): void => {
  const form = box.querySelector<HTMLFormElement>(`form[data-act-form="${name}"]`);
  if (!form || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  form.requestSubmit();
};
function step(by: 1 | -1): void {
  const rows = ordered();
  const at = rows.findIndex((incident) => incident.code === open);
  const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
  if (next && next.code !== open) void show(next.code);
}
const focusOn = (selector: string) => (event: KeyboardEvent): void => {
  const field = box.querySelector<HTMLElement>(selector);
  if (!field) return;
  event.preventDefault();
  const details = field.closest("details");
  if (details) details.open = true;
  field.focus();
};
one("[data-keys]").addEventListener("click", () => one<HTMLDialogElement>("#keys").showModal());
listen({
  j: () => step(1),
  k: () => step(-1),
  a: submit("take"),
  ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [String(n), submit(`send-${n}`)])),
  h: submit("back"),
  m: focusOn("#say-text"),
  x: focusOn("#finish"),
  s: () => one("[data-missed]").querySelector<HTMLButtonElement>("button")?.click(),
  g: () => box.querySelector<HTMLAnchorElement>("[data-major]")?.click(),
  0: () => map?.fit(),
  "?": () => one<HTMLDialogElement>("#keys").showModal(),
  "Ctrl+Enter": (event) => (event.target as HTMLElement).closest("form")?.requestSubmit(),
  Escape: (event) => {
    if (document.querySelector("dialog[open]")) return;
    if (event.target instanceof HTMLElement && event.target.matches("input, textarea, select")) event.target.blur();
    else if (open) close();
  },
});
document.body.dataset.keys = String(keysOn());

// --- start --------------------------------------------------------------------------------------------------------

/** How the day stands against the targets: asked for anew now and then. */
setInterval(() => {
  void fetch("/emergencies/targets", { headers: { "X-Panel": "1" }, credentials: "same-origin" })
    .then(async (answer) => {
      if (answer.ok && !answer.redirected) one("[data-standings]").innerHTML = await answer.text();
    })
    .catch(() => undefined);
}, 30_000);

const clock = one("#clock");
setInterval(() => {
  clock.textContent = clockSeconds(Date.now());
  soon();
}, 1_000);

async function start(): Promise<void> {
  void names.load().then(() => {
    shown = "";
    soon();
  });
  void units.load().catch(() => undefined);
  if (document.body.classList.contains("view-list")) return draw();
  map = await makeMap({
    box: one("#map"),
    basemap: page.basemap,
    bounds: board.map.bounds,
    actions: {
      open: (id) => {
        const incident = live.get(id);
        if (incident) void show(incident.code);
      },
      light: () => undefined,
      ground: () => undefined,
    },
    line: (id) => {
      const incident = live.get(id);
      return incident ? { text: incident.summary || incident.code, group: groupOf(incident) } : null;
    },
  });
  if (board.map.areas) map.areas(await getJson<Areas>(board.map.areas));
  draw();
  warnings.draw(true);
}

void start();
wirePush();
