/** Where the units of one incident were, and what its log said, at a moment of it. Pure; seconds since 1970. */

export type Fix = [at: number, lon: number, lat: number];

export interface Track {
  unit: string;
  kind: string;
  service: string;
  start: number;
  /** Null: still out. */
  end: number | null;
  points: Fix[];
}

/** How many of a list in the order of time lie at or before a moment. */
export function before<T>(list: readonly T[], at: number, timeOf: (one: T) => number): number {
  let low = 0;
  for (let high = list.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (timeOf(list[middle]!) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Seen {
  track: Track;
  /** The newest fix by then; null: none yet. */
  place: Fix | null;
  /** The way it has come. */
  way: Fix[];
}

/** The units that are out at a moment. */
export function seenAt(tracks: readonly Track[], at: number): Seen[] {
  return tracks
    .filter((track) => track.start <= at && (track.end === null || at <= track.end))
    .map((track) => {
      const way = track.points.slice(0, before(track.points, at, ([time]) => time));
      return { track, place: way[way.length - 1] ?? null, way };
    });
}
