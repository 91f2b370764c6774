/** One assignment, made by the server. It is read anew when it changed, but never under a half-written form. */
import { element } from "../element";
import { formOf, wireForms } from "../forms";
import { getJson, settings } from "../page";
import { released } from "../press";
import { type PhotoLimits, photos } from "../photos";
import { outbox } from "../sending";
import { keepTimes } from "../time";
import { say } from "../words/inbox";
import type { Position } from "./tasks";

interface ReporterAnswer {
  name?: string;
  organisation?: string;
  phone?: string;
  email?: string;
}

/** Acts after which it is not theirs any more. */
export const AWAY: ReadonlySet<string> = new Set(["return", "transfer"]);

export interface PanelActs {
  /** The person went back to the list. */
  closed(): void;
  /** An act was accepted or kept; with "return" it is not theirs any more. */
  done(act: string, kept: boolean): void;
  /** Where the person is, if they let the page know. */
  here(): Position | null;
}

export class Panel {
  openId: number | null = null;
  private asked: AbortController | null = null;
  private version = 0;
  private wanted = 0;
  private isAsking = false;

  constructor(
    private readonly box: HTMLElement,
    private readonly limits: PhotoLimits,
    private readonly acts: PanelActs,
  ) {
    box.addEventListener("click", (event) => this.click(event));
    for (const kind of ["accepted", "kept"] as const) {
      box.addEventListener(`outbox:${kind}`, (event) => {
        const form = formOf(event);
        const act = form.dataset.act ?? "";
        this.acts.done(act, kind === "kept");
        // What was sent or is kept is not being written any more: the panel may change under this form, not under others.
        form.reset();
        if (form.contains(document.activeElement)) (document.activeElement as HTMLElement).blur();
        if (kind === "accepted" && !AWAY.has(act) && this.openId !== null) void this.load(this.openId, true);
      });
    }
    // The page may have come with an assignment open.
    const there = box.querySelector<HTMLElement>("[data-assignment]");
    if (there) {
      this.openId = Number(there.dataset.assignment);
      this.wire();
    }
  }

  async show(id: number): Promise<void> {
    this.openId = id;
    this.version = this.wanted = 0;
    this.box.hidden = false;
    this.box.replaceChildren(element("p", { class: "panel-note muted", text: say("panel.loading") }));
    this.box.scrollTop = 0;
    await this.load(id);
    this.box.focus({ preventScroll: true });
  }

  hide(): void {
    this.asked?.abort();
    this.openId = null;
    this.box.hidden = true;
    this.box.replaceChildren();
  }

  /** The open assignment is at `version` now. Only shown when nothing is being written, nor about to be. */
  changed(version: number): void {
    this.wanted = version;
    // What is on its way is waited for: asked for anew at each event, a panel would never come on a busy day.
    if (this.openId === null || version <= this.version || this.isAsking) return;
    if (!this.isHeld()) {
      void this.load(this.openId, true);
      return;
    }
    this.showBar();
  }

  private showBar(): void {
    const bar = this.box.querySelector<HTMLElement>("[data-newer]");
    if (bar) bar.hidden = false;
  }

  /** The open assignment left the inbox. What is being written stays on screen. */
  gone(): void {
    if (this.openId === null) return;
    if (this.isHeld()) {
      this.changed(this.version + 1);
      return;
    }
    this.note(say("panel.gone"), false);
  }

  /** Whether a swap would take something from a hand: what is written, or the field that the cursor waits in. */
  private isHeld(): boolean {
    const at = document.activeElement;
    if (at !== null && this.box.contains(at) && at.matches("textarea, select, input")) return true;
    return [...this.box.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>("textarea, select, input[type=file]")].some(
      (field) => isWritten(field),
    );
  }

  /** `byItself`: nobody asked for it, so what was begun in the meantime is not taken away. */
  private async load(id: number, byItself = false): Promise<void> {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    this.isAsking = true;
    try {
      const answer = await fetch(`/inbox/assignment/${id}/`, {
        headers: { "X-Panel": "1" },
        credentials: "same-origin",
        signal: asked.signal,
      });
      if (answer.redirected) {
        location.assign(`${settings.signin}?next=${encodeURIComponent(location.pathname)}`);
        return;
      }
      if (answer.status === 404) return this.note(say("panel.gone"), false);
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      await released();
      if (asked.signal.aborted || this.openId !== id) return;
      if (byItself && this.isHeld()) return this.showBar();
      const name = (one: HTMLDetailsElement): string => one.dataset.actBox ?? one.className;
      const open = [...this.box.querySelectorAll<HTMLDetailsElement>("details[open]")].map(name);
      // The button that opens a form keeps the focus: Enter and the next key reach what they were meant for.
      const at = document.activeElement?.closest<HTMLDetailsElement>("#detail [data-act-box]")?.dataset.actBox;
      this.isAsking = false;
      this.box.innerHTML = text;
      for (const one of this.box.querySelectorAll<HTMLDetailsElement>("details:not([data-reporter])")) {
        if (open.includes(name(one))) one.open = true;
      }
      this.wire();
      if (at) this.box.querySelector<HTMLElement>(`[data-act-box="${at}"] summary`)?.focus({ preventScroll: true });
    } catch {
      if (!asked.signal.aborted) this.note(say("panel.failed"), true);
    } finally {
      if (this.asked === asked) this.isAsking = false;
    }
  }

  private note(text: string, again: boolean): void {
    const back = element("button", { type: "button", class: "btn", "data-close": "", text: say("panel.back") });
    const retry = element("button", { type: "button", class: "btn btn-primary", "data-reload": "", text: say("panel.again") });
    this.box.replaceChildren(
      element("div", { class: "panel-note", role: "status" }, element("p", { text }), element("div", { class: "panel-buttons" }, again ? retry : null, back)),
    );
  }

  private wire(): void {
    const task = this.box.querySelector<HTMLElement>("[data-assignment]");
    if (!task) return;
    this.version = Number(task.dataset.version);
    keepTimes(this.box)();
    wireForms(this.box);
    for (const form of this.box.querySelectorAll<HTMLFormElement>("form[enctype='multipart/form-data']")) {
      const tell = form.querySelector("[data-photo-note]")!;
      photos(form, this.limits, () => this.placed(form), (text) => (tell.textContent = text));
    }
    for (const people of this.box.querySelectorAll<HTMLSelectElement>("select[data-of-unit]")) this.peopleOf(people);
    // What was being written is shown, not hidden behind its button.
    for (const form of this.box.querySelectorAll<HTMLFormElement>("details form")) {
      const text = form.querySelector<HTMLTextAreaElement>("textarea");
      if (text?.value) form.closest("details")!.open = true;
    }
    const map = this.box.querySelector<HTMLElement>("[data-task-map]");
    if (map) {
      import("./taskmap")
        .then(({ taskMap }) => taskMap(map))
        .catch(() => map.replaceChildren(element("p", { class: "muted", text: say("map.failed") })));
    }
    const seen = task.dataset.markSeen;
    if (seen) void outbox.put({ url: seen, fields: [], label: say("seen.label", { code: this.box.querySelector(".task-code")?.textContent ?? "" }) });
    this.box.querySelector<HTMLDetailsElement>("[data-reporter]")?.addEventListener("toggle", (event) => void this.reporter(event.currentTarget as HTMLDetailsElement));
    // Something newer arrived while this was on its way.
    if (this.wanted > this.version && this.openId === Number(task.dataset.assignment)) this.changed(this.wanted);
  }

  /** Where and when a photo was taken, as this phone knows it: the browser often leaves that out of the file. */
  private placed(form: HTMLFormElement): void {
    const here = this.acts.here();
    const said: Record<string, string> = {
      lat: here ? here.lat.toFixed(6) : "",
      lon: here ? here.lon.toFixed(6) : "",
      at: new Date().toISOString(),
    };
    for (const field of form.querySelectorAll<HTMLInputElement>("input[data-here]")) field.value = said[field.dataset.here!] ?? "";
  }

  /** Only the people of the chosen unit can be chosen, and it is not one of "these units too". */
  private peopleOf(people: HTMLSelectElement): void {
    const form = people.form!;
    const unit = form.querySelector<HTMLSelectElement>(`#${people.dataset.ofUnit}`)!;
    const follow = (): void => {
      for (const one of people.options) one.hidden = one.disabled = Boolean(one.dataset.unit) && one.dataset.unit !== unit.value;
      if (people.selectedOptions[0]?.disabled) people.value = "";
      for (const box of form.querySelectorAll<HTMLInputElement>("input[name=others]")) {
        box.disabled = box.value === unit.value;
        if (box.disabled) box.checked = false;
      }
    };
    unit.addEventListener("change", follow);
    follow();
  }

  /** Personal data: fetched when asked for, and each fetch is written down by the server. */
  private async reporter(details: HTMLDetailsElement): Promise<void> {
    const list = details.querySelector<HTMLElement>("[data-reporter-data]")!;
    if (!details.open || list.childElementCount) return;
    try {
      const answer = await getJson<{ reporters?: ReporterAnswer[]; words?: string[] } & ReporterAnswer>(details.dataset.reporter!);
      const people = answer.reporters ?? [answer];
      const rows = people.flatMap((one) => [
        [say("reporter.organisation"), one.organisation ?? "", ""],
        [say("reporter.name"), one.name ?? "", ""],
        [say("reporter.phone"), one.phone ?? "", `tel:${one.phone ?? ""}`],
        [say("reporter.email"), one.email ?? "", `mailto:${one.email ?? ""}`],
      ] as const);
      // What of the words is covered on the page, as it was said.
      const said = (answer.words ?? []).map((text) => [say("reporter.words"), text, ""] as const);
      const shown = [...rows.filter(([, text]) => text), ...said];
      list.replaceChildren(
        ...(shown.length
          ? shown.map(([label, text, link]) => element("div", {}, element("dt", { text: label }), element("dd", {}, link ? element("a", { href: link, class: "btn", text }) : text)))
          : [element("div", {}, element("dt", { class: "visually-hidden", text: say("reporter.name") }), element("dd", { text: say("reporter.none") }))]),
      );
    } catch {
      details.open = false;
      const note = details.querySelector("p");
      if (note) note.textContent = say("reporter.failed");
    }
  }

  private click(event: Event): void {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-close]")) this.acts.closed();
    if (target?.closest("[data-reload]") && this.openId !== null) void this.load(this.openId);
    const copy = target?.closest<HTMLElement>("[data-copy]");
    if (copy && navigator.clipboard) {
      void navigator.clipboard.writeText(copy.dataset.copy ?? "").then(() => (copy.textContent = say("copied")));
    }
    // One act at a time: opening one closes the others.
    const summary = target?.closest("summary");
    const box = summary?.closest<HTMLDetailsElement>("[data-act-box]");
    if (box && !box.open) {
      for (const other of this.box.querySelectorAll<HTMLDetailsElement>("[data-act-box][open]")) if (other !== box) other.open = false;
      const name = box.dataset.actBox!;
      // Looked up anew: the panel may be another one by then.
      setTimeout(() => {
        const now = this.box.querySelector<HTMLElement>(`[data-act-box="${name}"]`);
        now?.querySelector<HTMLElement>("textarea, select")?.focus({ preventScroll: true });
        now?.scrollIntoView({ block: "nearest" });
      });
    }
  }
}

/** Whether a field holds something of the person's own: not what the server wrote into it, nor a list's first choice. */
function isWritten(field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement): boolean {
  if (field instanceof HTMLInputElement) return (field.files?.length ?? 0) > 0;
  if (field instanceof HTMLSelectElement) return !field.options[0]?.selected && field.selectedIndex !== -1;
  return field.value.trim() !== field.defaultValue.trim();
}
