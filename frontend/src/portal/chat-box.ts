/**
 * The chat with a call-taker. What is said is fetched whole from the server, which is small and always right; the live stream
 * says when to look. The browser keeps the key of the chat, so a reload goes on where it was.
 */
import "../../styles/chat.css";
import { element } from "../element";
import { Store } from "../live/store";
import { Stream } from "../live/stream";
import { newActionId } from "../outbox";
import { csrfToken } from "../page";
import { clock } from "../time";
import { say } from "../words/chat";
import { kept, KEPT, type Kept } from "./chat";

interface Message {
  id: number;
  mine: boolean;
  text: string;
  photos: number;
  at: string;
}

interface Said {
  key?: string;
  code: string;
  open: boolean;
  state: string;
  waiting: boolean;
  answer: string;
  messages: Message[];
}

/** What was written and is not there yet: its number makes sending twice harmless. */
interface Unsent {
  id: string;
  text: string;
}

const POLL = 20_000;

export class ChatBox {
  private static made: ChatBox | null = null;

  static of(root: HTMLElement, button: HTMLButtonElement): ChatBox {
    return (ChatBox.made ??= new ChatBox(root, button));
  }

  private readonly panel: HTMLElement;
  private readonly list: HTMLOListElement;
  private readonly note: HTMLElement;
  private readonly form: HTMLFormElement;
  private readonly words: HTMLTextAreaElement;
  private readonly who: HTMLElement;
  private readonly endButton: HTMLButtonElement;
  private chat: Kept | null = kept();
  private said: Said | null = null;
  private unsent: Unsent[] = [];
  private stream: Stream | null = null;
  private sending = false;

  private constructor(
    private readonly root: HTMLElement,
    private readonly button: HTMLButtonElement,
  ) {
    this.list = element("ol", { class: "chat-said", "aria-live": "polite", "aria-label": say("said") });
    this.note = element("p", { class: "chat-note", role: "status", text: say("hello") });
    this.words = element("textarea", { id: "chat-words", rows: 2, maxlength: 4000, "aria-label": say("words") });
    this.words.placeholder = say("words");
    this.who = element(
      "div",
      { class: "chat-who" },
      element("input", { id: "chat-name", name: "name", type: "text", maxlength: 150, autocomplete: "name", placeholder: say("name"), "aria-label": say("name") }),
      element("input", { id: "chat-phone", name: "phone", type: "tel", maxlength: 30, autocomplete: "tel", placeholder: say("phone"), "aria-label": say("phone") }),
    );
    const send = element("button", { type: "submit", class: "button button-main", text: say("send") });
    this.form = element("form", { class: "chat-form" }, this.who, this.words, send);
    this.form.noValidate = true;
    this.endButton = element("button", { type: "button", class: "button button-quiet", text: say("end"), hidden: true });
    const hide = element("button", { type: "button", class: "button button-quiet", "aria-label": say("hide"), text: "✕" });
    this.panel = element(
      "section",
      { class: "chat-panel", "aria-label": say("title"), hidden: true },
      element("header", {}, element("h2", { text: say("title") }), this.endButton, hide),
      this.list,
      this.note,
      this.form,
    );
    root.append(this.panel);
    button.addEventListener("click", () => this.show(this.panel.hasAttribute("hidden")));
    hide.addEventListener("click", () => this.show(false));
    this.endButton.addEventListener("click", () => void this.end());
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.show(false);
    });
    this.words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.words.value.trim();
      if (!text) return;
      this.words.value = "";
      this.unsent.push({ id: newActionId(), text });
      this.draw();
      void this.flush();
    });
    addEventListener("online", () => void this.flush());
    setInterval(() => {
      if (document.visibilityState !== "visible") return;
      void this.flush();
      if (this.chat && this.stream?.status.phase !== "live") void this.refresh();
    }, POLL);
  }

  start(open: boolean): void {
    if (this.chat) {
      this.follow();
      void this.refresh();
    }
    if (open) this.show(true);
  }

  private show(open: boolean): void {
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) {
      this.draw();
      this.words.focus();
    } else this.button.focus();
  }

  /** The live stream of this report only says that something has changed. */
  private follow(): void {
    if (this.stream || !this.chat) return;
    const store = new Store();
    store.subscribe(() => void this.refresh());
    this.stream = new Stream({ store, query: `track=${encodeURIComponent(this.chat.code)}` });
    this.stream.start();
  }

  private async ask(path: string, body?: FormData, id = newActionId()): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    if (this.chat) headers["X-Report-Key"] = this.chat.key;
    if (body) headers["X-Action-Id"] = id;
    return fetch(path, { method: body ? "POST" : "GET", credentials: "same-origin", headers, ...(body ? { body } : {}) });
  }

  private async refresh(): Promise<void> {
    if (!this.chat) return;
    try {
      const answer = await this.ask(this.root.dataset.chat!);
      if (answer.ok) this.take((await answer.json()) as Said);
      else if (answer.status === 404) this.forget();
    } catch {
      // No network: the next look shows what came.
    }
  }

  private take(said: Said): void {
    if (said.key) {
      this.chat = { key: said.key, code: said.code, seen: this.chat?.code === said.code ? this.chat.seen : 0 };
      this.keep();
      this.follow();
    }
    this.said = said;
    this.draw();
  }

  /** Sends what waits, one after the other; what the server does not take stays and says why. */
  private async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (let next = this.unsent[0]; next; next = this.unsent[0]) {
        const body = new FormData();
        body.set("words", next.text);
        if (!this.chat) {
          for (const field of this.who.querySelectorAll("input")) body.set(field.name, field.value);
          body.set("exercise", this.root.dataset.exercise ?? "");
        }
        const answer = await this.ask(this.root.dataset.chat!, body, next.id);
        const told = (await answer.json()) as Said & { detail?: string };
        if (answer.status === 409) {
          // It has ended meanwhile: what was written stays in the field, for a new one.
          this.forget();
          this.words.value = next.text;
          this.unsent = [];
          this.note.textContent = told.detail ?? say("ended");
          break;
        }
        if (!answer.ok) {
          this.note.textContent = told.detail ?? say("failed");
          break;
        }
        this.unsent.shift();
        this.take(told);
      }
    } catch {
      this.note.textContent = say("offline");
    } finally {
      this.sending = false;
    }
  }

  private async end(): Promise<void> {
    try {
      const answer = await this.ask(`${this.root.dataset.chat}ket-thuc/`, new FormData());
      if (!answer.ok) throw new Error(String(answer.status));
    } catch {
      this.note.textContent = say("offline");
      return;
    }
    const code = this.chat?.code ?? "";
    this.forget();
    this.goodbye(code);
  }

  private forget(): void {
    this.stream?.stop();
    this.stream = null;
    this.chat = null;
    this.said = null;
    try {
      localStorage.removeItem(KEPT);
    } catch {
      // Nothing was kept, then.
    }
    this.draw();
  }

  private goodbye(code: string): void {
    this.note.replaceChildren(say("bye"), " ", element("a", { href: `/tra-cuu/${code}/`, class: "code-line", text: code }));
  }

  private keep(): void {
    try {
      localStorage.setItem(KEPT, JSON.stringify(this.chat));
    } catch {
      // It lives as long as the page.
    }
  }

  private draw(): void {
    const messages = this.said?.messages ?? [];
    const rows = messages.map((one) =>
      element(
        "li",
        { class: one.mine ? "chat-mine" : "chat-theirs" },
        element("p", { text: one.text || say("photos", { n: one.photos }) }),
        element("time", { datetime: one.at, text: clock(Date.parse(one.at)) }),
      ),
    );
    const waiting = this.unsent.map((one) => element("li", { class: "chat-mine chat-unsent" }, element("p", { text: one.text }), element("span", { text: say("sending") })));
    // Only what is new is read out.
    const same: boolean = this.list.childElementCount === rows.length + waiting.length && !this.list.querySelector(".chat-unsent");
    if (!same) this.list.replaceChildren(...rows, ...waiting);
    this.who.hidden = this.chat !== null || this.unsent.length > 0;
    this.endButton.hidden = !this.said?.open;
    if (this.said && !this.said.open) {
      const { answer, code } = this.said;
      this.forgetLater();
      this.note.replaceChildren(answer ? `${say("answered")} ${answer} ` : `${say("ended")} `, element("a", { href: `/tra-cuu/${code}/`, class: "code-line", text: code }));
    } else if (this.said && !this.unsent.length) this.note.textContent = say(this.said.waiting ? "waiting" : "yours");
    const newest = messages.at(-1)?.id ?? 0;
    const news = messages.filter((one) => !one.mine && one.id > (this.chat?.seen ?? newest)).length;
    const badge = this.button.querySelector<HTMLElement>(".chat-news")!;
    badge.hidden = !this.panel.hidden || news === 0;
    badge.textContent = String(news);
    badge.setAttribute("aria-label", say("news", { n: news }));
    if (!this.panel.hidden && this.chat && newest > this.chat.seen) {
      this.chat.seen = newest;
      this.keep();
    }
    this.list.scrollTop = this.list.scrollHeight;
  }

  /** An ended chat is shown once more; the next message begins another. */
  private forgetLater(): void {
    this.stream?.stop();
    this.stream = null;
    this.chat = null;
    try {
      localStorage.removeItem(KEPT);
    } catch {
      // Nothing was kept, then.
    }
  }
}
