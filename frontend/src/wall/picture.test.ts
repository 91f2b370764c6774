import { describe, expect, it } from "vitest";
import { CUT_SHOWN, pictureOf } from "./picture";

const NOW = 1_000_000_000;

describe("the wall's picture", () => {
  it("is fresh while the line and the figures are", () => {
    expect(pictureOf({ phase: "live" }, NOW - 900, NOW)).toMatchObject({ live: true, stale: false, fresh: true, cutAge: null });
  });
  it("is not fresh when the line lives and the figures stopped", () => {
    expect(pictureOf({ phase: "live" }, NOW - 60_000, NOW)).toMatchObject({ live: true, fresh: false, at: NOW - 60_000, cutAge: null });
  });
  it("is pale as soon as the line goes, and says its age in large letters half a minute later", () => {
    const since = NOW - CUT_SHOWN;
    expect(pictureOf({ phase: "stale", since }, since - 500, NOW - 1)).toMatchObject({ stale: true, fresh: false, cutAge: null });
    expect(pictureOf({ phase: "stale", since }, since - 500, NOW).cutAge).toBe(CUT_SHOWN + 500);
  });
  it("is as old as the server's last word when figures never came", () => {
    expect(pictureOf({ phase: "stale", since: NOW - 90_000 }, null, NOW)).toMatchObject({ at: NOW - 90_000, cutAge: 90_000 });
  });
  it("has no age before there was one, and keeps it when the link is revoked", () => {
    expect(pictureOf({ phase: "connecting" }, null, NOW)).toEqual({ live: false, since: null, stale: false, at: null, fresh: false, cutAge: null });
    expect(pictureOf({ phase: "stopped", since: NOW - 45_000 }, NOW - 46_000, NOW)).toMatchObject({ stale: true, cutAge: 46_000 });
  });
});
