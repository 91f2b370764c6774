/**
 * Answers in force, on the form's right, as one types. F6 goes to them, arrows move, Enter takes one: saving then answers at once
 * with exactly that text. What is no longer in force is struck through and cannot be taken.
 */
import { element } from "../element";
import { askJson } from "../page";
import { say } from "../words/room";

interface Answer {
  version: number;
  question: string;
  text: string;
  agency: string;
  basis: string[];
  valid_until: string | null;
  sample: boolean;
  in_force: boolean;
}

/** The units that a question is about, "" where they are not known: codes of a set. */
export interface Units {
  area_set: string;
  ward: string;
  district: string;
}

export class Answers {
  private found: Answer[] = [];
  private search: AbortController | null = null;
  private readonly list: HTMLElement;

  constructor(
    private readonly box: HTMLElement,
    private readonly field: HTMLInputElement,
    /** The answer that was taken, or none. */
    private readonly taken: (question: string | null) => void,
    private readonly resized: () => void,
  ) {
    this.list = box.querySelector<HTMLElement>("[role=listbox]")!;
    this.list.addEventListener("click", (event) => {
      const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-version]") : null;
      if (option) this.take(Number(option.dataset.version));
    });
    this.list.addEventListener("keydown", (event) => this.key(event));
  }

  get open(): boolean {
    return !this.box.hidden;
  }

  clear(): void {
    this.search?.abort();
    this.found = [];
    this.field.value = "";
    this.draw();
    this.taken(null);
  }

  /** Asks for the answers to the words; a failed question leaves none. */
  async ask(words: string, category: string, within: Units): Promise<void> {
    this.search?.abort();
    if (words.trim().length < 6) {
      if (!this.field.value) this.clear();
      return;
    }
    const search = new AbortController();
    this.search = search;
    try {
      const { answers } = await askJson<{ answers: Answer[] }>("/api/answers", { q: words, category, ...within }, search.signal);
      const kept = this.found.find((one) => String(one.version) === this.field.value);
      this.found = kept && !answers.some((one) => one.version === kept.version) ? [kept, ...answers] : answers;
    } catch {
      if (search.signal.aborted) return;
      this.found = [];
    }
    this.draw();
    this.said();
  }

  private draw(): void {
    const hidden = this.found.length === 0;
    const changed = this.box.hidden !== hidden;
    this.box.hidden = hidden;
    const focused = this.list.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.version : undefined;
    this.list.replaceChildren(
      ...this.found.map((one, at) =>
        element(
          "div",
          {
            role: "option",
            class: one.in_force ? "answer" : "answer is-over",
            "data-version": one.version,
            "aria-selected": String(this.field.value === String(one.version)),
            "aria-disabled": String(!one.in_force),
            tabindex: at === 0 ? "0" : "-1",
          },
          element("strong", { text: one.question }),
          one.in_force ? element("p", { text: one.text }) : element("p", {}, element("s", { text: one.text })),
          one.in_force ? null : element("p", { class: "answer-over", text: say("answers.over", { agency: one.agency }) }),
          element("span", { class: "muted small", text: [one.agency, ...one.basis].join(" · ") }),
          one.sample ? element("span", { class: "answer-sample small", text: say("answers.sample") }) : null,
        ),
      ),
    );
    if (focused) this.list.querySelector<HTMLElement>(`[data-version="${focused}"]`)?.focus();
    if (changed) this.resized();
  }

  /** F6. */
  focus(): void {
    (this.list.querySelector<HTMLElement>("[aria-selected=true]") ?? this.list.querySelector<HTMLElement>("[role=option]"))?.focus();
  }

  private take(version: number): void {
    const one = this.found.find((found) => found.version === version);
    if (!one?.in_force) return;
    this.field.value = this.field.value === String(version) ? "" : String(version);
    this.draw();
    this.said();
    this.field.form?.dispatchEvent(new Event("input"));
  }

  private said(): void {
    this.taken(this.found.find((one) => String(one.version) === this.field.value)?.question ?? null);
  }

  private key(event: KeyboardEvent): void {
    const options = [...this.list.querySelectorAll<HTMLElement>("[role=option]")];
    const at = options.indexOf(document.activeElement as HTMLElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") options[Math.max(0, Math.min(options.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === " ") this.take(Number(options[at]?.dataset.version));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
