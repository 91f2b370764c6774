import { describe, expect, it } from "vitest";
import { roundUp, stepAt, stepsOf } from "./steps";

describe("steps of a map", () => {
  it("are round and rise", () => {
    const ends = stepsOf([1, 2, 2, 3, 5, 8, 13, 21, 34, 55]);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(ends.every((end) => roundUp(end) === end)).toBe(true);
    expect(ends.at(-1)).toBeGreaterThanOrEqual(55);
  });

  it("hold every value, and nothing for nothing", () => {
    const values = Array.from({ length: 91 }, (_, n) => (n * 37) % 412);
    const ends = stepsOf(values);
    for (const value of values) expect(stepAt(value, ends)).toBe(value > 0 ? ends.findIndex((end) => value <= end) : -1);
    expect(values.filter((value) => value > 0).every((value) => stepAt(value, ends) >= 0)).toBe(true);
    expect(stepAt(null, ends)).toBe(-1);
  });

  it("of nothing are none", () => {
    expect(stepsOf([0, 0])).toEqual([]);
    expect(stepAt(3, [])).toBe(-1);
  });

  it("of shares stay shares", () => {
    expect(stepsOf([0.5, 0.97, 1])).toEqual([0.5, 1]);
  });
});
