/**
 * The open incident beside the map. The server makes the panel; while a form in it is being written, a change from outside
 * shows a bar and never swaps the panel away.
 */
import htmx from "htmx.org";
import { element } from "../element";
import { formOf, wireForms } from "../forms";
import type { Entry } from "../outbox";
import { csrfToken } from "../page";
import { released } from "../press";
import { outbox } from "../sending";
import { say } from "../words/room";
import type { Pin, Spot } from "./map";
import type { Notices } from "./notices";

/** How long an emergency or a dispatch can be taken back; seconds. The server holds the same limit. */
const UNDO = 10;

/** Where the exchange keeps a call of the incident. */
interface Recording {
  began_at: string;
  reference: string;
}

interface Subject {
  code: string;
  version: number;
}

export interface PanelActions {
  closed(): void;
  open(code: string): void;
  pin(spot: Spot | null, moved: (spot: Spot) => void): Pin;
}

export class Panel {
  private code: string | null = null;
  private loading: AbortController | null = null;
  private pin: Pin | null = null;
  private bar: HTMLElement | null = null;
  private opener: HTMLElement | null = null;

  constructor(
    private readonly box: HTMLElement,
    private readonly notices: Notices,
    private readonly act: PanelActions,
  ) {
    box.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-act]") : null;
      if (!button) return;
      if (button instanceof HTMLAnchorElement) event.preventDefault();
      this.press(button.dataset.act ?? "", button);
    });
    box.addEventListener("outbox:accepted", (event) => {
      const { entry } = (event as CustomEvent<{ entry: Entry }>).detail;
      const form = formOf(event);
      const subject = this.subject;
      form.reset();
      // What was being written is sent: nothing of it can be lost by drawing the panel anew.
      if (form.contains(document.activeElement)) this.box.focus({ preventScroll: true });
      // What it says now stands above it.
      if (form.dataset.form === "complaint") form.closest("details")!.open = false;
      if (form.dataset.form === "wrong") {
        this.retract(entry);
        return;
      }
      if (form.dataset.undo === "dispatch" && subject) this.offerBack(subject.code, "undo.dispatch", entry);
      if ("merge" in form.dataset) {
        const { code, merge } = (entry.answer?.body ?? {}) as { code: string; merge: number };
        this.offerParting(code, merge);
        // The one that stays is what goes on.
        this.act.open(code);
        if (code !== subject?.code) return;
      }
      void this.load(true);
    });
    // The version on screen is the one a conflict was told about: the panel shows both, by itself and by the strip.
    box.addEventListener("outbox:conflict", () => this.showBar());
    // A sentence that is written often goes to the end of what is being written.
    box.addEventListener("change", (event) => {
      const choice = event.target;
      if (!(choice instanceof HTMLSelectElement) || !choice.dataset.canned || !choice.value) return;
      const field = box.querySelector<HTMLTextAreaElement>(`#${choice.dataset.canned}`)!;
      field.value = [field.value.trimEnd(), choice.value].filter(Boolean).join("\n");
      choice.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
    // Ctrl+Enter in a field sends its form.
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      const form = (event.target as HTMLElement).closest("form");
      if (!form) return;
      event.preventDefault();
      event.stopPropagation();
      form.requestSubmit();
    });
  }

  get open(): string | null {
    return this.code;
  }

  private get subject(): Subject | null {
    const root = this.box.querySelector<HTMLElement>("[data-code]");
    return root ? { code: root.dataset.code ?? "", version: Number(root.dataset.version) } : null;
  }

  /** Whether something written in the panel would be lost by a swap. */
  get dirty(): boolean {
    if (this.pin) return true;
    for (const form of this.box.querySelectorAll("form")) {
      for (const field of form.elements) {
        if (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && !["hidden", "checkbox", "radio", "file"].includes(field.type))) {
          if (field.value !== field.defaultValue) return true;
        } else if (field instanceof HTMLSelectElement) {
          // Without a marked default the first option is what the page came with.
          const first = Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
          if (field.selectedIndex !== first) return true;
        } else if (field instanceof HTMLInputElement && field.type === "file" && field.files?.length) return true;
      }
    }
    const focused = document.activeElement;
    return focused instanceof HTMLElement && this.box.contains(focused) && focused.matches("textarea, select, input");
  }

  async show(code: string): Promise<void> {
    if (this.code === code) return;
    if (!this.code) this.opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.dropPin();
    this.code = code;
    this.bar = null;
    this.box.hidden = false;
    this.box.replaceChildren(element("p", { class: "panel-note", text: say("panel.loading") }));
    await this.load(false);
    this.box.scrollTop = 0;
  }

  /** The stream says that the incident has a version. */
  changed(version: number): void {
    const subject = this.subject;
    if (!subject || version <= subject.version) return;
    if (this.dirty) this.showBar();
    else void this.load(true);
  }

  /** The incident left the board (closed, or no longer ours). The panel stays until the person leaves it. */
  gone(): void {
    if (this.dirty) this.showBar(say("panel.gone"));
    else void this.load(true);
  }

  close(): void {
    if (this.code === null) return;
    this.loading?.abort();
    this.dropPin();
    this.code = null;
    this.box.hidden = true;
    this.box.replaceChildren();
    this.act.closed();
    if (this.opener?.isConnected) this.opener.focus({ preventScroll: true });
  }

  /** Esc: one step back. First the pin, then the field, then the panel. Answers whether there was anything to leave. */
  back(): boolean {
    if (this.pin) {
      this.dropPin();
      return true;
    }
    const focused = document.activeElement;
    if (focused instanceof HTMLElement && this.box.contains(focused) && focused.matches("textarea, input, select")) {
      focused.blur();
      return true;
    }
    if (this.code === null) return false;
    this.close();
    return true;
  }

  private async load(again: boolean): Promise<void> {
    const { code } = this;
    if (!code) return;
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    try {
      const answer = await fetch(`/room/incident/${encodeURIComponent(code)}/panel`, {
        credentials: "same-origin",
        headers: { "HX-Request": "true" },
        signal: loading.signal,
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const text = await answer.text();
      await released();
      if (this.code !== code) return;
      if (again && this.dirty) {
        this.showBar();
        return;
      }
      await this.swap(text, again);
    } catch (problem) {
      if (loading.signal.aborted) return;
      if (again) this.showBar();
      else this.failed(problem);
    }
  }

  /** The same panel anew is morphed: scroll, focus and what was unfolded stay. */
  private async swap(text: string, again: boolean): Promise<void> {
    const unfolded = new Set([...this.box.querySelectorAll<HTMLDetailsElement>("details[open][id]")].map((one) => one.id));
    this.bar = null;
    await htmx.swap({ text, target: this.box, sourceElement: this.box, swap: again ? "innerMorph" : "innerHTML" });
    for (const one of this.box.querySelectorAll<HTMLDetailsElement>("details[id]")) if (unfolded.has(one.id)) one.open = true;
    wireForms(this.box);
    this.box.dispatchEvent(new CustomEvent("times", { bubbles: true }));
  }

  private failed(_problem: unknown): void {
    const again = element("button", { type: "button", class: "btn", text: say("panel.again") });
    again.addEventListener("click", () => void this.load(false));
    this.box.replaceChildren(
      element("div", { class: "panel-note", role: "alert" }, element("p", { text: say("panel.failed") }), again),
    );
  }

  private showBar(text = say("panel.changed")): void {
    if (this.bar?.isConnected) return;
    const show = element("button", { type: "button", class: "btn btn-sm", text: say("panel.reload") });
    show.addEventListener("click", () => {
      this.dropPin();
      void this.reload();
    });
    this.bar = element("div", { class: "panel-bar", role: "status" }, element("span", { text }), show);
    this.box.prepend(this.bar);
  }

  private async reload(): Promise<void> {
    // What is being written is kept as a draft, and put back into the new panel.
    const answer = await fetch(`/room/incident/${encodeURIComponent(this.code ?? "")}/panel`, {
      credentials: "same-origin",
      headers: { "HX-Request": "true" },
    });
    if (answer.ok && !answer.redirected) await this.swap(await answer.text(), false);
  }

  /** A key or a button of the panel. Answers whether the panel has such an action now. */
  press(name: string, button?: HTMLElement): boolean {
    const subject = this.subject;
    if (!subject) return false;
    if (name === "close") this.close();
    else if (name === "other") this.act.open(button?.dataset.code ?? "");
    else if (name === "same") {
      const first = this.box.querySelector<HTMLButtonElement>("form[data-merge] [data-first]");
      if (!first) return false;
      first.form?.requestSubmit();
    }
    else if (name === "reporter") void this.reporter(subject, button);
    else if (name === "pin") this.movePin();
    else if (name === "emergency") {
      if (!this.box.querySelector("[data-act=emergency]")) return false;
      void this.emergency(subject);
    } else if ((name === "dispatch" || name.startsWith("side-")) && this.box.querySelector("form[data-form=complaint][data-open]")) {
      // Nobody has said yet whom it complains of: that comes first, or it might go to them.
      this.notices.say(say("complaint.first"), 10);
      return this.press("complaint");
    } else if (name === "dispatch") {
      const form = this.box.querySelector<HTMLFormElement>("form[data-undo=dispatch]");
      if (!form) return false;
      unfold(form);
      form.requestSubmit();
    } else if (name.startsWith("group-")) {
      const other = this.box.querySelector<HTMLElement>(`[data-act="${name}"]`);
      if (!other) return false;
      void this.turn(subject, name.slice(-1), other.dataset.before ?? "");
    } else if (name === "wrong") {
      const form = this.box.querySelector<HTMLFormElement>("form[data-form=wrong]");
      if (!form) return false;
      form.requestSubmit();
    } else if (name.startsWith("side-")) {
      // One side of a border: that agency is chosen and gets it at once; it can be taken back like any dispatch.
      const side = this.box.querySelector<HTMLElement>(`[data-act="${name}"]`);
      const form = this.box.querySelector<HTMLFormElement>("form[data-undo=dispatch]");
      if (!side || !form) return false;
      unfold(form);
      (form.elements.namedItem("agency") as HTMLSelectElement).value = side.dataset.agency ?? "";
      for (const also of form.querySelectorAll<HTMLInputElement>("input[name=also]")) if (also.value === side.dataset.agency) also.checked = false;
      form.requestSubmit();
    } else {
      // Other actions unfold their form and go to its first field.
      const form = this.box.querySelector<HTMLElement>(`[data-form="${name}"]`);
      if (!form) return false;
      unfold(form);
      form.querySelector<HTMLElement>("textarea, select, input:not([type=hidden])")?.focus();
      form.scrollIntoView({ block: "nearest" });
    }
    return true;
  }

  /** A wrong automatic answer was marked: the reply opens with the words that take it back, for a person to complete. */
  private retract(entry: Entry): void {
    const { report, text } = (entry.answer?.body ?? {}) as { report?: number; text?: string };
    const field = report ? this.box.querySelector<HTMLTextAreaElement>(`#reply-${report}`) : null;
    if (field) {
      if (text && !field.value.includes(text)) field.value = [text, field.value].filter(Boolean).join("\n");
      unfold(field.form!);
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
      field.setSelectionRange(field.value.length, field.value.length);
      field.scrollIntoView({ block: "nearest" });
    }
    for (const form of this.box.querySelectorAll<HTMLFormElement>("form[data-form=wrong]")) if (form.action.endsWith(entry.url)) form.hidden = true;
    this.notices.say(say(field ? "wrong.marked" : "wrong.marked-shut"), 10);
  }

  private async emergency({ code, version }: Subject): Promise<void> {
    const entry = await outbox.put({
      url: `/api/incidents/${code}/emergency`,
      fields: [],
      baseVersion: version,
      label: say("label.emergency", { code }),
    });
    const done = await outbox.settled(entry.id);
    if (done?.status === "accepted") {
      this.offerBack(code, "undo.emergency", done);
      void this.load(true);
    }
  }

  /** Says that it was given to an agency or made an emergency, and for ten seconds offers to take that back. */
  offerBack(code: string, text: "undo.emergency" | "undo.dispatch", done: Entry): void {
    const answer = (done.answer?.body ?? {}) as { version?: number; undo?: string };
    this.notices.offer(
      say(text, { code }),
      UNDO,
      (left) => say("undo.left", { n: left }),
      () => void this.withdraw(code, answer.version ?? null, text === "undo.emergency" ? "emergency" : "dispatch"),
    );
  }

  private async withdraw(code: string, version: number | null, what: "emergency" | "dispatch"): Promise<void> {
    await this.takeBack(code, `/api/incidents/${code}/withdraw`, [["what", what]], version);
  }

  /** The wrong group: another at once, with the category that its words say most; `before` is what it goes back to. */
  private async turn({ code, version }: Subject, group: string, before: string): Promise<void> {
    const url = `/api/incidents/${code}/category`;
    const entry = await outbox.put({ url, fields: [["group", group]], baseVersion: version, label: say("label.group", { code }) });
    const done = await outbox.settled(entry.id);
    if (done?.status !== "accepted") return;
    const answer = (done.answer?.body ?? {}) as { version?: number };
    const [name, value] = before.split(":") as [string, string];
    this.notices.offer(
      say("undo.group", { code }),
      UNDO,
      (left) => say("undo.left", { n: left }),
      () => void this.takeBack(code, url, [[name, value]], answer.version ?? null),
    );
    void this.load(true);
  }

  private offerParting(code: string, merge: number): void {
    this.notices.offer(
      say("undo.merge", { code }),
      UNDO,
      (left) => say("undo.left", { n: left }),
      () => void this.takeBack(code, `/api/incidents/${code}/unmerge`, [["merge", String(merge)]], null),
    );
  }

  private async takeBack(code: string, url: string, fields: [string, string][], version: number | null): Promise<void> {
    const entry = await outbox.put({
      url,
      fields,
      baseVersion: version,
      label: say("label.withdraw", { code }),
    });
    const done = await outbox.settled(entry.id);
    this.notices.say(say(done?.status === "accepted" ? "undo.done" : "undo.late", { code }));
    if (this.code === code) void this.load(true);
  }

  /** Personal data comes only on request, and each look is written down by the server. */
  private async reporter({ code }: Subject, button?: HTMLElement): Promise<void> {
    const place = this.box.querySelector<HTMLElement>("[data-reporter]");
    if (!place) return;
    button?.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`/api/incidents/${code}/reporter`, {
        credentials: "same-origin",
        headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const body = (await answer.json()) as unknown;
      const people = Array.isArray(body) ? body : ((body as { reporters?: unknown[] }).reporters ?? [body]);
      const list = element("dl", { class: "facts" });
      for (const person of people as Record<string, unknown>[]) {
        for (const name of ["name", "organisation", "phone", "email"] as const) {
          const value = person[name];
          if (typeof value !== "string" || !value) continue;
          const shown =
            name === "phone"
              ? element("a", { href: `tel:${value.replace(/[^\d+]/g, "")}`, class: "tabular", text: value })
              : element("span", { text: value });
          list.append(element("dt", { text: say(`reporter.${name}`) }), element("dd", {}, shown));
        }
      }
      // Where the exchange keeps the calls, for those who may hear them.
      for (const one of (body as { recordings?: Recording[] }).recordings ?? []) {
        const began = new Date(one.began_at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
        list.append(
          element("dt", { text: say("reporter.recording", { at: began }) }),
          element("dd", {}, element("code", { class: "recording", text: one.reference })),
        );
      }
      place.replaceChildren(
        list.childElementCount ? list : element("p", { text: say("reporter.none") }),
        element("p", { class: "inferred", text: say("reporter.logged") }),
      );
    } catch {
      place.replaceChildren(element("p", { role: "alert", text: say("reporter.failed") }));
    } finally {
      button?.removeAttribute("aria-busy");
    }
  }

  private movePin(): void {
    const form = this.box.querySelector<HTMLFormElement>("form[data-form=place]");
    if (!form || this.pin) return;
    unfold(form);
    const value = (name: string): HTMLInputElement => form.elements.namedItem(name) as HTMLInputElement;
    const [lat, lon] = [Number(value("lat").value), Number(value("lon").value)];
    const note = form.querySelector<HTMLElement>("[data-pin-note]");
    if (note) note.textContent = say("map.pin");
    const hasSpot = value("lat").value !== "";
    this.pin = this.act.pin(hasSpot ? { lat, lon } : null, (spot) => {
      value("lat").value = spot.lat.toFixed(6);
      value("lon").value = spot.lon.toFixed(6);
      if (note) note.textContent = say("pin.moved", { lat: spot.lat.toFixed(5), lon: spot.lon.toFixed(5) });
      form.querySelector<HTMLButtonElement>("button[type=submit]")?.removeAttribute("disabled");
    });
    form.addEventListener("outbox:accepted", () => this.dropPin(), { once: true });
    form.addEventListener("outbox:kept", () => this.dropPin(), { once: true });
  }

  private dropPin(): void {
    this.pin?.remove();
    this.pin = null;
  }
}

function unfold(item: HTMLElement): void {
  for (let at: HTMLElement | null = item; at; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) at.open = true;
  }
}
