/** Which scene the wall shows: by the clock, so that two walls side by side show the same one and nothing jumps. */
export type SceneKind = "map" | "figures" | "agencies" | "emergencies" | "sources" | "launch";

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
