/** An incident as the room sees it on the stream, and what the screen makes of it: its section, its order, its age. */

export type State = "received" | "planned" | "assigned" | "in_progress" | "resolved" | "closed" | "cancelled";
export type Group = 0 | 1 | 2 | 3;

export interface AssignmentBody {
  id: number;
  agency: number;
  unit: number | null;
  units: number[];
  people: number[];
  role: string;
  state: string;
  due_at: string | null;
  clock_due_at: string | null;
  planned_for: string | null;
  paused_until: string | null;
  told: string;
}

export interface ServicePart {
  assignment: number;
  agency: number;
  kind: string;
  state: string;
  sent_at: string;
  acknowledge_by: string;
  accepted_at: string | null;
  alarms: number;
  until: string | null;
}

export interface Sortie {
  id: number;
  unit: number;
  call_sign: string;
  kind: string;
  agency: number;
  state: string;
  since: string;
  sent_at: string;
  acknowledged_at: string | null;
  on_scene_at: string | null;
}

/** What a shared incident of 113, 114 and 115 has on top. */
export interface Emergency {
  kind: string;
  opened_at: string;
  services: ServicePart[];
  sorties: Sortie[];
  /** Declared a major incident, and not stood down. */
  major: { declared_at: string; sitrep_due_at: string | null } | null;
}

export interface Incident {
  id: number;
  code: string;
  version: number;
  exercise: number;
  state: State;
  group: 1 | 2 | 3 | null;
  category: string | null;
  priority: number;
  lat: number | null;
  lon: number | null;
  radius_m: number | null;
  approximate: boolean;
  area: { set: string; ward: string; district: string } | null;
  summary: string;
  source: string;
  received_at: string;
  due_at: string | null;
  needs: string[];
  /** A citizen wrote and nobody has answered since then. */
  waiting_since: string | null;
  assignments: AssignmentBody[];
  reports: number;
  photos: number;
  emergency: Emergency | null;
}

export const SECTIONS = ["talk", "needs", "new", "overdue", "working", "answer"] as const;
export type SectionName = (typeof SECTIONS)[number];

export const groupOf = (incident: Pick<Incident, "group">): Group => incident.group ?? 0;

interface Times {
  received: number;
  /** Infinity without a deadline. */
  due: number;
}

/** A body is never changed, only replaced: with 5,000 on the board, reading its dates anew for each comparison is the cost. */
const times = new WeakMap<Incident, Times>();

export function timesOf(incident: Incident): Times {
  let known = times.get(incident);
  if (!known) {
    known = { received: Date.parse(incident.received_at), due: incident.due_at ? Date.parse(incident.due_at) : Infinity };
    times.set(incident, known);
  }
  return known;
}

export const isOverdue = (incident: Incident, now: number): boolean => timesOf(incident).due < now;

/** Each incident stands in one section: what waits for a decision first, then what is late, then the rest by state. */
export function sectionOf(incident: Incident, now: number): SectionName {
  // Somebody sits at the other end; an emergency that waits for a decision comes first all the same.
  if (incident.waiting_since && !(incident.group === 2 && incident.needs.length)) return "talk";
  if (incident.needs.length) return "needs";
  if (incident.state === "resolved") return "answer";
  if (isOverdue(incident, now)) return "overdue";
  return incident.state === "received" ? "new" : "working";
}

/** What hurts first: emergencies, then what is overdue longest or due soonest, then the oldest. */
export function byHurt(a: Incident, b: Incident): number {
  const emergency = Number(b.group === 2) - Number(a.group === 2);
  if (emergency) return emergency;
  if (a.priority !== b.priority) return a.priority - b.priority;
  const [first, second] = [timesOf(a), timesOf(b)];
  if (first.due !== second.due) return first.due < second.due ? -1 : 1;
  return first.received - second.received || a.id - b.id;
}

/** Lower case without Vietnamese diacritics, as people type in a hurry. */
export function folded(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase();
}

/** Metres between two points (degrees, WGS 84), on a sphere: good to half a percent. */
export function metresBetween(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const radians = Math.PI / 180;
  const dLat = (b.lat - a.lat) * radians;
  const dLon = (b.lon - a.lon) * radians;
  const h =
    Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * radians) * Math.cos(b.lat * radians) * Math.sin(dLon / 2) ** 2;
  return 12_742_017.6 * Math.asin(Math.sqrt(h));
}
