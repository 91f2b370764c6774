import { describe, expect, it } from "vitest";
import { barOf, pixelsOf, zoomOf } from "./printing";

describe("a map on paper", () => {
  it("is to scale", () => {
    // At this zoom a pixel is so many metres; a centimetre of 1:10,000 is 100 m.
    const lat = 11;
    const perPixel = (40_075_016.686 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** zoomOf(10_000, lat));
    expect(perPixel * pixelsOf(10)).toBeCloseTo(100, 6);
    expect(zoomOf(10_000, lat) - zoomOf(20_000, lat)).toBeCloseTo(1, 9);
  });
  it("has a bar of a round length", () => {
    expect([5_000, 10_000, 25_000, 100_000].map(barOf)).toEqual([[200, 40], [500, 50], [1000, 40], [5000, 50]]);
  });
});
