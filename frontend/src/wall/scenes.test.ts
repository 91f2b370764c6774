import { describe, expect, it } from "vitest";
import { keptScene, type Scene, sceneAt, type SceneKind } from "./scenes";

const scene = (kind: SceneKind, seconds: number): Scene => ({ kind, seconds, title: "", subtitle: "" });
const three = [scene("map", 40), scene("figures", 20), scene("emergencies", 10)];
const at = (seconds: number, isEmpty?: (one: Scene) => boolean): SceneKind => sceneAt(three, seconds * 1000, isEmpty).kind;

describe("the wall's scenes", () => {
  it("follow each other for as long as each is given", () => {
    expect([0, 39.9, 40, 59, 60, 69, 70, 109, 110].map((seconds) => at(seconds))).toEqual([
      "map", "map", "figures", "figures", "emergencies", "emergencies", "map", "map", "figures",
    ]);
  });
  it("are left out while they have nothing to show", () => {
    expect([0, 45, 65, 101].map((seconds) => at(seconds, (one) => one.kind === "emergencies"))).toEqual(["map", "figures", "map", "figures"]);
  });
  it("fall back to the map", () => expect(sceneAt([], 5).kind).toBe("map"));
  it("do not turn on a screen whose address names one", () => {
    expect(keptScene(three, "?scene=figures")).toBe(three[1]);
    expect(keptScene(three, "?scene=agencies")?.kind).toBe("agencies");
    expect([keptScene(three, ""), keptScene(three, "?scene=none"), keptScene(three, "?scene=launch")]).toEqual([null, null, null]);
  });
});
