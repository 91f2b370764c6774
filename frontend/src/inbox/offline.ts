/** The inbox without a network: the worker is set up, the list and the tasks in it are kept, all for one person alone. */
import type { Position, Row, Store } from "../live/store";
import { language } from "../words";
import type { Task } from "./tasks";

interface Kept {
  at: number;
  position: Position;
  entities: Row[];
}

const LIST = "/inbox/kept.json";
/** How many tasks are read ahead: the next that are due. */
const AHEAD = 40;
const PAUSE = 2_000;

export class Offline {
  private readonly name: string;
  private readonly read = new Map<number, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private busy = false;
  private named = false;

  constructor(
    person: number,
    private readonly store: Store,
    /** The open tasks, the next that is due first. */
    private readonly tasks: () => readonly Task[],
  ) {
    this.name = `own-${person}`;
  }

  private get works(): boolean {
    return "caches" in window && "serviceWorker" in navigator && window.isSecureContext;
  }

  /** Sets the worker up, drops what others left on this phone, and puts back the list as it was last seen: since when. */
  async begin(): Promise<number | null> {
    if (!this.works) return null;
    try {
      for (const name of await caches.keys()) if (name.startsWith("own-") && name !== this.name) await caches.delete(name);
      const mine = await caches.open(this.name);
      // Only what goes through the worker is kept by it: once it is there, the tasks are read ahead.
      navigator.serviceWorker.addEventListener("controllerchange", () => this.changed());
      void navigator.serviceWorker.register("/inbox/worker.js", { scope: "/inbox/" }).catch(() => undefined);
      for (const form of document.querySelectorAll<HTMLFormElement>('form[action$="/logout/"]')) {
        form.addEventListener("submit", () => void caches.delete(this.name));
      }
      const answer = await mine.match(LIST);
      if (!answer) return null;
      const kept = (await answer.json()) as Kept;
      this.store.apply({ t: "snapshot", position: kept.position, entities: kept.entities });
      return kept.at;
    } catch {
      // A full or forbidden store: the inbox works as it does without one.
      return null;
    }
  }

  /** Something changed: keeps the list, and reads the tasks ahead that changed, when it has been quiet for a moment. */
  changed(): void {
    if (!this.works) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.keep().catch(() => undefined), PAUSE);
  }

  /** Names and borders came before the worker did: asked for once more, so that it has them. */
  private async names(): Promise<void> {
    if (this.named) return;
    await fetch(`/live/reference.json?lang=${language}`, { credentials: "same-origin" });
    const current = (await (await fetch("/geo/areas/current.json")).json()) as { url: string };
    await fetch(current.url);
    this.named = true;
  }

  private async keep(): Promise<void> {
    const position = this.store.position;
    if (position === null || this.busy) return;
    this.busy = true;
    try {
      const mine = await caches.open(this.name);
      const kept: Kept = { at: Date.now(), position, entities: this.store.all("incident") };
      await mine.put(LIST, new Response(JSON.stringify(kept), { headers: { "Content-Type": "application/json" } }));
      if (!navigator.onLine || !navigator.serviceWorker.controller) return;
      if (!(await mine.match("/inbox/"))) {
        const page = await fetch("/inbox/", { credentials: "same-origin" });
        if (page.ok && !page.redirected) await mine.put("/inbox/", page);
      }
      await this.names();
      const next = this.tasks().slice(0, AHEAD);
      for (const task of next) {
        if (this.read.get(task.id) === task.incident.version) continue;
        // The worker keeps the answer.
        const answer = await fetch(`/inbox/assignment/${task.id}/`, { headers: { "X-Panel": "1" }, credentials: "same-origin" });
        if (answer.ok) this.read.set(task.id, task.incident.version);
      }
      const wanted = new Set(next.map((task) => `/inbox/assignment/${task.id}/`));
      for (const request of await mine.keys()) {
        const url = new URL(request.url);
        if (url.search === "?panel" && !wanted.has(url.pathname)) await mine.delete(request);
      }
      document.documentElement.dataset.offline = "ready";
    } finally {
      this.busy = false;
    }
  }
}
