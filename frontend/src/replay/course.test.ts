import { describe, expect, it } from "vitest";
import { before, seenAt, type Track } from "./course";

const track = (more: Partial<Track>): Track => ({ unit: "115-01", kind: "ambulance", service: "115", start: 10, end: 50, points: [[12, 1, 1], [20, 2, 2], [30, 3, 3]], ...more });

describe("the course of one incident", () => {
  it("counts what lies at or before a moment", () => {
    expect([0, 1, 2, 5].map((at) => before([1, 2, 2, 4], at, (one) => one))).toEqual([0, 1, 3, 4]);
  });
  it("shows a unit from when it was sent until it was over, where it was last", () => {
    const places = [5, 10, 12, 25, 50, 51].map((at) => seenAt([track({})], at).map((one) => one.place?.[0] ?? null));
    expect(places).toEqual([[], [null], [12], [20], [30], []]);
    expect(seenAt([track({ end: null })], 999)[0]!.way).toHaveLength(3);
  });
});
