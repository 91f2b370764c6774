/**
 * The call form, over the map's left half, by keyboard alone: words, place with suggestions and a pin that follows, category
 * guess, who calls. Enter moves on, Ctrl+Enter saves, and gives it to the agency that the button names.
 *
 * One form serves all one's calls: the shown call's fields are in it, the others are parked as drafts. What is typed is kept by
 * call in this browser, and for calls of the exchange at the server too, so that it outlives the browser and the machine.
 */
import { draftOf, dropDraft, fillDraft, readDraft, restoreDraft, saveDraft } from "../drafts";
import { element } from "../element";
import type { Entry } from "../outbox";
import { askJson, csrfToken } from "../page";
import { outbox } from "../sending";
import { age } from "../time";
import { locale } from "../words";
import { say } from "../words/room";
import { chooseByDigit, showQuestions } from "../questions";
import { Answers, type Units } from "./answers";
import { ask } from "./ask";
import type { Pin, Spot } from "./map";
import { failedAs, type Call as PhoneCall } from "./phone";

const NEAR_MOST = 5;

interface Place {
  name: string;
  lat: number;
  lon: number;
  radius_m: number;
  /** Ward and district, where the name does not say them. */
  detail: string;
  /** How often people confirmed a local name; 0 for what is known otherwise. */
  times: number;
}

interface Duplicate {
  code: string;
  summary: string;
  /** Null where one of the two is known by its ward alone. */
  distance_m: number | null;
  received_at: string;
  reports: number;
}

/** The answer of /api/suggest; reasons are sentences. */
interface Advice {
  category: { code: string; name: string; asks_whom: boolean } | null;
  category_reasons: string[];
  /** `also`: who gets it beside the agency that leads, in short. */
  agency: { id: number; name: string; short: string; certain: boolean; also: string[] } | null;
  agency_reasons: string[];
  /** The whole way to the agency, in one sentence. */
  why: string;
  /** The agencies on both sides of a border that the place may lie on. */
  sides: { name: string; area: string }[];
  duplicates: Duplicate[];
  place: Where;
}

/** Where the words may be, so far. */
interface Where extends Units {
  answer: { name: string; ward: string | null; lat: number; lon: number; radius_m: number } | null;
  candidates: { name: string; ward: string | null; district: string | null }[];
  /** What to ask the caller, so that the ward is known; "" when it is. */
  question: string;
  reasons: string[];
}

/** A call of the exchange, as its form needs it. */
export interface Slot {
  call: number;
  /** When the talk began; milliseconds. */
  since: number;
  number: string;
  name: string;
  /** Whether the exchange can be told to dial and to transfer. */
  dials: boolean;
  /** 0: of the live service. */
  exercise: number;
  draft: { at: string; fields: Record<string, string> } | null;
}

export interface CallActions {
  pin(spot: Spot | null, moved: (spot: Spot) => void): Pin;
  reveal(spot: Spot): void;
  /** The group of an open incident, for its mark. */
  group(code: string): number;
  open(code: string): void;
  saved(code: string, tracking: string, joined: boolean, entry: Entry): void;
  kept(): void;
  /** Connects the caller with a service; answers whether that was taken. */
  transfer(call: number, service: string): Promise<boolean>;
  /** Nothing to report, or nobody reached; answers whether the form may close. */
  done(call: number): Promise<boolean>;
  notReached(call: number): Promise<boolean>;
  shown(on: boolean): void;
}

const NOWHERE: Units = { area_set: "", ward: "", district: "" };

export class CallForm {
  private readonly form: HTMLFormElement;
  private readonly clock: HTMLOutputElement;
  private readonly places: HTMLElement;
  private readonly guess: HTMLButtonElement;
  private readonly agency: HTMLElement;
  private pin: Pin | null = null;
  private readonly answers: Answers;
  private units = NOWHERE;
  private slot: Slot | null = null;
  private certain: Advice["agency"] = null;
  private quoted: string | null = null;
  private startedAt = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private found: Place[] = [];
  private near: Duplicate[] = [];
  private at = -1;
  private placeSearch: AbortController | null = null;
  private adviceSearch: AbortController | null = null;
  private opener: HTMLElement | null = null;

  constructor(
    private readonly box: HTMLElement,
    private readonly act: CallActions,
  ) {
    this.form = box.querySelector("form")!;
    this.clock = box.querySelector<HTMLOutputElement>("#call-clock")!;
    this.places = box.querySelector<HTMLElement>("#call-places")!;
    this.agency = box.querySelector<HTMLElement>("#call-agency")!;
    this.guess = box.querySelector<HTMLButtonElement>("#call-guess")!;
    this.answers = new Answers(
      box.querySelector<HTMLElement>("#call-answers")!,
      this.field("quote"),
      (question) => {
        this.quoted = question;
        this.drawRoute();
      },
      () => this.act.shown(this.open),
    );
    this.askFor("");
    this.form.addEventListener("keydown", (event) => this.key(event));
    this.form.addEventListener("submit", () => (this.field("took_s").value = String(Math.max(0, Math.round((Date.now() - this.startedAt) / 1000)))), { capture: true });
    this.field("address").addEventListener("input", () => this.typedOver());
    this.field("address").addEventListener("input", later(250, () => void this.searchPlaces()));
    // Who is named for half an address must not stand there once it is whole.
    this.field("address").addEventListener("input", later(500, () => void this.advise()));
    this.field("address").addEventListener("blur", () => setTimeout(() => this.hidePlaces(), 150));
    this.field("words").addEventListener(
      "input",
      later(500, () => {
        void this.advise();
        this.askAnswers();
      }),
    );
    for (const name of ["address", "category", "complained_agency", "complained_no_unit"]) this.field(name).addEventListener("change", () => void this.advise());
    this.field("phone").addEventListener("change", () => void this.searchEarlier());
    this.places.addEventListener("pointerdown", (event) => {
      const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-at]") : null;
      if (!option) return;
      event.preventDefault();
      this.choose(Number(option.dataset.at), true);
    });
    this.guess.addEventListener("click", () => {
      this.field("category").value = this.guess.dataset.code ?? "";
      this.guess.hidden = true;
      void this.advise();
      this.field("phone").focus();
    });
    this.form.addEventListener("outbox:accepted", (event) => {
      const { entry } = (event as CustomEvent<{ entry: Entry }>).detail;
      const joined = this.field("same_as").value !== "";
      this.hide(true);
      this.saved(entry, joined);
    });
    this.form.addEventListener("outbox:kept", (event) => {
      const { entry } = (event as CustomEvent<{ entry: Entry }>).detail;
      const joined = this.field("same_as").value !== "";
      this.hide(true);
      this.act.kept();
      // A slow server takes it after all: then it comes up as it would have, but not over the next caller.
      void outbox.settled(entry.id).then((done) => {
        if (done?.status === "accepted" && !this.open) this.saved(done, joined);
      });
    });
    this.form.addEventListener("draft:restored", () => this.pinFromFields());
    this.form.addEventListener("input", later(2_000, () => this.keepAtServer()));
    window.addEventListener("pagehide", () => this.keepAtServer());
    this.box.querySelector("#call-transfer")!.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-service]") : null;
      if (button && this.slot) void this.passOn(this.slot.call, button.dataset.service ?? "");
    });
    this.box.querySelector("#call-done")!.addEventListener("click", () => void this.leave((call) => this.act.done(call)));
    this.box.querySelector("#call-not-reached")!.addEventListener("click", () => void this.leave((call) => this.act.notReached(call)));
  }

  private saved(entry: Entry, joined: boolean): void {
    const body = (entry.answer?.body ?? {}) as { incident?: string; tracking_code?: string };
    this.act.saved(body.incident ?? "", body.tracking_code ?? "", joined, entry);
  }

  get open(): boolean {
    return !this.box.hidden;
  }

  private field(name: string): HTMLInputElement {
    return this.form.elements.namedItem(name) as HTMLInputElement;
  }

  /** The call whose form is shown; 0 is a form without a call, null is none. */
  get call(): number | null {
    return this.open ? (this.slot?.call ?? 0) : null;
  }

  /** Shows the form of a call, or without one. Another one that was open is parked with what was typed. */
  show(slot: Slot | null = null): void {
    // What is being sent is still in the fields.
    if (this.form.getAttribute("aria-busy") === "true") return;
    if (this.open && (this.slot?.call ?? 0) === (slot?.call ?? 0)) {
      this.field("words").focus();
      return;
    }
    if (this.open) {
      this.park();
      this.enter(slot);
      this.begin();
      return;
    }
    if (slot || this.slot) this.enter(slot);
    this.opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.box.hidden = false;
    this.act.shown(true);
    this.begin();
  }

  /** Keeps what was typed of the shown call, so that another one can have the form. */
  private park(): void {
    saveDraft(this.form.dataset.draft!, this.form);
    this.keepAtServer();
  }

  /** Makes the form that of a call: with what was typed of it, here or at the server, whichever is newer. */
  private enter(slot: Slot | null): void {
    this.clear();
    this.slot = slot;
    const name = slot ? `call:${slot.call}` : "call";
    this.form.dataset.draft = name;
    const kept = slot?.draft;
    if (kept && Date.parse(kept.at) > (readDraft(name)?.at ?? 0)) fillDraft(kept.fields, this.form);
    else restoreDraft(name, this.form);
    this.field("call").value = slot ? String(slot.call) : "";
    if (slot) {
      this.field("phone").value ||= slot.number;
      this.field("name").value ||= slot.name;
    }
    const title = this.box.querySelector<HTMLElement>("#call-title")!;
    title.replaceChildren(
      ...(slot
        ? [slot.number ? element("a", { href: `tel:${slot.number}`, class: "tabular", text: slot.number }) : say("phone.unknown"), slot.name ? ` ${slot.name}` : ""]
        : [say("call.new")]),
    );
    for (const id of ["call-transfer", "call-done"]) this.box.querySelector<HTMLElement>(`#${id}`)!.hidden = slot === null;
    this.box.querySelector<HTMLElement>("#call-not-reached")!.hidden = true;
  }

  /** What the stream says of the shown call. */
  changed(call: PhoneCall): void {
    if (this.slot?.call !== call.id) return;
    const failure = this.box.querySelector<HTMLElement>("#call-failure")!;
    const text = failedAs(call.action);
    // The same words again would be read out again.
    if (failure.textContent !== text) failure.textContent = text;
    const talking = ["ringing", "answered", "elsewhere"].includes(call.state);
    this.box.querySelector<HTMLElement>("#call-transfer")!.hidden = !talking;
    for (const button of this.box.querySelectorAll<HTMLButtonElement>("#call-transfer [data-service]")) {
      button.disabled = !talking;
      button.setAttribute("aria-pressed", String(button.dataset.service === call.transferred_to));
    }
    this.box.querySelector<HTMLElement>("#call-done")!.hidden = talking;
    this.box.querySelector<HTMLElement>("#call-not-reached")!.hidden = call.callback !== "calling";
    const over = call.transferred_to ? say("phone.passed-on", { service: call.transferred_to }) : say("phone.over");
    this.box.querySelector<HTMLElement>("#call-state")!.textContent = call.callback === "calling" ? say("phone.calling-back") : talking ? "" : over;
  }

  /** The shown call has left the stream: nobody is on the line, what was typed stays. */
  over(call: number): void {
    if (this.slot?.call !== call) return;
    for (const button of this.box.querySelectorAll<HTMLButtonElement>("#call-transfer [data-service]")) button.disabled = true;
    this.box.querySelector<HTMLElement>("#call-transfer")!.hidden = true;
    this.box.querySelector<HTMLElement>("#call-done")!.hidden = false;
    const state = this.box.querySelector<HTMLElement>("#call-state")!;
    if (["", say("phone.calling-back")].includes(state.textContent)) state.textContent = say("phone.over");
  }

  /** Transfer first, form second: the caller is connected, and what has been typed by then is saved at once, so that the
   *  service reads place and words while it hears them. What comes later is written in the incident's panel. */
  private async passOn(call: number, service: string): Promise<void> {
    if (!(await this.act.transfer(call, service))) return;
    if (this.slot?.call !== call || this.form.getAttribute("aria-busy") === "true") return;
    if (this.field("words").value.trim() === "") this.field("words").value = say("call.passed-on", { service });
    this.form.requestSubmit();
  }

  /** E while the form is open: of a call, which service to connect; answers whether there is one. */
  pressEmergency(): boolean {
    if (!this.open || !this.slot || !this.box.querySelector("#call-transfer [data-service]:not([disabled])")) return false;
    this.goToTransfer();
    return true;
  }

  /** F7: the services; then 3, 4 or 5, or the arrows and Enter. */
  goToTransfer(): void {
    if (this.open && this.slot) this.box.querySelector<HTMLElement>("#call-transfer [data-service]:not([disabled])")?.focus();
  }

  private keepAtServer(): void {
    if (!this.open || !this.slot || this.form.getAttribute("aria-busy") === "true") return;
    const fields = Object.fromEntries(Object.entries(draftOf(this.form)).filter(([, value]) => value !== ""));
    void ask(`/api/calls/${this.slot.call}/draft`, { fields }, true);
  }

  private async leave(end: (call: number) => Promise<boolean>): Promise<void> {
    if (this.slot && (await end(this.slot.call))) {
      dropDraft(this.form.dataset.draft!);
      this.hide(true);
    }
  }

  private begin(): void {
    this.pin?.remove();
    clearInterval(this.timer);
    this.startedAt = this.slot?.since ?? Date.now();
    const tick = (): void => {
      const seconds = Math.floor((Date.now() - this.startedAt) / 1000);
      const two = (value: number): string => String(value).padStart(2, "0");
      this.clock.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
    };
    tick();
    this.timer = setInterval(tick, 1000);
    this.pin = this.act.pin(null, (spot) => this.pinned(spot));
    this.pinFromFields();
    void this.advise();
    this.askAnswers();
    void this.searchEarlier();
    this.field("words").focus();
  }

  /** Hides the form; what was typed stays as a draft unless it was saved. */
  hide(saved = false): void {
    if (!this.open) return;
    if (!saved) this.park();
    clearInterval(this.timer);
    this.pin?.remove();
    this.pin = null;
    this.box.hidden = true;
    if (saved) {
      this.clear();
      this.slot = null;
      this.form.dataset.draft = "call";
      this.field("call").value = "";
    }
    this.act.shown(false);
    // A hidden field keeps the focus until the next frame: the first letter after Esc would be lost in it.
    if (document.activeElement instanceof HTMLElement && this.box.contains(document.activeElement)) document.activeElement.blur();
    if (this.opener?.isConnected) this.opener.focus({ preventScroll: true });
  }

  private clear(): void {
    this.form.reset();
    for (const name of ["lat", "lon", "accuracy_m", "same_as", "agency", "call", "asked", "quote", "took_s"]) this.field(name).value = "";
    this.box.querySelector("#call-radius")!.textContent = "";
    this.box.querySelector("#call-earlier")!.replaceChildren();
    this.guess.hidden = true;
    this.agency.textContent = "";
    this.drawWhere(null);
    this.routeTo(null);
    this.units = NOWHERE;
    this.answers.clear();
    this.askFor("");
    this.drawNear([]);
    this.box.querySelector("#call-state")!.textContent = "";
    this.box.querySelector("#call-failure")!.textContent = "";
    this.box.querySelector<HTMLElement>("#call-complaint")!.hidden = true;
    this.form.querySelector<HTMLElement>("[data-status]")!.textContent = "";
    this.hidePlaces();
  }

  /** The agencies that saving gives it to: named on the button only when the system is certain. */
  private routeTo(agency: Advice["agency"]): void {
    this.certain = agency?.certain ? agency : null;
    this.drawRoute();
  }

  /** An answer that was taken ends it; else it goes to the agency, if that is certain. */
  private drawRoute(): void {
    const { certain } = this;
    this.field("agency").value = certain && this.quoted === null ? String(certain.id) : "";
    let text = say("call.save");
    if (this.quoted !== null) text = say("call.save-and-answer");
    else if (certain) text = say("call.save-and-give", { name: [certain.short, ...certain.also].join(", ") });
    this.box.querySelector<HTMLElement>("#call-route")!.textContent = text;
  }

  /** F6: the answers in force. */
  goToAnswers(): void {
    if (this.open) this.answers.focus();
  }

  /** Esc: first the suggestions, then the form. */
  back(): boolean {
    if (!this.open) return false;
    if (!this.places.hidden) this.hidePlaces();
    else this.hide();
    return true;
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    const service = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>("#call-transfer") : null;
    if (service && /^[345]$/.test(event.key)) {
      event.preventDefault();
      service.querySelector<HTMLButtonElement>(`[data-service="11${event.key}"]`)?.click();
      this.field("words").focus();
      return;
    }
    if (service && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      const buttons = [...service.querySelectorAll<HTMLElement>("[data-service]")];
      buttons[(buttons.indexOf(event.target as HTMLElement) + (event.key === "ArrowRight" ? 1 : 2)) % 3]?.focus();
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      this.form.requestSubmit();
      return;
    }
    if (event.key === "F2") {
      event.preventDefault();
      this.same();
      return;
    }
    if (!event.ctrlKey && !event.metaKey && !event.altKey) {
      // A digit answers an extra question, and moves on where one answer is all.
      const answered = chooseByDigit(event.target, event.key);
      if (answered) {
        event.preventDefault();
        if (answered === "chosen") this.moveOn(event.target as HTMLElement);
        return;
      }
    }
    const inAddress = event.target === this.field("address");
    if (inAddress && !this.places.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.choose(Math.max(0, Math.min(this.found.length - 1, this.at + step)), false);
      return;
    }
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target instanceof HTMLButtonElement) return;
    // Enter moves on; a new line in the words is Shift+Enter. Only Ctrl+Enter saves.
    event.preventDefault();
    if (inAddress && !this.places.hidden) this.choose(Math.max(0, this.at), true);
    this.moveOn(target);
  }

  private moveOn(target: HTMLElement): void {
    const fields = [...this.form.elements].filter(
      (item): item is HTMLElement =>
        item instanceof HTMLElement && item.offsetParent !== null && item.matches("textarea, select, input:not([type=hidden]), button[type=submit]"),
    );
    fields[fields.indexOf(target) + 1]?.focus();
  }

  /** Asks for places as one types in the address. */
  private async searchPlaces(): Promise<void> {
    const text = this.field("address").value.trim();
    this.placeSearch?.abort();
    if (text.length < 3) {
      this.hidePlaces();
      return;
    }
    const search = new AbortController();
    this.placeSearch = search;
    try {
      const answer = await askJson<Candidates>("/geo/suggest", { q: text, exercise: String(this.slot?.exercise ?? 0) }, search.signal);
      this.found = answer.candidates;
    } catch {
      if (!search.signal.aborted) this.found = [];
      else return;
    }
    if (document.activeElement === this.field("address")) this.drawPlaces();
  }

  /** The place of a suggestion is that suggestion's: with other words in the field it is nobody's any more. A pin put by hand stays. */
  private typedOver(): void {
    if (!this.field("accuracy_m").value) return;
    for (const name of ["lat", "lon", "accuracy_m"]) this.field(name).value = "";
    this.box.querySelector("#call-radius")!.textContent = "";
  }

  private drawPlaces(): void {
    this.at = -1;
    const options = this.found.map((place, index) =>
      element(
        "div",
        { role: "option", id: `call-place-${index}`, "data-at": index, "aria-selected": "false" },
        element("span", { class: "place-name", text: place.name }),
        element("span", { class: "muted", text: [place.times ? say("call.learnt", { n: place.times }) : "", place.detail].filter(Boolean).join(" · ") }),
        element("span", { class: "muted tabular", text: say("call.radius", { distance: distance(place.radius_m) }) }),
      ),
    );
    this.places.replaceChildren(...options);
    // Nothing found is said beside the label: an empty list would cover the next field.
    this.box.querySelector("#call-radius")!.textContent = options.length ? "" : say("call.none");
    if (!options.length) {
      this.hidePlaces();
      return;
    }
    this.places.hidden = false;
    this.field("address").setAttribute("aria-expanded", "true");
    this.choose(0, false);
  }

  private hidePlaces(): void {
    this.places.hidden = true;
    this.field("address").setAttribute("aria-expanded", "false");
    this.field("address").removeAttribute("aria-activedescendant");
  }

  /** Points at a suggestion: the pin follows. `final`: the place is that one, its name goes into the field and the list closes. */
  private choose(at: number, final: boolean): void {
    const place = this.found[at];
    if (!place) return;
    this.at = at;
    [...this.places.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    this.field("address").setAttribute("aria-activedescendant", `call-place-${at}`);
    this.places.children[at]?.scrollIntoView({ block: "nearest" });
    if (!final) {
      this.point(place);
      return;
    }
    this.field("address").value = [place.name, place.detail].filter(Boolean).join(", ");
    this.hidePlaces();
    this.put(place);
  }

  /** Shows where something may be: nothing of it is sent. */
  private point(place: { lat: number; lon: number; radius_m: number | null }): void {
    this.box.querySelector("#call-radius")!.textContent = place.radius_m ? say("call.radius", { distance: distance(place.radius_m) }) : "";
    this.pin?.set(place, place.radius_m);
    this.act.reveal(place);
  }

  private unpoint(): void {
    this.box.querySelector("#call-radius")!.textContent = "";
    this.pin?.remove();
    this.pin = this.act.pin(null, (spot) => this.pinned(spot));
  }

  /** What a person chose. A pin by hand has no radius; of anything as wide as a ward the name says more than its middle. */
  private put(place: { lat: number; lon: number; radius_m: number | null }): void {
    const exact = place.radius_m === null || place.radius_m <= 500;
    this.field("lat").value = exact ? place.lat.toFixed(6) : "";
    this.field("lon").value = exact ? place.lon.toFixed(6) : "";
    this.field("accuracy_m").value = exact && place.radius_m ? String(Math.round(place.radius_m)) : "";
    this.point(place);
    this.form.dispatchEvent(new Event("input"));
    void this.advise();
  }

  private pinned(spot: Spot): void {
    this.put({ ...spot, radius_m: null });
  }

  private pinFromFields(): void {
    const [lat, lon] = [Number(this.field("lat").value), Number(this.field("lon").value)];
    if (!this.field("lat").value || !this.pin) return;
    this.pin.set({ lat, lon }, Number(this.field("accuracy_m").value) || null);
    void this.advise();
  }

  /** What the system makes of it so far: category, agency, and what may be the same. Nothing is stored. */
  private async advise(): Promise<void> {
    const value = (name: string): string => this.field(name).value.trim();
    this.adviceSearch?.abort();
    if (value("words").length < 6) {
      this.guess.hidden = true;
      this.askFor(value("category"));
      this.routeTo(null);
      this.drawNear([]);
      this.drawWhere(null);
      return;
    }
    const search = new AbortController();
    this.adviceSearch = search;
    const asked = Object.fromEntries(["words", "address", "category", "complained_agency", "lat", "lon", "accuracy_m"].map((name) => [name, value(name)]));
    asked.exercise = String(this.slot?.exercise ?? 0);
    if (this.field("complained_no_unit").checked) asked.complained_no_unit = "true";
    try {
      const advice = await askJson<Advice>("/api/suggest", asked, search.signal);
      const { category, agency } = advice;
      this.routeTo(agency);
      this.guess.hidden = !category || value("category") !== "";
      this.askFor(value("category") || (category?.code ?? ""));
      if (category) {
        this.guess.dataset.code = category.code;
        this.guess.textContent = say("call.guess", { name: category.name });
        this.guess.title = advice.category_reasons.join("\n");
      }
      this.box.querySelector<HTMLElement>("#call-complaint")!.hidden = !category?.asks_whom;
      const named = agency ? say(agency.certain ? "call.agency" : "call.agency.unsure", { name: [agency.name, ...agency.also].join(", ") }) : "";
      const sides = advice.sides.length > 1 ? say("call.sides", { names: advice.sides.map((side) => side.name).join(" / ") }) : "";
      this.agency.replaceChildren(...[sides || named, advice.why].filter(Boolean).map((text) => element("span", { text })));
      this.agency.title = advice.agency_reasons.join("\n");
      this.drawNear(advice.duplicates);
      this.drawWhere(advice.place);
      this.within(advice.place ?? NOWHERE);
    } catch {
      // Advice is a help: without it the form works as well.
      if (!search.signal.aborted) this.guess.hidden = true;
    }
  }

  private askAnswers(): void {
    void this.answers.ask(this.field("words").value, this.field("category").value, this.units);
  }

  /** What a committee answered for its own unit is among the answers once the place is known to lie in it. */
  private within({ area_set, ward, district }: Units): void {
    const changed = area_set !== this.units.area_set || ward !== this.units.ward || district !== this.units.district;
    this.units = { area_set, ward, district };
    if (changed) this.askAnswers();
  }

  /** Where the words seem to be, and why; what to ask where they do not say it. The pin follows until a person puts one. */
  private drawWhere(where: Where | null): void {
    const box = this.box.querySelector<HTMLElement>("#call-where")!;
    box.hidden = !where?.reasons.length;
    if (!where) {
      if (this.pin && !this.field("lat").value && this.places.hidden) this.unpoint();
      return;
    }
    const several = where.answer ? [] : where.candidates.map((one) => [one.name, one.ward ?? one.district ?? ""].filter((part, at, all) => part && all.indexOf(part) === at).join(", "));
    const known = where.answer ? [where.answer.name, where.answer.ward ?? ""].filter((part, at, all) => part && all.indexOf(part) === at).join(", ") : "";
    box.replaceChildren(
      ...(where.question ? [element("p", { class: "call-question", text: say("call.question", { question: where.question }) })] : []),
      ...(known && !this.field("lat").value ? [element("p", { text: say("call.where", { name: known }) })] : []),
      ...(several.length > 1 ? [element("ul", {}, ...several.slice(0, 4).map((text) => element("li", { text })))] : []),
      element("details", { class: "why" }, element("summary", { text: say("call.why") }), element("ul", {}, ...where.reasons.map((text) => element("li", { text })))),
    );
    if (this.field("lat").value || !this.places.hidden) return;
    if (where.answer) this.point(where.answer);
    // What other words said a moment ago is not where these are.
    else this.unpoint();
  }

  /** The extra questions of the chosen category, else of the guessed one. */
  private askFor(category: string): void {
    this.field("asked").value = showQuestions(this.form, category) ? category : "";
  }

  /** F2: the same event as the first of the list, then the next, then none of them. */
  private same(): void {
    const codes = this.near.slice(0, NEAR_MOST).map((one) => one.code);
    this.field("same_as").value = codes[codes.indexOf(this.field("same_as").value) + 1] ?? "";
    this.drawSame();
    this.form.dispatchEvent(new Event("input"));
  }

  private drawSame(): void {
    const chosen = this.field("same_as").value;
    const box = this.box.querySelector<HTMLElement>("#call-same")!;
    box.textContent = chosen ? say("call.same", { code: chosen }) : this.near.length ? say("call.same.ask") : "";
    box.classList.toggle("is-chosen", chosen !== "");
    for (const item of this.box.querySelectorAll<HTMLElement>("#call-near li")) item.classList.toggle("is-chosen", item.dataset.code === chosen && chosen !== "");
  }

  private drawNear(near: Duplicate[]): void {
    this.near = near;
    this.box.querySelector<HTMLElement>("#call-near-title")!.textContent = say("call.near");
    this.box.querySelector<HTMLElement>("#call-near")!.replaceChildren(
      ...(near.length
        ? near
            .slice(0, NEAR_MOST)
            .map((one) =>
              this.line(
                this.act.group(one.code),
                one.summary,
                [
                  one.reports > 1 ? say("call.reports", { n: one.reports }) : "",
                  one.distance_m === null ? say("call.near.vague") : distance(one.distance_m),
                  age(Date.parse(one.received_at), Date.now()),
                ].filter(Boolean).join(" · "),
                one.code,
              ),
            )
        : [element("li", { class: "muted", text: say("call.near.none") })]),
    );
    // What the caller was said to mean stays chosen while it is still near.
    if (!near.some((one) => one.code === this.field("same_as").value)) this.field("same_as").value = "";
    this.drawSame();
  }

  private line(group: number, words: string, meta: string, code: string): HTMLLIElement {
    const button = element(
      "button",
      { type: "button" },
      element("span", { class: `mark mark-${group}`, "aria-hidden": "true" }),
      element("span", { class: "near-words", text: words || say("row.no-words") }),
      element("span", { class: "muted tabular", text: meta }),
    );
    button.addEventListener("click", () => this.act.open(code));
    return element("li", { "data-code": code }, button);
  }

  private async searchEarlier(): Promise<void> {
    const phone = this.field("phone").value.trim();
    const list = this.box.querySelector<HTMLElement>("#call-earlier")!;
    if (phone.replace(/\D/g, "").length < 8) {
      list.replaceChildren(element("li", { class: "muted", text: say("call.earlier.ask") }));
      return;
    }
    try {
      // A POST, so that the number stands in no log.
      const answer = await fetch("/room/caller", {
        method: "POST",
        credentials: "same-origin",
        headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
        body: new URLSearchParams({ phone }),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const { earlier } = (await answer.json()) as {
        earlier: { code: string; summary: string; group: number; received_at: string; state: string }[];
      };
      list.replaceChildren(
        ...(earlier.length
          ? earlier.map((one) =>
              this.line(one.group, one.summary, `${one.state} · ${age(Date.parse(one.received_at), Date.now())}`, one.code),
            )
          : [element("li", { class: "muted", text: say("call.earlier.none") })]),
      );
    } catch {
      list.replaceChildren();
    }
  }
}

/** "120 m", "3,2 km". */
function distance(metres: number): string {
  return metres < 1000
    ? `${Math.round(metres)} m`
    : `${(metres / 1000).toLocaleString(locale, { maximumFractionDigits: 1 })} km`;
}

/** Calls once, a while after the last call; milliseconds. Not while an input method composes. */
function later(ms: number, act: () => void): (event: Event) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (event) => {
    clearTimeout(timer);
    if ((event as InputEvent).isComposing) return;
    timer = setTimeout(act, ms);
  };
}

/** The candidates of /geo/suggest. */
interface Candidates {
  candidates: Place[];
}
