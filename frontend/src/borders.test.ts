import { describe, expect, it } from "vitest";
import { type Area, areaAt, boxOf } from "./borders";

const square = (code: string, west: number, hole = false): Area => ({
  type: "Feature",
  properties: { code, name: code, kind: "phuong", level: "ward" },
  geometry: {
    type: "Polygon",
    coordinates: [
      [[west, 0], [west + 10, 0], [west + 10, 10], [west, 10], [west, 0]],
      ...(hole ? [[[west + 4, 4], [west + 6, 4], [west + 6, 6], [west + 4, 6], [west + 4, 4]]] : []),
    ],
  },
});

describe("areaAt", () => {
  const areas = [square("a", 0, true), square("b", 10)];
  it("finds the area that holds a point", () => {
    expect(areaAt(areas, 2, 2)?.properties.code).toBe("a");
    expect(areaAt(areas, 12, 2)?.properties.code).toBe("b");
    expect(areaAt(areas, 25, 2)).toBeUndefined();
  });
  it("does not count a hole as inside", () => expect(areaAt(areas, 5, 5)).toBeUndefined());
  it("knows areas of several parts", () => {
    const parts: Area = { ...square("c", 0), geometry: { type: "MultiPolygon", coordinates: [square("", 0), square("", 30)].map((one) => one.geometry.coordinates as number[][][]) } };
    expect(areaAt([parts], 35, 5)).toBe(parts);
    expect(areaAt([parts], 20, 5)).toBeUndefined();
    expect(boxOf([parts])).toEqual([0, 0, 40, 10]);
  });
});
