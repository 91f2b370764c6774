import { describe, expect, it, vi } from "vitest";
import type { RoomMap } from "./map";
import { barOf, pixelsOf, printMap, zoomOf } from "./printing";

vi.mock("../borders", () => ({ credits: () => Promise.resolve(["© OpenStreetMap contributors", "Bản đồ tỉnh"]) }));

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
  it("names whose data it shows, on white", async () => {
    document.documentElement.dataset.bsTheme = "dark";
    URL.createObjectURL = () => "blob:map";
    URL.revokeObjectURL = vi.fn();
    HTMLImageElement.prototype.decode = () => Promise.resolve();
    const printed: string[] = [];
    vi.stubGlobal("print", () => {
      printed.push(document.documentElement.dataset.bsTheme ?? "", document.querySelector(".print-sheet")!.textContent ?? "");
      dispatchEvent(new Event("afterprint"));
    });
    await printMap({ picture: () => Promise.resolve(new Blob()) } as unknown as RoomMap, 10_000, [], "Phòng điều hành");
    expect(printed[0]).toBe("light");
    expect(printed[1]).toContain("© OpenStreetMap contributors · Bản đồ tỉnh");
    expect(document.documentElement.dataset.bsTheme).toBe("dark");
    expect(document.querySelector(".print-sheet")).toBeNull();
    await expect(printMap({ picture: () => Promise.reject(new Error("no WebGL")) } as unknown as RoomMap, 10_000, [], "")).rejects.toThrow("no WebGL");
    expect(document.documentElement.dataset.bsTheme).toBe("dark");
  });
});
