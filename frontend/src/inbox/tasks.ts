/** An agency's assignments as the live stream gives them: which are theirs, in which order, how far away. */
import type { Group, Incident } from "../room/incident";
import { metresBetween } from "../room/incident";
import { locale } from "../words";
import { say } from "../words/inbox";

/** Whose inbox this is: the agency, or one of its units. */
export interface Owner {
  agency: number;
  unit: number | null;
  /** The agencies below: their tasks can be read. */
  below: readonly number[];
}

export type TaskState =
  | "sent"
  | "seen"
  | "accepted"
  | "in_progress"
  | "asked"
  | "postponed"
  | "reported"
  | "result_given"
  | "approved"
  | "answered";

export interface Task {
  /** The assignment's id. */
  id: number;
  state: TaskState;
  role: string;
  agency: number;
  units: readonly number[];
  people: readonly number[];
  /** Milliseconds; null without a deadline. */
  due: number | null;
  /** Until when it is to be seen or accepted, while it is new. */
  clock: number | null;
  /** The clocks stand still, at most until then. */
  paused: number | null;
  /** Who was told last that it is late. */
  told: string;
  /** Of an agency below: to be read only. */
  below: boolean;
  incident: Incident;
}

export type Filter = "open" | "mine" | "new" | "overdue" | "paused" | "waiting" | "below";

export interface Position {
  lat: number;
  lon: number;
}

/** The owner's assignment in an incident, else one of an agency below; null when there is none. */
export function taskOf(incident: Incident, owner: Owner): Task | null {
  const theirs = incident.assignments.filter((row) => !GONE.has(row.state));
  const own = theirs.find((row) => (owner.unit === null ? row.agency === owner.agency : row.units.includes(owner.unit)));
  const row = own ?? theirs.find((other) => owner.below.includes(other.agency));
  if (!row) return null;
  const moment = (text: string | null): number | null => (text ? Date.parse(text) : null);
  return {
    id: row.id,
    state: row.state as TaskState,
    role: row.role,
    agency: row.agency,
    units: row.units,
    people: row.people,
    due: moment(row.due_at),
    clock: moment(row.clock_due_at),
    paused: moment(row.paused_until),
    told: row.told,
    below: !own,
    incident,
  };
}

const GONE: ReadonlySet<string> = new Set(["planned", "returned", "transferred", "cancelled", "reopened"]);
const DONE: ReadonlySet<TaskState> = new Set(["result_given", "approved", "answered"]);
const NEW: ReadonlySet<TaskState> = new Set(["sent", "seen"]);
const PAUSED: ReadonlySet<TaskState> = new Set(["asked", "postponed"]);

export const isDone = (task: Task): boolean => DONE.has(task.state);
export const isNew = (task: Task): boolean => NEW.has(task.state);
export const isPaused = (task: Task): boolean => PAUSED.has(task.state);
/** What runs now: until it is seen or accepted while it is new, else until the result. */
export const runsOut = (task: Task): number | null => (isNew(task) ? (task.clock ?? task.due) : task.due);
export const isLate = (task: Task, now: number): boolean => {
  const out = runsOut(task);
  return !isDone(task) && !isPaused(task) && out !== null && out < now;
};
export const groupOf = (task: Task): Group => task.incident.group ?? 0;

export function matches(task: Task, filter: Filter, now: number, person: number): boolean {
  if (filter === "below") return task.below && !isDone(task);
  if (task.below) return false;
  if (filter === "waiting") return isDone(task);
  if (filter === "new") return isNew(task);
  if (filter === "overdue") return isLate(task, now);
  if (filter === "paused") return isPaused(task);
  if (filter === "mine") return !isDone(task) && task.people.includes(person);
  return !isDone(task);
}

/** Emergencies first, then by deadline: what is longest overdue stands on top. */
export function byDeadline(a: Task, b: Task): number {
  const emergency = Number(groupOf(b) === 2) - Number(groupOf(a) === 2);
  // What is paused cannot be late: it stands below what runs.
  const paused = Number(isPaused(a)) - Number(isPaused(b));
  return emergency || paused || (runsOut(a) ?? Infinity) - (runsOut(b) ?? Infinity) || a.id - b.id;
}

/** Metres; null while one of the two is not known. */
export function metresTo(task: Task, here: Position | null): number | null {
  const { lat, lon } = task.incident;
  return here && lat !== null && lon !== null ? metresBetween(here, { lat, lon }) : null;
}

export function byDistance(here: Position): (a: Task, b: Task) => number {
  return (a, b) => (metresTo(a, here) ?? Infinity) - (metresTo(b, here) ?? Infinity) || byDeadline(a, b);
}

/** "cách 350 m", "cách 2,4 km". */
export function farWords(metres: number): string {
  if (metres < 950) return say("far.m", { n: Math.max(10, Math.round(metres / 10) * 10) });
  const km = metres / 1000;
  return say("far.km", { n: km.toLocaleString(locale, { maximumFractionDigits: km < 10 ? 1 : 0 }) });
}
