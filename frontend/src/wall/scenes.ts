/** Which scene the wall shows: by the clock, so that two walls side by side show the same one and nothing jumps. */
const KINDS = ["map", "figures", "agencies", "emergencies", "sources", "launch"] as const;
export type SceneKind = (typeof KINDS)[number];

export interface Scene {
  kind: SceneKind;
  seconds: number;
  title: string;
  subtitle: string;
}

/** The scene at a moment (milliseconds); those that have nothing to show are left out, and the map is always something. */
export function sceneAt(scenes: readonly Scene[], now: number, isEmpty: (scene: Scene) => boolean = () => false): Scene {
  const shown = scenes.filter((scene) => scene.seconds > 0 && !isEmpty(scene));
  const whole = shown.reduce((sum, scene) => sum + scene.seconds, 0);
  let left = whole ? (now / 1000) % whole : 0;
  for (const scene of shown) {
    if (left < scene.seconds) return scene;
    left -= scene.seconds;
  }
  return { kind: "map", seconds: 60, title: "", subtitle: "" };
}

/** The scene a screen keeps to: `?scene=agencies` in its address, one of several side by side. Null: all in turn. */
export function keptScene(scenes: readonly Scene[], query: string): Scene | null {
  const kind = new URLSearchParams(query).get("scene") as SceneKind | null;
  if (kind === null || !KINDS.includes(kind)) return null;
  const known = scenes.find((scene) => scene.kind === kind);
  // A title nobody wrote cannot be shown.
  return known ?? (kind === "launch" ? null : { kind, seconds: 60, title: "", subtitle: "" });
}
