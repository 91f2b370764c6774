import { describe, expect, it } from "vitest";
import { areaOf, areaText, lengthOf, lengthText } from "./measure";

describe("measuring", () => {
  // A tenth of a degree north is 11.12 km; a square of a hundredth of a degree here is 1.11 km by 1.09 km.
  it("gives lengths", () => expect(lengthOf([[106.6, 11], [106.6, 11.1]]) / 1000).toBeCloseTo(11.12, 2));
  it("gives areas", () => {
    const square = [[106.6, 11], [106.61, 11], [106.61, 11.01], [106.6, 11.01]];
    expect(areaOf(square) / 1e6).toBeCloseTo(1.112 * 1.112 * Math.cos((11.005 * Math.PI) / 180), 2);
    expect(areaOf([...square].reverse())).toBeCloseTo(areaOf(square));
    expect(areaOf([...square, square[0]!])).toBeCloseTo(areaOf(square));
  });
  it("says them as Vietnam writes numbers", () => {
    expect([lengthText(812.4), lengthText(1234), areaText(950), areaText(12_345), areaText(2_500_000)]).toEqual(["812 m", "1,23 km", "950 m²", "1,23 ha", "2,5 km²"]);
  });
});
