/** A screen's set of incidents from the live stream, and the state of the connection in words, always visible. */
import { Store } from "../live/store";
import { type Status, Stream } from "../live/stream";
import { span } from "../time";
import { say } from "../words/base";
import type { Incident } from "./incident";

const ENTITY = "incident";

export interface Changed {
  id: number;
  /** It came in while we were looking; what the first snapshot brings is not new. */
  isNew: boolean;
}

export class Live {
  private readonly store = new Store();
  private readonly stream: Stream;
  private readonly watchers: ((changed: Changed[]) => void)[] = [];
  private readonly rowWatchers: (() => void)[] = [];
  private status: Status = { phase: "connecting" };
  private complete = false;
  private cache: Incident[] | null = null;
  private said = false;

  /** `sign` shows the state: "Trực tiếp", or since when the picture is old. The page's body carries it as data-live. */
  constructor(
    private readonly sign: HTMLElement,
    query?: string,
  ) {
    this.store.subscribe((changes) => {
      this.cache = null;
      const first = !this.complete;
      this.complete = true;
      const changed = changes
        .filter((change) => change.entity === ENTITY)
        .map((change) => ({ id: change.id, isNew: !first && change.before === undefined }));
      if (changed.length) for (const watcher of this.watchers) watcher(changed);
      if (changes.length > changed.length) for (const watcher of this.rowWatchers) watcher();
    });
    this.stream = new Stream({ store: this.store, ...(query === undefined ? {} : { query }) });
    this.stream.watch((status) => {
      this.status = status;
      this.said = true;
      if (status.phase === "live" && !this.complete) {
        // An empty snapshot changes nothing, and still is an answer.
        this.complete = true;
        for (const watcher of this.watchers) watcher([]);
      }
      this.draw();
    });
    setInterval(() => this.draw(), 1_000);
    this.stream.start();
  }

  private draw(): void {
    const { status } = this;
    const live = status.phase === "live";
    // What is old never looks like what is live: also the list and the map are drawn otherwise.
    document.body.dataset.live = status.phase;
    this.sign.dataset.state = live ? "live" : "stale";
    let text = say("live.connecting");
    if (live) text = say("live.on");
    else if (status.phase === "stopped") text = say("live.stopped");
    else if (status.phase === "stale") {
      const seconds = Math.max(0, Math.round((Date.now() - status.since) / 1000));
      text = say("live.off", { age: seconds < 60 ? say("time.seconds", { n: seconds }) : span(seconds * 1000) });
    }
    if (this.sign.textContent !== text) this.sign.textContent = text;
    // Screen readers hear each change of state once, not every second of its age.
    const reader = document.getElementById("said");
    if (this.said && reader) reader.textContent = text;
    this.said = false;
  }

  /** Whether the server has told everything once: before that, an empty set says nothing. */
  get isComplete(): boolean {
    return this.complete;
  }

  watch(watcher: (changed: Changed[]) => void): void {
    this.watchers.push(watcher);
  }

  /** Called when something else than an incident changed: a call, a desk. */
  watchRows(watcher: () => void): void {
    this.rowWatchers.push(watcher);
  }

  /** Calls `listener` for each message beside the log of this kind ("positions", "figures"). */
  aside(kind: string, listener: (message: { t: string }) => void): void {
    this.stream.on(kind, listener);
  }

  /** Every row of another entity of the page's audience. */
  rows<Body>(entity: string): Body[] {
    return this.store.all<Body>(entity).map((row) => row.body);
  }

  get(id: number): Incident | undefined {
    return this.store.get<Incident>(ENTITY, id)?.body;
  }

  /** Every incident of the page's audience; the same array until something changes. */
  incidents(): Incident[] {
    this.cache ??= this.store.all<Incident>(ENTITY).map((row) => row.body);
    return this.cache;
  }
}
