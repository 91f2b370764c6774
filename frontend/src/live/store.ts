/**
 * What this page knows of the entities in the live stream. `reduce` is the whole rule, and pure: the same pairs of JSON
 * (tests/realtime/pairs) run against it and against the server's reference.
 */

export interface Position {
  epoch: string;
  offset: number;
  scope: string;
}

export interface Row<Body = unknown> {
  entity: string;
  id: number;
  version: number;
  body: Body;
}

export interface PutEvent {
  o: number;
  e: string;
  id: number;
  v: number;
  body: unknown;
}

export interface RemovedEvent {
  o: number;
  e: string;
  id: number;
  v: number;
  removed: true;
}

export interface SnapshotMessage {
  t: "snapshot";
  position: Position;
  entities: Row[];
}

export interface FrameMessage {
  t: "frame";
  after: number;
  upto: number;
  events: (PutEvent | RemovedEvent)[];
}

export interface State {
  readonly position: Position | null;
  readonly rows: ReadonlyMap<string, Row>;
  /** Versions at which entities were taken from us: a late, older event must not bring them back. */
  readonly gone: ReadonlyMap<string, number>;
}

/** One entity that looks different now; `before` is missing when it is new, `after` when it went. */
export interface Change<Body = unknown> {
  entity: string;
  id: number;
  before: Row<Body> | undefined;
  after: Row<Body> | undefined;
}

export interface Outcome {
  state: State;
  changes: Change[];
  /** The frame does not follow on what we have: ask the server to resume from our position. */
  resume: boolean;
}

export const EMPTY: State = { position: null, rows: new Map(), gone: new Map() };

export const keyOf = (entity: string, id: number): string => `${entity}:${id}`;

/** The state after a message. Never changes what it was given. */
export function reduce(state: State, message: SnapshotMessage | FrameMessage): Outcome {
  return message.t === "snapshot" ? replace(state, message) : follow(state, message);
}

function replace(state: State, message: SnapshotMessage): Outcome {
  const rows = new Map(message.entities.map((row) => [keyOf(row.entity, row.id), row]));
  const changes: Change[] = [];
  for (const [key, before] of state.rows) {
    if (!rows.has(key)) changes.push({ entity: before.entity, id: before.id, before, after: undefined });
  }
  for (const [key, after] of rows) {
    const before = state.rows.get(key);
    // Another scope may see the same version with other fields, so the version alone does not tell.
    if (before?.version !== after.version || JSON.stringify(before.body) !== JSON.stringify(after.body)) {
      changes.push({ entity: after.entity, id: after.id, before, after });
    }
  }
  return { state: { position: message.position, rows, gone: new Map() }, changes, resume: false };
}

function follow(state: State, message: FrameMessage): Outcome {
  if (state.position === null || state.position.offset !== message.after) return { state, changes: [], resume: true };
  const position = { ...state.position, offset: message.upto };
  if (message.events.length === 0) return { state: { ...state, position }, changes: [], resume: false };
  const rows = new Map(state.rows);
  const gone = new Map(state.gone);
  const touched = new Set<string>();
  for (const event of message.events) {
    const key = keyOf(event.e, event.id);
    const known = rows.get(key);
    // A snapshot may be newer than the events that follow it.
    if (known !== undefined && known.version > event.v) continue;
    if ("removed" in event) {
      rows.delete(key);
      gone.set(key, Math.max(event.v, gone.get(key) ?? event.v));
    } else {
      if (known?.version === event.v || (gone.get(key) ?? -1) >= event.v) continue;
      gone.delete(key);
      rows.set(key, { entity: event.e, id: event.id, version: event.v, body: event.body });
    }
    touched.add(key);
  }
  const changes: Change[] = [];
  for (const key of touched) {
    const before = state.rows.get(key);
    const after = rows.get(key);
    const row = after ?? before;
    if (row !== undefined) changes.push({ entity: row.entity, id: row.id, before, after });
  }
  return { state: { position, rows, gone }, changes, resume: false };
}

export type Listener = (changes: readonly Change[]) => void;

/** The one set of entities all parts of a page draw from. */
export class Store {
  private state: State = EMPTY;
  private readonly listeners = new Set<Listener>();

  get position(): Position | null {
    return this.state.position;
  }

  /** Takes a message in and tells who listens; answers whether the stream must resume. */
  apply(message: SnapshotMessage | FrameMessage): boolean {
    const outcome = reduce(this.state, message);
    this.state = outcome.state;
    if (outcome.changes.length > 0) for (const listener of this.listeners) listener(outcome.changes);
    return outcome.resume;
  }

  get<Body>(entity: string, id: number): Row<Body> | undefined {
    return this.state.rows.get(keyOf(entity, id)) as Row<Body> | undefined;
  }

  /** All rows of an entity, in no particular order. */
  all<Body>(entity: string): Row<Body>[] {
    return [...this.state.rows.values()].filter((row) => row.entity === entity) as Row<Body>[];
  }

  /** Calls the listener with the set of changes after each message that changed something; answers how to stop. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Forgets everything, so that the next resume brings a snapshot; what is drawn stays until then. */
  forgetPosition(): void {
    this.state = { ...this.state, position: null };
  }
}
