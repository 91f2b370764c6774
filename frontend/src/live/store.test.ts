/** The same pairs run against the server's reference: tests/realtime/test_pairs.py. */
import { describe, expect, it } from "vitest";
import { type Change, EMPTY, type FrameMessage, keyOf, reduce, type SnapshotMessage, type State, Store } from "./store";

interface Step {
  message: SnapshotMessage | FrameMessage;
  expect: { position: unknown; rows: unknown; gone: unknown; resume: boolean; changed: string[] };
}

const files = import.meta.glob<{ says: string; steps: Step[] }[]>("../../../tests/realtime/pairs/*.json", {
  eager: true,
  import: "default",
});
const cases = Object.values(files).flat();

const plain = (state: State): object => ({
  position: state.position,
  rows: Object.fromEntries(state.rows),
  gone: Object.fromEntries(state.gone),
});
const names = (changes: readonly Change[]): string[] => changes.map((change) => keyOf(change.entity, change.id)).sort();

describe("reduce", () => {
  it("has pairs to be held against", () => expect(cases.length).toBeGreaterThan(10));

  it.each(cases)("$says", ({ steps }) => {
    let state = EMPTY;
    for (const step of steps) {
      const before = JSON.stringify(plain(state));
      const outcome = reduce(state, step.message);
      expect(JSON.stringify(plain(state))).toBe(before);
      const { resume, changed, ...after } = step.expect;
      expect({ ...plain(outcome.state), resume: outcome.resume }).toEqual({ ...after, resume });
      expect(names(outcome.changes)).toEqual(changed);
      state = outcome.state;
    }
  });
});

describe("Store", () => {
  const snapshot: SnapshotMessage = {
    t: "snapshot",
    position: { epoch: "e", offset: 4, scope: "s" },
    entities: [
      { entity: "incident", id: 1, version: 1, body: { state: "received" } },
      { entity: "unit", id: 1, version: 1, body: {} },
    ],
  };

  it("tells who listens what changed, from what to what", () => {
    const store = new Store();
    store.apply(snapshot);
    const heard: Change[] = [];
    const stop = store.subscribe((changes) => heard.push(...changes));
    store.apply({ t: "frame", after: 4, upto: 5, events: [{ o: 5, e: "incident", id: 1, v: 2, body: { state: "closed" } }] });
    store.apply({ t: "frame", after: 5, upto: 5, events: [] });
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ before: { version: 1 }, after: { version: 2, body: { state: "closed" } } });
    stop();
    store.apply({ t: "frame", after: 5, upto: 6, events: [{ o: 6, e: "incident", id: 1, v: 3, removed: true }] });
    expect(heard).toHaveLength(1);
    expect(store.get("incident", 1)).toBeUndefined();
    expect(store.all("unit")).toHaveLength(1);
  });

  it("keeps what is drawn when it forgets its position", () => {
    const store = new Store();
    store.apply(snapshot);
    store.forgetPosition();
    expect(store.position).toBeNull();
    expect(store.all("incident")).toHaveLength(1);
  });
});
