import { describe, expect, it } from "vitest";
import { setSignature, spotOf, type WallBody } from "./spots";

const body = (id: number, more: Partial<WallBody> = {}): WallBody => ({
  id,
  version: 1,
  exercise: 0,
  state: "received",
  group: 3,
  category: "road",
  lat: 11,
  lon: 106.6,
  area: { set: "2019", ward: "25744", district: "718" },
  received_at: "2026-11-24T05:00:00Z",
  due_at: null,
  ...more,
});

describe("the map's view", () => {
  const of = (...bodies: WallBody[]): string => setSignature(bodies.map(spotOf));
  it("stays while only states, ages and the order change", () => {
    expect(of(body(1), body(2))).toBe(of(body(2, { state: "resolved", version: 9 }), body(1, { due_at: "2020-01-01T00:00:00Z" })));
  });
  it("moves when another incident is in the set", () => {
    expect(of(body(1))).not.toBe(of(body(1), body(2)));
    expect(of(body(1))).not.toBe(of(body(2)));
  });
  it("does not move for what has no place", () => expect(of(body(1))).toBe(of(body(1), body(2, { lat: null, lon: null }))));
});
