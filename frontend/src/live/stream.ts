/**
 * The live stream's connection: opens it, resumes where the store stands, acknowledges, and always knows how old the
 * picture is. A page that slept, or whose line is gone, says so before it shows anything as live again.
 */
import type { FrameMessage, SnapshotMessage, Store } from "./store";

export type Status =
  | { phase: "connecting" }
  | { phase: "live" }
  /** What is on screen is from `since` (milliseconds of the epoch); we are reconnecting. */
  | { phase: "stale"; since: number }
  /** The server says this page may see nothing (signed out, link revoked); `since` is null when it never could. */
  | { phase: "stopped"; since: number | null };

/** Messages outside the log, by their type: "figures", "positions". */
export type Aside = { t: string } & Record<string, unknown>;

export interface StreamOptions {
  store: Store;
  /** Goes into the address: `wall=TOKEN` or `track=CODE` for pages without an account. */
  query?: string;
  /** The store holds a picture from then (milliseconds of the epoch): old until the server answers. */
  since?: number | null;
  open?: (url: string) => WebSocket;
  random?: () => number;
}

export const RIGHTS_CHANGED = 4002;
export const NOT_ENTITLED = 4003;

const ACK_EVERY = 1_000;
/** Or sooner, after so many characters: the server closes at 1 MB unacknowledged, and a busy second may bring that. */
const ACK_AFTER = 250_000;
/** The server sends at least a heartbeat every 2 s. */
const SILENCE = 6_000;
/** How long connecting, or the answer to a resume, may take. */
const PATIENCE = 15_000;
const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 30_000;
/** Signing in again in another tab brings a stopped page back without a reload. */
const STOPPED_DELAY = 60_000;
/** So long it must have been live before the next failure counts as the first again. */
const STEADY = 10_000;

export class Stream {
  private current: Status = { phase: "connecting" };
  private socket: WebSocket | null = null;
  private readonly watchers = new Set<(status: Status) => void>();
  private readonly asides = new Map<string, Set<(message: Aside) => void>>();
  private heardAt = 0;
  private ackedAt = 0;
  private heardSinceAck = 0;
  private liveAt = 0;
  /** When we asked for something that is not answered yet: the connection, or a resume. */
  private askedAt: number | null = null;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private pulse: ReturnType<typeof setInterval> | undefined;
  private readonly removals: (() => void)[] = [];

  constructor(private readonly options: StreamOptions) {
    if (options.since) this.current = { phase: "stale", since: options.since };
  }

  get status(): Status {
    return this.current;
  }

  /** Calls the watcher now and at each change of status; answers how to stop. */
  watch(watcher: (status: Status) => void): () => void {
    this.watchers.add(watcher);
    watcher(this.current);
    return () => this.watchers.delete(watcher);
  }

  /** Calls the listener for each message of a type that is outside the log, such as "figures". */
  on(type: string, listener: (message: Aside) => void): () => void {
    const listeners = this.asides.get(type) ?? new Set();
    this.asides.set(type, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  start(): this {
    const hear = (target: EventTarget, name: string, act: () => void): void => {
      target.addEventListener(name, act);
      this.removals.push(() => target.removeEventListener(name, act));
    };
    hear(window, "online", () => this.wake());
    hear(window, "offline", () => this.lose(true));
    hear(window, "pageshow", () => this.wake());
    hear(document, "visibilitychange", () => document.visibilityState === "visible" && this.wake());
    this.pulse = setInterval(() => this.beat(), ACK_EVERY);
    this.connect();
    return this;
  }

  stop(): void {
    this.removals.splice(0).forEach((remove) => remove());
    clearInterval(this.pulse);
    clearTimeout(this.retry);
    this.drop();
  }

  private connect(): void {
    clearTimeout(this.retry);
    this.drop();
    this.askedAt = Date.now();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const query = this.options.query ? `?${this.options.query}` : "";
    const url = `${scheme}://${location.host}/ws/stream/${query}`;
    const socket = (this.socket = this.options.open?.(url) ?? new WebSocket(url));
    // A socket we gave up may still speak: it is not ours any more.
    const ours = (): boolean => this.socket === socket;
    socket.onopen = () => ours() && this.resume();
    socket.onmessage = (message) => ours() && this.hear(String(message.data));
    socket.onclose = (close) => ours() && this.closed(close.code);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private resume(): void {
    this.askedAt = Date.now();
    this.say({ t: "resume", position: this.options.store.position });
  }

  private say(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private hear(text: string): void {
    const now = Date.now();
    // After a sleep the first thing heard may be old: ask anew before calling it live.
    if (this.current.phase === "live" && now - this.heardAt > SILENCE) return this.lose(true);
    let message: Aside | SnapshotMessage | FrameMessage;
    try {
      message = JSON.parse(text) as Aside | SnapshotMessage | FrameMessage;
      if (isOfTheLog(message)) this.take(message, now);
      else for (const listener of this.asides.get(message.t) ?? []) listener(message);
    } catch (error) {
      // A screen that fails to draw, or a text that is none: a snapshot brings us back to what the server has.
      console.error(error);
      this.options.store.forgetPosition();
      return this.lose(false);
    }
    this.heardSinceAck += text.length;
    if (now - this.ackedAt >= ACK_EVERY || this.heardSinceAck >= ACK_AFTER) this.acknowledge(now);
  }

  private take(message: SnapshotMessage | FrameMessage, now: number): void {
    const asked = this.askedAt !== null;
    if (this.options.store.apply(message)) {
      // Frames that were under way before the answer do not fit either; one resume is enough.
      if (!asked) {
        this.becomeStale();
        this.resume();
      }
      return;
    }
    this.heardAt = now;
    if (asked) {
      this.askedAt = null;
      this.liveAt = now;
      this.become({ phase: "live" });
    }
  }

  /** Once a second; hidden pages are slowed down, so heartbeats acknowledge as well. */
  private beat(): void {
    const now = Date.now();
    if (this.askedAt !== null) {
      if (this.socket !== null && now - this.askedAt > PATIENCE) this.lose(false);
    } else if (this.current.phase === "live") {
      if (now - this.heardAt > SILENCE) this.lose(true);
      else this.acknowledge(now);
    }
  }

  private acknowledge(now: number): void {
    const position = this.options.store.position;
    if (this.askedAt !== null || position === null) return;
    this.ackedAt = now;
    this.heardSinceAck = 0;
    this.say({ t: "ack", offset: position.offset });
  }

  /** Something says that now is a good moment: the line is back, or somebody looks at the page again. */
  private wake(): void {
    if (this.current.phase === "live" && Date.now() - this.heardAt <= SILENCE / 2) return;
    this.lose(true);
  }

  private closed(code: number): void {
    if (code === NOT_ENTITLED) {
      this.socket = null;
      this.askedAt = null;
      const since = this.current.phase === "stale" || this.current.phase === "stopped" ? this.current.since : null;
      this.become({ phase: "stopped", since: this.current.phase === "live" ? this.heardAt : since });
      this.retry = setTimeout(() => this.connect(), STOPPED_DELAY);
    } else {
      this.lose(code === RIGHTS_CHANGED);
    }
  }

  /** Gives the connection up, says since when the picture is old, and tries again: at once, or after a while. */
  private lose(atOnce: boolean): void {
    this.becomeStale();
    if (this.liveAt !== 0 && Date.now() - this.liveAt > STEADY) this.failures = 0;
    this.liveAt = 0;
    clearTimeout(this.retry);
    this.drop();
    this.askedAt = null;
    if (atOnce && navigator.onLine !== false) {
      this.connect();
      return;
    }
    // Half of the delay is chance: a thousand pages must not come back in the same instant.
    const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.failures);
    this.failures += 1;
    this.retry = setTimeout(() => this.connect(), longest * (0.5 + (this.options.random ?? Math.random)() / 2));
  }

  private becomeStale(): void {
    if (this.current.phase === "live") this.become({ phase: "stale", since: this.heardAt });
  }

  private become(status: Status): void {
    if (status.phase === this.current.phase) return;
    this.current = status;
    for (const watcher of this.watchers) watcher(status);
  }
}

function isOfTheLog(message: Aside | SnapshotMessage | FrameMessage): message is SnapshotMessage | FrameMessage {
  return message.t === "snapshot" || message.t === "frame";
}
