/** An incident as the wall sees it: no words, no exact point. */
export type State = "received" | "planned" | "assigned" | "in_progress" | "resolved" | "closed" | "cancelled";

export interface WallBody {
  id: number;
  version: number;
  exercise: number;
  state: State;
  group: 1 | 2 | 3 | null;
  category: string | null;
  lat: number | null;
  lon: number | null;
  area: { set: string; ward: string; district: string };
  received_at: string;
  due_at: string | null;
}

export interface Spot {
  id: number;
  state: State;
  group: 0 | 1 | 2 | 3;
  category: string | null;
  lat: number | null;
  lon: number | null;
  set: string;
  ward: string;
  district: string;
  received: number;
  /** Milliseconds; null without a deadline. */
  due: number | null;
}

/** A spot is made once for a body: the wall draws twice a second, and may have 50,000. */
const made = new WeakMap<WallBody, Spot>();

export function spotOf(body: WallBody): Spot {
  const known = made.get(body);
  if (known) return known;
  const spot: Spot = {
    id: body.id,
    state: body.state,
    group: body.group ?? 0,
    category: body.category,
    lat: body.lat,
    lon: body.lon,
    set: body.area.set,
    ward: body.area.ward,
    district: body.area.district,
    received: Date.parse(body.received_at),
    due: body.due_at ? Date.parse(body.due_at) : null,
  };
  made.set(body, spot);
  return spot;
}

/** What the map's view depends on: it refits only when this changes, never because a state or an age did. */
export const setSignature = (spots: readonly Spot[]): string =>
  spots
    .filter((spot) => spot.lat !== null)
    .map((spot) => spot.id)
    .sort((a, b) => a - b)
    .join();
