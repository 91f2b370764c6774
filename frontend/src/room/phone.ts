/**
 * The telephone in the room's bar: what rings and for how long, who sits at the desks, whom nobody answered. F9 takes the call
 * that has waited longest, F4 goes to the next of one's own calls. Who calls comes only to whoever has taken the call.
 */
import { element } from "../element";
import { getJson, settings } from "../page";
import { age } from "../time";
import { say } from "../words/room";
import { ask } from "./ask";
import type { Slot } from "./call";
import { inField } from "./keys";
import type { Live } from "./live";
import type { Notices } from "./notices";
import { armRing, canRing, ring } from "./ring";

export interface Call {
  id: number;
  version: number;
  state: "ringing" | "elsewhere" | "answered" | "missed" | "abandoned" | "ended";
  line: string;
  began_at: string;
  answered_at: string | null;
  ended_at: string | null;
  by: number | null;
  wrapped: boolean;
  callback: string;
  tries: number;
  transferred_to: string;
  /** 0: of the live service. */
  exercise: number;
  action: Asked | null;
}

/** The last thing that the exchange was asked to do for a call, and what became of it. */
export interface Asked {
  id: number;
  kind: "transfer" | "call_back";
  target: string;
  state: "waiting" | "doing" | "done" | "failed";
  failure: string;
  by: number;
}

/** Why the exchange did not do it and what to do by hand now; "" while it may still do it. */
export function failedAs(asked: Asked | null): string {
  if (asked?.state !== "failed") return "";
  const known = ["refused", "no_answer", "no_line", "not_in_time", "bridge_died", "line_lost", "not_picked_up"] as const;
  const why = say(`phone.why.${known.find((code) => code === asked.failure) ?? "refused"}`);
  return asked.kind === "transfer" ? say("phone.transfer-failed", { service: asked.target, why }) : say("back.failed", { why });
}

interface Desk {
  id: number;
  status: "free" | "in_call" | "wrap_up" | "pause";
  since: string;
}

/** The answer of /api/calls/seats. */
interface Seats {
  people: Record<string, string>;
  mine: { status: string; extension: string };
  dials: boolean;
}

interface Known {
  number: string;
  name: string;
  draft: Slot["draft"];
}

export interface PhoneActions {
  /** Shows the form of a call. */
  open(slot: Slot): void;
  /** The call whose form is shown; 0 is a form without a call, null is none. */
  shown(): number | null;
  /** What is known of the shown call has changed. */
  changed(call: Call): void;
  /** The shown call has left the stream. */
  over(id: number): void;
}

const ME = Number(settings.person);
/** How often a desk says that its page is there; the server lets go of it after four times as long. */
const HERE_MS = 30_000;
/** So many calls have a chip in the bar. */
const CHIPS = 3;
const OPEN = new Set(["ringing", "answered", "elsewhere"]);

/** "0:42", "12:05". */
export function ticking(from: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - from) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export class Phone {
  private readonly ringing: HTMLButtonElement;
  private readonly back: HTMLButtonElement;
  private readonly mineBox: HTMLElement;
  private readonly sheet: HTMLDialogElement;
  private readonly seat: HTMLDetailsElement;
  private onDuty = false;
  /** Whoever went off duty by hand is not told about it. */
  private leaving = false;
  private seats: Seats = { people: {}, mine: { status: "off", extension: "" }, dials: false };
  private readonly known = new Map<number, Known>();
  private readonly popped = new Set<number>();
  /** Failures that were said already, by the number of what was asked. */
  private readonly told = new Set<number>();

  constructor(
    private readonly live: Live,
    private readonly notices: Notices,
    private readonly act: PhoneActions,
  ) {
    const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
    this.ringing = byId("phone-ringing");
    this.back = byId("phone-back");
    this.mineBox = byId("phone-mine");
    this.sheet = byId("callbacks");
    this.seat = byId("seat");
    this.ringing.addEventListener("click", () => void this.take());
    this.back.addEventListener("click", () => this.showBack());
    this.mineBox.addEventListener("click", (event) => {
      const chip = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-call]") : null;
      if (chip) void this.openCall(Number(chip.dataset.call));
    });
    this.seat.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-status]") : null;
      if (button instanceof HTMLButtonElement) void this.sit(button.dataset.status ?? "");
    });
    document.addEventListener("click", (event) => {
      if (event.target instanceof Node && !this.seat.contains(event.target)) this.seat.open = false;
    });
    this.sheet.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-back]") : null;
      if (button) void (button.dataset.drop === undefined ? this.callBack(Number(button.dataset.back)) : this.drop(Number(button.dataset.back)));
    });
    this.sheet.addEventListener("keydown", (event) => this.moveInSheet(event));
    live.watchRows(() => this.update());
    setInterval(() => this.draw(), 1_000);
    setInterval(() => void this.sayHere(), HERE_MS);
    void this.loadSeats();
  }

  private calls(): Call[] {
    return this.live.rows<Call>("call").sort((a, b) => Date.parse(a.began_at) - Date.parse(b.began_at) || a.id - b.id);
  }

  private desks(): Desk[] {
    return this.live.rows<Desk>("seat");
  }

  get(id: number): Call | undefined {
    return this.calls().find((call) => call.id === id);
  }

  private waiting(): Call[] {
    return this.calls().filter((call) => call.state === "ringing" && call.by === null);
  }

  private mine(): Call[] {
    return this.calls().filter((call) => call.by === ME && (OPEN.has(call.state) || call.callback === "calling" || !call.wrapped));
  }

  private owed(): Call[] {
    return this.calls().filter((call) => call.callback === "due" || call.callback === "calling");
  }

  private async loadSeats(): Promise<void> {
    try {
      this.seats = await getJson<Seats>("/api/calls/seats");
      const field = this.seat.querySelector<HTMLInputElement>("#seat-extension");
      if (field && !field.value) field.value = this.seats.mine.extension;
      this.draw();
    } catch {
      // Names come with the next page; the telephone works without them.
    }
  }

  /** The stream brought something. */
  private update(): void {
    const mine = this.mine();
    const shown = this.act.shown();
    // A call that the desk's own telephone answered, or that a browser which died had open, shows itself.
    const fresh = mine.filter((call) => !this.popped.has(call.id));
    for (const call of fresh) this.popped.add(call.id);
    if (fresh[0] && shown === null) void this.openCall(fresh[0].id);
    else if (fresh[0] && !fresh.some((call) => call.id === shown)) this.notices.say(say("phone.fresh"), 8);
    this.tellFailed();
    const now = shown ? this.get(shown) : undefined;
    if (now) this.act.changed(now);
    // Written up at another screen: it is no call of the room's any more.
    else if (shown) this.act.over(shown);
    if (this.desks().some((desk) => !(desk.id in this.seats.people))) void this.loadSeats();
    this.draw();
  }

  /** What the exchange did not do for this desk is said at once and loudly, whatever is on the screen. */
  private tellFailed(): void {
    for (const { action } of this.calls()) {
      if (action?.state !== "failed" || action.by !== ME || this.told.has(action.id)) continue;
      this.told.add(action.id);
      this.notices.say(failedAs(action), 60);
    }
  }

  /** A desk on duty says that its page is there; one that was silent for too long is told that it is off duty. */
  private async sayHere(): Promise<void> {
    const mine = this.desks().find((one) => one.id === ME);
    if (mine) {
      this.onDuty = true;
      void ask("/api/calls/seat/here");
    } else if (this.onDuty) {
      this.onDuty = false;
      if (!this.leaving) this.notices.say(say("phone.off-silent"), 30);
    }
  }

  private draw(): void {
    const now = Date.now();
    const waiting = this.waiting();
    const desk = this.desks().find((one) => one.id === ME);
    const status = desk?.status ?? "off";
    this.ringing.querySelector("b")!.textContent = String(waiting.length);
    this.ringing.querySelector(".phone-wait")!.textContent = waiting[0] ? ticking(Date.parse(waiting[0].began_at), now) : "";
    this.ringing.disabled = waiting.length === 0;
    this.ringing.classList.toggle("is-ringing", waiting.length > 0);
    ring(waiting.length > 0 && status === "free");
    const owed = this.owed();
    this.back.querySelector("b")!.textContent = String(owed.length);
    this.back.hidden = owed.length === 0;
    this.seat.dataset.status = status;
    this.seat.querySelector("#seat-word")!.textContent = say(`seat.${status}`);
    this.seat.querySelector<HTMLElement>("#seat-silent")!.hidden = status === "off" || canRing();
    for (const button of this.seat.querySelectorAll<HTMLButtonElement>("button[data-status]")) button.setAttribute("aria-pressed", String(button.dataset.status === status));
    this.drawTeam(now);
    this.drawMine(now);
    if (this.sheet.open) this.drawBack(now);
  }

  private drawTeam(now: number): void {
    const list = this.seat.querySelector<HTMLElement>("#seat-team")!;
    const desks = this.desks().sort((a, b) => (this.seats.people[a.id] ?? "").localeCompare(this.seats.people[b.id] ?? "", "vi"));
    const state = JSON.stringify([desks.map((one) => [one.id, one.status, Math.floor((now - Date.parse(one.since)) / 60_000)]), this.seats.people]);
    if (list.dataset.state === state) return;
    list.dataset.state = state;
    list.replaceChildren(
      ...desks.map((one) =>
        element(
          "li",
          {},
          element("span", { class: "seat-dot", "data-status": one.status, "aria-hidden": "true" }),
          element("span", { text: this.seats.people[one.id] ?? `#${one.id}` }),
          element("span", { class: "muted tabular", text: `${say(`seat.${one.status}`)} · ${age(Date.parse(one.since), now)}` }),
        ),
      ),
    );
  }

  /** One's own calls, the shown one among them and pressed. Parked ones go on counting; F4 reaches those without a chip. */
  private drawMine(now: number): void {
    const mine = this.mine();
    const shown = this.act.shown();
    this.mineBox.hidden = mine.length < 1 || (mine.length === 1 && mine[0]?.id === shown);
    const first = Math.max(0, Math.min(mine.findIndex((call) => call.id === shown), mine.length - CHIPS));
    const chips = mine.slice(first, first + CHIPS);
    const state = JSON.stringify([mine.map((call) => [call.id, call.state, call.action?.state]), shown, [...this.known.keys()]]);
    if (this.mineBox.dataset.state !== state) {
      this.mineBox.dataset.state = state;
      this.mineBox.replaceChildren(
        ...chips.map((call) =>
          element(
            "button",
            { type: "button", class: "btn btn-sm phone-chip", "data-call": call.id, "aria-pressed": String(call.id === shown), "data-state": call.state, "data-failed": call.action?.state === "failed", title: failedAs(call.action) || undefined },
            element("span", { class: "tabular", text: this.known.get(call.id)?.number || say("phone.unknown") }),
            element("span", { class: "phone-clock tabular" }),
          ),
        ),
        ...(mine.length > 1 || mine[0]?.id !== shown
          ? [element("span", { class: "phone-more tabular" }, ...(mine.length > CHIPS ? [`${say("phone.more", { n: mine.length - CHIPS })} `] : []), element("kbd", { text: "F4" }))]
          : []),
      );
    }
    for (const chip of this.mineBox.querySelectorAll<HTMLElement>("[data-call]")) {
      const call = mine.find((one) => one.id === Number(chip.dataset.call));
      if (call) chip.querySelector(".phone-clock")!.textContent = call.action?.state === "failed" ? say("phone.not-done") : this.lasts(call, now);
    }
  }

  private lasts(call: Call, now: number): string {
    if (OPEN.has(call.state)) return ticking(Date.parse(call.answered_at ?? call.began_at), now);
    return say("phone.over");
  }

  // --- acts ---------------------------------------------------------------------------------------------------------

  /** Takes the call that has waited longest; when somebody was quicker, the next one. */
  async take(): Promise<void> {
    const [first] = this.waiting();
    if (!first) {
      this.notices.say(say("phone.none"), 4);
      return;
    }
    void armRing();
    this.popped.add(first.id);
    const answer = await ask(`/api/calls/${first.id}/take`);
    if (answer.ok) await this.openCall(first.id);
    else this.notices.say(answer.detail || say("phone.failed"), 8);
  }

  /** Shows the form of one of one's own calls; the other one is parked with what was typed. */
  async openCall(id: number): Promise<void> {
    this.popped.add(id);
    let known = this.known.get(id);
    try {
      known = await getJson<Known>(`/api/calls/${id}/caller`);
      this.known.set(id, known);
    } catch {
      if (!known) {
        this.notices.say(say("phone.failed"), 8);
        return;
      }
    }
    const call = this.get(id);
    const since = Date.parse(call?.answered_at ?? call?.began_at ?? new Date().toISOString());
    this.act.open({ call: id, since, dials: this.seats.dials, exercise: call?.exercise ?? 0, ...known });
    if (call) this.act.changed(call);
    this.draw();
  }

  /** F4: the next of one's own calls. */
  next(): void {
    const mine = this.mine();
    const at = mine.findIndex((call) => call.id === this.act.shown());
    const next = mine[(at + 1) % mine.length];
    if (next && next.id !== this.act.shown()) void this.openCall(next.id);
  }

  private async sit(status: string): Promise<void> {
    await armRing();
    const extension = this.seat.querySelector<HTMLInputElement>("#seat-extension")!.value.trim();
    const problem = this.seat.querySelector<HTMLElement>("#seat-problem")!;
    this.leaving = status === "off";
    const answer = await ask("/api/calls/seat", { status, extension });
    problem.textContent = answer.ok ? "" : answer.detail || say("phone.failed");
    if (answer.ok) this.seat.open = false;
    this.draw();
  }

  async transfer(id: number, service: string): Promise<boolean> {
    const answer = await ask<{ dials?: boolean }>(`/api/calls/${id}/transfer`, { service });
    if (!answer.ok) this.notices.say(answer.detail || say("phone.failed"), 10);
    else this.notices.say(say(answer.body.dials ? "phone.transferring" : "phone.transfer-by-hand", { service }), 10);
    return answer.ok;
  }

  async done(id: number): Promise<boolean> {
    const answer = await ask(`/api/calls/${id}/done`);
    if (!answer.ok) this.notices.say(answer.detail || say("phone.failed"), 8);
    return answer.ok;
  }

  async notReached(id: number): Promise<boolean> {
    const answer = await ask(`/api/calls/${id}/not_reached`, { again: true });
    if (!answer.ok) this.notices.say(answer.detail || say("phone.failed"), 8);
    return answer.ok;
  }

  // --- whom nobody answered -----------------------------------------------------------------------------------------

  showBack(): void {
    this.drawBack(Date.now());
    if (!this.sheet.open) this.sheet.showModal();
    this.sheet.querySelector<HTMLElement>("[data-back]:not([disabled])")?.focus();
  }

  private drawBack(now: number): void {
    const owed = this.owed();
    const list = this.sheet.querySelector<HTMLElement>("ul")!;
    const state = JSON.stringify([owed.map((call) => [call.id, call.callback, call.tries]), Math.floor(now / 60_000)]);
    if (list.dataset.state === state) return;
    list.dataset.state = state;
    const at = [...list.querySelectorAll("[data-back]")].indexOf(document.activeElement as HTMLElement);
    list.replaceChildren(
      ...owed.map((call) => {
        const calling = call.callback === "calling" && call.by !== ME;
        return element(
          "li",
          {},
          element("span", { class: "tabular", text: age(Date.parse(call.began_at), now) }),
          element(
            "span",
            { class: "muted", text: [say(call.state === "abandoned" ? "back.abandoned" : "back.missed", { time: ticking(Date.parse(call.began_at), Date.parse(call.ended_at ?? call.began_at)) }), call.tries ? say("back.tries", { n: call.tries }) : ""].filter(Boolean).join(" · ") },
          ),
          calling
            ? element("span", { class: "muted", text: this.seats.people[call.by ?? 0] ?? "" })
            : element("button", { type: "button", class: "btn btn-sm btn-primary", "data-back": call.id, text: say("back.call") }),
          calling ? null : element("button", { type: "button", class: "btn btn-sm", "data-back": call.id, "data-drop": "", text: say("back.drop") }),
        );
      }),
    );
    this.sheet.querySelector<HTMLElement>("[data-empty]")!.hidden = owed.length > 0;
    if (at >= 0) [...list.querySelectorAll<HTMLElement>("[data-back]")][Math.min(at, owed.length - 1)]?.focus();
  }

  private moveInSheet(event: KeyboardEvent): void {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || inField(event.target)) return;
    const buttons = [...this.sheet.querySelectorAll<HTMLElement>("[data-back]:not([data-drop])")];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
  }

  private async callBack(id: number): Promise<void> {
    this.popped.add(id);
    const answer = await ask<{ dials?: boolean }>(`/api/calls/${id}/call_back`);
    if (!answer.ok) {
      this.notices.say(answer.detail || say("phone.failed"), 8);
      return;
    }
    this.sheet.close();
    await this.openCall(id);
    this.notices.say(say(answer.body.dials ? "back.dialling" : "back.dial"), 10);
  }

  private async drop(id: number): Promise<void> {
    const answer = await ask(`/api/calls/${id}/not_reached`);
    if (!answer.ok) this.notices.say(answer.detail || say("phone.failed"), 8);
  }
}
