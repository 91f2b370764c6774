/** How old the wall's picture is, and how that is said: old figures are never drawn like fresh ones. */
import type { Status } from "../live/stream";

/** So long after the line went, the age of the picture stands on it in large letters; milliseconds. */
export const CUT_SHOWN = 30_000;
/** Figures come every second; those of so long ago are old although the line is there. */
const FRESH_FOR = 10_000;

export interface Picture {
  live: boolean;
  /** Since when nothing was heard; null: now live, or nothing was ever shown. */
  since: number | null;
  /** Everything is drawn pale. */
  stale: boolean;
  /** The moment the picture is of: that of its figures, else the last word of the server. */
  at: number | null;
  fresh: boolean;
  /** The age in large letters, in milliseconds; null: not shown. */
  cutAge: number | null;
}

/** What the wall says of its picture at a moment; `figuresAt`: when the last figures came, null for never. */
export function pictureOf(status: Status, figuresAt: number | null, now: number): Picture {
  const live = status.phase === "live";
  const since = status.phase === "stale" || status.phase === "stopped" ? status.since : null;
  const at = figuresAt ?? since;
  return {
    live,
    since,
    stale: !live && since !== null,
    at,
    fresh: live && figuresAt !== null && now - figuresAt < FRESH_FOR,
    cutAge: live || since === null || now - since < CUT_SHOWN ? null : now - (at ?? since),
  };
}
