import { describe, expect, it } from "vitest";
import { LEAST, between, moved, sized } from "./boxes";

describe("boxes over a picture", () => {
  it("is drawn from any corner and cut to the picture", () => {
    expect(between([5000, 6000], [-300, 2000])).toEqual([0, 2000, 5000, 4000]);
    expect(between([100, 100], [120, 9000])).toBeNull();
  });

  it("never leaves the picture, moved or sized", () => {
    expect(moved([9000, 0, 1000, 500], 100, -100)).toEqual([9000, 0, 1000, 500]);
    expect(sized([9000, 9000, 900, 900], 500, -5000)).toEqual([9000, 9000, 1000, LEAST]);
  });
});
