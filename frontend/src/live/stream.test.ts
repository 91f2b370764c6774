import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Store } from "./store";
import { type Status, Stream } from "./stream";

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState: number = WebSocket.CONNECTING;
  sent: { t: string; position?: unknown; offset?: number }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((close: { code: number }) => void) | null = null;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = WebSocket.CLOSED;
  }
  opens(): void {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
  }
  says(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  ends(code: number): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.({ code });
  }
}

const snapshot = (offset: number): object => ({ t: "snapshot", position: { epoch: "e", offset, scope: "s" }, entities: [] });
const frame = (after: number, upto: number, events: object[] = []): object => ({ t: "frame", after, upto, events });
const put = (o: number): object => ({ o, e: "incident", id: 1, v: o, body: {} });
const last = (): FakeSocket => FakeSocket.all.at(-1)!;

let store: Store;
let stream: Stream;
let phases: Status["phase"][];

/** A stream that is live at offset 10. */
function live(): FakeSocket {
  last().opens();
  last().says(snapshot(10));
  expect(stream.status).toEqual({ phase: "live" });
  return last();
}

/** Seconds of an idle line: a heartbeat every 2 s. */
function idle(socket: FakeSocket, seconds: number, offset = 10): void {
  for (let passed = 0; passed < seconds; passed += 2) {
    vi.advanceTimersByTime(2000);
    socket.says(frame(offset, offset));
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  FakeSocket.all = [];
  store = new Store();
  phases = [];
  stream = new Stream({ store, random: () => 1, open: (url) => new FakeSocket(url) as unknown as WebSocket });
  stream.watch((status) => phases.push(status.phase));
  stream.start();
});

afterEach(() => {
  stream.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("connecting", () => {
  it("asks from nowhere, then acknowledges each second where it stands", () => {
    expect(last().url).toMatch(/^ws:\/\/.*\/ws\/stream\/$/);
    const socket = live();
    expect(socket.sent[0]).toEqual({ t: "resume", position: null });
    vi.advanceTimersByTime(1000);
    socket.says(frame(10, 12, [put(12)]));
    vi.advanceTimersByTime(1000);
    expect(socket.sent.slice(1).map((message) => message.offset)).toEqual([10, 10, 12]);
    expect(store.get("incident", 1)?.version).toBe(12);
    expect(phases).toEqual(["connecting", "live"]);
  });

  it("acknowledges on heartbeats too, because timers of hidden pages stand still", () => {
    const socket = live();
    const before = socket.sent.length;
    vi.setSystemTime(Date.now() + 1500);
    socket.says(frame(10, 11));
    expect(socket.sent.slice(before)).toEqual([{ t: "ack", offset: 11 }]);
  });

  it("acknowledges sooner when a second brings much", () => {
    const socket = live();
    const before = socket.sent.length;
    const much = (o: number): object => ({ ...put(o), body: { words: "x".repeat(200_000) } });
    socket.says(frame(10, 11, [much(11)]));
    expect(socket.sent.length).toBe(before);
    socket.says(frame(11, 12, [much(12)]));
    expect(socket.sent.slice(before)).toEqual([{ t: "ack", offset: 12 }]);
  });

  it("gives up a connection that never answers", () => {
    last().opens();
    vi.advanceTimersByTime(17_000);
    expect(FakeSocket.all.length).toBeGreaterThan(1);
  });
});

describe("gaps", () => {
  it("resumes from its position, once, and is stale until the answer", () => {
    const socket = live();
    socket.says(frame(11, 12, [put(12)]));
    socket.says(frame(12, 13, [put(13)]));
    expect(stream.status.phase).toBe("stale");
    const resumes = socket.sent.filter((message) => message.t === "resume");
    expect(resumes).toHaveLength(2);
    expect(resumes[1]!.position).toEqual({ epoch: "e", offset: 10, scope: "s" });
    socket.says(frame(10, 13, [put(11), put(13)]));
    expect(stream.status.phase).toBe("live");
    expect(store.get("incident", 1)?.version).toBe(13);
  });

  it("takes a snapshot when the server's text makes no sense", () => {
    const socket = live();
    socket.onmessage?.({ data: "{" });
    expect(stream.status.phase).toBe("stale");
    vi.advanceTimersByTime(1000);
    last().opens();
    expect(last().sent[0]).toEqual({ t: "resume", position: null });
  });
});

describe("losing the line", () => {
  it("says since when the picture is old, and resumes where it stood", () => {
    const socket = live();
    idle(socket, 4);
    const heard = Date.now();
    socket.ends(1006);
    expect(stream.status).toEqual({ phase: "stale", since: heard });
    vi.advanceTimersByTime(1000);
    last().opens();
    expect(last().sent[0]).toEqual({ t: "resume", position: { epoch: "e", offset: 10, scope: "s" } });
    expect(stream.status.phase).toBe("stale");
    last().says(frame(10, 10));
    expect(stream.status.phase).toBe("live");
  });

  it("waits longer after each failure, up to half a minute, and begins anew after a steady time", () => {
    const waits: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const count = FakeSocket.all.length;
      last().ends(1006);
      let waited = 0;
      while (FakeSocket.all.length === count) {
        vi.advanceTimersByTime(500);
        waited += 500;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
    idle(live(), 12);
    last().ends(1006);
    const count = FakeSocket.all.length;
    vi.advanceTimersByTime(1000);
    expect(FakeSocket.all.length).toBe(count + 1);
  });

  it("notices silence without a close", () => {
    live();
    vi.advanceTimersByTime(8000);
    expect(stream.status.phase).toBe("stale");
    expect(FakeSocket.all.length).toBeGreaterThan(1);
  });

  it("says reconnecting after a sleep, before anything it hears counts as live", () => {
    const slept = live();
    const heard = Date.now();
    vi.setSystemTime(heard + 3_600_000);
    // A text that lay in the socket for an hour.
    slept.says(frame(10, 11, [put(11)]));
    expect(stream.status).toEqual({ phase: "stale", since: heard });
    slept.says(frame(11, 12));
    expect(stream.status.phase).toBe("stale");
    last().opens();
    last().says(snapshot(500));
    expect(stream.status.phase).toBe("live");
  });

  it("comes back at once when the page is looked at or the line is there again", () => {
    live();
    window.dispatchEvent(new Event("offline"));
    expect(stream.status.phase).toBe("stale");
    const count = FakeSocket.all.length;
    window.dispatchEvent(new Event("online"));
    expect(FakeSocket.all.length).toBe(count + 1);
    live();
    document.dispatchEvent(new Event("visibilitychange"));
    expect(stream.status.phase).toBe("live");
    vi.setSystemTime(Date.now() + 60_000);
    document.dispatchEvent(new Event("visibilitychange"));
    expect(stream.status.phase).toBe("stale");
  });

  it("does not listen to a socket it gave up", () => {
    const old = live();
    window.dispatchEvent(new Event("offline"));
    old.says(frame(10, 11, [put(11)]));
    old.ends(1006);
    expect(store.get("incident", 1)).toBeUndefined();
  });
});

describe("rights", () => {
  it("comes back at once when they changed", () => {
    live().ends(4002);
    expect(FakeSocket.all).toHaveLength(2);
    last().opens();
    last().says({ t: "snapshot", position: { epoch: "e", offset: 10, scope: "other" }, entities: [] });
    expect(store.position?.scope).toBe("other");
  });

  it("stops when there are none, and asks again after a minute", () => {
    const at = Date.now();
    live().ends(4003);
    expect(stream.status).toEqual({ phase: "stopped", since: at });
    vi.advanceTimersByTime(59_000);
    expect(FakeSocket.all).toHaveLength(1);
    vi.advanceTimersByTime(2_000);
    expect(FakeSocket.all).toHaveLength(2);
    live();
  });
});

describe("beside the log", () => {
  it("hands figures on and does not mistake them for life of the log", () => {
    const heard: unknown[] = [];
    stream.on("figures", (message) => heard.push(message.body));
    const socket = live();
    for (let second = 0; second < 9; second += 1) {
      vi.advanceTimersByTime(1000);
      socket.says({ t: "figures", body: { open: second } });
    }
    expect(heard.length).toBeGreaterThan(3);
    expect(stream.status.phase).toBe("stale");
  });
});
