/** An agency's assignments as the live stream gives them: which are theirs, in which order, how far away. */
import type { Group, Incident } from "../room/incident";
import { metresBetween } from "../room/incident";
import { locale } from "../words";
import { say } from "../words/inbox";

/** Whose inbox this is: the agency, or one of its units. */
export interface Owner {
  agency: number;
  unit: number | null;
}

export type TaskState = "sent" | "seen" | "accepted" | "in_progress" | "result_given" | "approved";

export interface Task {
  /** The assignment's id. */
  id: number;
  state: TaskState;
  role: string;
  unit: number | null;
  /** Milliseconds; null without a deadline. */
  due: number | null;
  incident: Incident;
}

export type Filter = "open" | "new" | "overdue" | "waiting";

export interface Position {
  lat: number;
  lon: number;
}

/** The owner's assignment in an incident; null when it holds none. */
export function taskOf(incident: Incident, owner: Owner): Task | null {
  const own = incident.assignments.find(
    (row) =>
      (owner.unit === null ? row.agency === owner.agency : row.unit === owner.unit) &&
      row.state !== "returned" &&
      row.state !== "cancelled",
  );
  if (!own) return null;
  return {
    id: own.id,
    state: own.state as TaskState,
    role: own.role,
    unit: own.unit,
    due: own.due_at ? Date.parse(own.due_at) : null,
    incident,
  };
}

const DONE: ReadonlySet<TaskState> = new Set(["result_given", "approved"]);
const NEW: ReadonlySet<TaskState> = new Set(["sent", "seen"]);

export const isDone = (task: Task): boolean => DONE.has(task.state);
export const isNew = (task: Task): boolean => NEW.has(task.state);
export const isLate = (task: Task, now: number): boolean => !isDone(task) && task.due !== null && task.due < now;
export const groupOf = (task: Task): Group => task.incident.group ?? 0;

export function matches(task: Task, filter: Filter, now: number): boolean {
  if (filter === "waiting") return isDone(task);
  if (filter === "new") return isNew(task);
  if (filter === "overdue") return isLate(task, now);
  return !isDone(task);
}

/** Emergencies first, then by deadline: what is longest overdue stands on top. */
export function byDeadline(a: Task, b: Task): number {
  const emergency = Number(groupOf(b) === 2) - Number(groupOf(a) === 2);
  return emergency || (a.due ?? Infinity) - (b.due ?? Infinity) || a.id - b.id;
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
