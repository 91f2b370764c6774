/** The room's set of incidents from the live stream, and the state of the connection in words. */
import { span } from "../time";
import { say } from "../words/base";
import type { Incident } from "./incident";

export interface Changed {
  id: number;
  isNew: boolean;
}

interface EventBody {
  o: number;
  e: string;
  id: number;
  v: number;
  body?: Incident;
  removed?: true;
}

export class Live {
  private readonly rows = new Map<number, Incident>();
  private readonly watchers: ((changed: Changed[]) => void)[] = [];
  private position: { epoch: string; offset: number; scope: string } | null = null;

  constructor(private readonly sign: HTMLElement) {
    this.connect();
  }

  private connect(): void {
    this.sign.textContent = say("live.connecting");
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/stream/`);
    socket.onopen = () => socket.send(JSON.stringify({ t: "resume", position: this.position }));
    socket.onmessage = (message) => {
      const frame = JSON.parse(String(message.data)) as { t: string; position?: never; entities?: { id: number; body: Incident }[]; events?: EventBody[]; upto?: number };
      this.sign.dataset.state = "live";
      this.sign.textContent = say("live.on");
      if (frame.t === "snapshot") {
        this.position = frame.position ?? null;
        this.rows.clear();
        for (const row of frame.entities ?? []) this.rows.set(row.id, row.body);
        this.tell([]);
      } else if (frame.t === "frame") {
        const changed = (frame.events ?? []).map((event) => {
          const isNew = !this.rows.has(event.id);
          if (event.body) this.rows.set(event.id, event.body);
          else this.rows.delete(event.id);
          return { id: event.id, isNew };
        });
        if (changed.length) this.tell(changed);
      }
    };
    socket.onclose = () => {
      this.sign.dataset.state = "stale";
      this.sign.textContent = say("live.off", { age: span(0) });
      setTimeout(() => this.connect(), 2000);
    };
  }

  private tell(changed: Changed[]): void {
    for (const watcher of this.watchers) watcher(changed);
  }

  watch(watcher: (changed: Changed[]) => void): void {
    this.watchers.push(watcher);
  }

  get(id: number): Incident | undefined {
    return this.rows.get(id);
  }

  incidents(): Incident[] {
    return [...this.rows.values()];
  }
}
