import { describe, expect, it } from "vitest";
import { fold, type Picture, type Row } from "./fold";

interface Pair {
  about: string;
  start: number;
  at: number;
  rows: Row[];
  picture: Picture;
}

// The server's fold is held to the same pairs (tests/maps/test_replay.py).
const files = import.meta.glob<Pair[]>("../../../tests/maps/pairs/*.json", { eager: true, import: "default" });

describe("the fold of a day", () => {
  const pairs = Object.values(files).flat();
  it("has pairs", () => expect(pairs.length).toBeGreaterThan(3));
  for (const pair of pairs) it(pair.about, () => expect(fold(pair.rows, pair.start, pair.at)).toEqual(pair.picture));
});
