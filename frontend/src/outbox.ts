/**
 * The browser's one outbox. Every writing request of a person goes through it: it is kept in IndexedDB, with its action id,
 * until the server accepted it, a conflict or a refusal was shown, or the person dropped it. The same action id may reach
 * the server twice (a cut connection, two tabs): the server answers the second with the stored answer of the first.
 */

export type Status =
  | "waiting" // to be sent, or to be sent again after `nextAt`
  | "sending"
  | "signin" // the server wants to know who it is: kept, sent after signing in
  | "conflict" // somebody changed the same thing: `answer.body` has both texts
  | "invalid" // field errors: `answer.body.fields`
  | "refused" // the server will never take it: `answer.body.detail` says why
  | "accepted";

export interface Photo {
  field: string;
  name: string;
  blob: Blob;
}

export interface Answer {
  status: number;
  body: unknown;
}

export interface Entry {
  /** The action id; the database of the server has it once. */
  id: string;
  url: string;
  method: "POST";
  /** json: an object of the fields (a name given twice becomes a list); form: multipart, needed for photos. */
  as: "json" | "form";
  fields: [name: string, value: string][];
  photos: Photo[];
  /** The version the person saw when writing; null where nothing existed before. */
  baseVersion: number | null;
  /** What the person did, in words, for the strip of what waits. */
  label: string;
  /** Entries of one lane are sent in the order they were made; by default one incident or assignment is one lane. */
  lane: string;
  /** Where the words can be left as a note when the act is no longer possible; empty: nowhere. */
  note: string;
  /** Who wrote it: on a shared computer nobody sends another's work. Empty for citizens. */
  owner: string;
  savedAt: number;
  attempts: number;
  nextAt: number;
  status: Status;
  answer: Answer | null;
}

export type NewEntry = Pick<Entry, "url" | "fields" | "label"> &
  Partial<Pick<Entry, "id" | "as" | "photos" | "baseVersion" | "lane" | "note" | "owner">>;

export interface Store {
  all(): Promise<Entry[]>;
  get(id: string): Promise<Entry | undefined>;
  put(entry: Entry): Promise<void>;
  remove(id: string): Promise<void>;
  /** False when the browser refuses to keep anything: what is written lives only as long as the page. */
  readonly lasting: boolean;
}

/** A version 4 UUID, also on plain http where crypto.randomUUID is missing. */
export function newActionId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** "/api/incidents/1022-000123/answer" and "…/note" share the lane "/api/incidents/1022-000123". */
export function laneOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? url;
  return path.split("/").slice(0, 4).join("/");
}

class MemoryStore implements Store {
  readonly lasting = false;
  private readonly entries = new Map<string, Entry>();
  async all(): Promise<Entry[]> {
    return [...this.entries.values()];
  }
  async get(id: string): Promise<Entry | undefined> {
    return this.entries.get(id);
  }
  async put(entry: Entry): Promise<void> {
    this.entries.set(entry.id, entry);
  }
  async remove(id: string): Promise<void> {
    this.entries.delete(id);
  }
}

class DatabaseStore implements Store {
  readonly lasting = true;
  constructor(private readonly database: IDBDatabase) {}

  private run<T>(mode: IDBTransactionMode, act: (rows: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction("entries", mode);
      const request = act(transaction.objectStore("entries"));
      // The transaction, not the request: only then is it on the disk.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error ?? request.error);
    });
  }
  all(): Promise<Entry[]> {
    return this.run("readonly", (rows) => rows.getAll() as IDBRequest<Entry[]>);
  }
  get(id: string): Promise<Entry | undefined> {
    return this.run("readonly", (rows) => rows.get(id) as IDBRequest<Entry | undefined>);
  }
  async put(entry: Entry): Promise<void> {
    await this.run("readwrite", (rows) => rows.put(entry));
  }
  async remove(id: string): Promise<void> {
    await this.run("readwrite", (rows) => rows.delete(id));
  }
}

/** Opens the browser's database; answers a store in memory where the browser has none. */
export async function openStore(name = "opscenter-outbox"): Promise<Store> {
  try {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore("entries", { keyPath: "id" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
    });
    // Another tab with a newer version of this page may upgrade.
    database.onversionchange = () => database.close();
    return new DatabaseStore(database);
  } catch {
    return new MemoryStore();
  }
}

export interface OutboxOptions {
  store: Promise<Store>;
  /** Answers the token for the header X-CSRFToken; asked at each sending, because signing in renews it. */
  csrf: () => string;
  /** Who works at this page now; empty for a citizen. */
  person: string;
  signin?: string;
  fetch?: typeof fetch;
  now?: () => number;
  /** Milliseconds; tests make it short. */
  firstDelay?: number;
  longestDelay?: number;
  timeout?: number;
}

/** The statuses after which nothing more happens by itself. */
const SETTLED: ReadonlySet<Status> = new Set(["accepted", "conflict", "invalid", "refused"]);

type Verdict = { status: Status; answer: Answer; wait?: number } | { status: "waiting"; wait?: number; unreachable: boolean };

export class Outbox {
  private readonly entries = new Map<string, Entry>();
  private readonly watchers = new Set<(entry: Entry) => void>();
  private readonly radio: BroadcastChannel | null;
  private readonly loaded: Promise<void>;
  private store!: Store;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What was accepted since the page began, for who asks a moment too late. */
  private readonly accepted = new Map<string, Entry>();
  private running: Promise<void> | null = null;
  private newest = 0;
  private awake = false;
  private closed = false;
  private again = false;
  private readonly now: () => number;
  private readonly send: typeof fetch;

  constructor(private readonly options: OutboxOptions) {
    this.now = options.now ?? Date.now;
    this.send = options.fetch ?? ((input, init) => fetch(input, init));
    this.radio = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("opscenter-outbox");
    this.radio?.addEventListener("message", (event: MessageEvent<{ entry: Entry; gone: boolean }>) => {
      void this.hear(event.data.entry, event.data.gone);
    });
    this.loaded = this.load();
  }

  private async load(): Promise<void> {
    this.store = await this.options.store;
    for (const entry of await this.store.all()) this.entries.set(entry.id, entry);
  }

  /** Whether what is put here outlives the page. */
  async lasting(): Promise<boolean> {
    await this.loaded;
    return this.store.lasting;
  }

  /** What is kept for the person at this page, oldest first. */
  async kept(): Promise<Entry[]> {
    await this.loaded;
    return [...this.entries.values()].filter((entry) => this.mine(entry)).sort((a, b) => a.savedAt - b.savedAt);
  }

  /** Calls `watcher` at each change of an entry (its status says which); answers how to stop. */
  watch(watcher: (entry: Entry) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Keeps a new entry, then begins to send. When the promise resolves, it is on the disk. */
  async put(fresh: NewEntry): Promise<Entry> {
    await this.loaded;
    // Strictly rising, so that the order of two quick acts is kept on the disk too.
    this.newest = Math.max(this.now(), this.newest + 1);
    const entry: Entry = {
      id: fresh.id ?? newActionId(),
      url: fresh.url,
      method: "POST",
      as: fresh.as ?? (fresh.photos?.length ? "form" : "json"),
      fields: fresh.fields,
      photos: fresh.photos ?? [],
      baseVersion: fresh.baseVersion ?? null,
      label: fresh.label,
      lane: fresh.lane ?? laneOf(fresh.url),
      note: fresh.note ?? "",
      owner: fresh.owner ?? this.options.person,
      savedAt: this.newest,
      attempts: 0,
      nextAt: 0,
      status: "waiting",
      answer: null,
    };
    await this.keep(entry);
    void this.pass();
    return entry;
  }

  /** Resolves when the entry is accepted, in conflict, invalid or refused; with null when it was dropped. */
  async settled(id: string): Promise<Entry | null> {
    await this.loaded;
    const entry = this.entries.get(id) ?? this.accepted.get(id);
    if (!entry || SETTLED.has(entry.status)) return entry ?? null;
    return new Promise((resolve) => {
      const stop = this.watch((changed) => {
        if (changed.id !== id) return;
        const dropped = !this.entries.has(id) && changed.status !== "accepted";
        if (!dropped && !SETTLED.has(changed.status)) return;
        stop();
        resolve(dropped ? null : changed);
      });
    });
  }

  /** The person's own act: send now. With `baseVersion` the person has seen what others wrote and insists. */
  async retry(id: string, baseVersion?: number): Promise<void> {
    await this.loaded;
    const entry = this.entries.get(id);
    if (!entry) return;
    if (!SETTLED.has(entry.status)) return this.wake();
    // A settled answer is stored under its action id, so insisting is a new action.
    await this.keep({
      ...entry,
      id: newActionId(),
      status: "waiting",
      nextAt: 0,
      attempts: 0,
      answer: null,
      baseVersion: baseVersion ?? entry.baseVersion,
    });
    await this.forget(entry);
    void this.pass();
  }

  /** The person's own act: drop it. */
  async discard(id: string): Promise<void> {
    await this.loaded;
    const entry = this.entries.get(id);
    if (entry) await this.forget(entry);
  }

  /** Sends what is due. One tab at a time, by a Web Lock; without locks the action ids make a double harmless. */
  pass(): Promise<void> {
    if (this.running) this.again = true;
    else this.running = this.passes().finally(() => (this.running = null));
    return this.running!;
  }

  private async passes(): Promise<void> {
    await this.loaded;
    do {
      this.again = false;
      if (typeof navigator !== "undefined" && navigator.locks) {
        await navigator.locks.request("opscenter-outbox", () => this.sendDue());
      } else {
        await this.sendDue();
      }
    } while (this.again);
    this.schedule();
  }

  /** Sends everything now, whatever delay was waited for: the network is back, or the person signed in again. */
  wake(): Promise<void> {
    this.awake = true;
    return this.pass();
  }

  private mine(entry: Entry): boolean {
    return entry.owner === "" || entry.owner === this.options.person;
  }

  private async sendDue(): Promise<void> {
    // Another tab may have sent, or been closed while sending: the disk is the truth, and only we hold the lock.
    const onDisk = new Map((await this.store.all()).map((entry) => [entry.id, entry]));
    for (const id of [...this.entries.keys()]) if (!onDisk.has(id)) this.entries.delete(id);
    for (const entry of onDisk.values()) this.entries.set(entry.id, entry);

    // Here and not in wake(): only the sender writes what is being sent.
    if (this.awake) {
      this.awake = false;
      for (const entry of await this.kept()) {
        if (entry.status === "signin" || entry.nextAt > 0) await this.keep({ ...entry, status: unsettled(entry.status), nextAt: 0 });
      }
    }

    const held = new Set<string>();
    const tried = new Set<string>();
    for (;;) {
      if (this.closed) return;
      const next = (await this.kept()).find((entry) => !tried.has(entry.id) && !held.has(entry.lane) && this.blocks(entry));
      if (!next) return;
      tried.add(next.id);
      if (next.status === "signin" || next.nextAt > this.now()) {
        held.add(next.lane);
        continue;
      }
      const verdict = await this.attempt(next);
      // Dropped by the person while it was on its way: whatever the answer, there is nothing left to keep.
      if (!this.entries.has(next.id)) continue;
      if (verdict.status === "waiting") {
        const delay = Math.min(
          (this.options.longestDelay ?? 60_000) * (0.75 + Math.random() / 2),
          (this.options.firstDelay ?? 1_000) * 2 ** next.attempts,
        );
        await this.keep({
          ...next,
          status: "waiting",
          attempts: next.attempts + 1,
          nextAt: this.now() + Math.max(delay, verdict.wait ?? 0),
        });
        if ("unreachable" in verdict && verdict.unreachable) return;
        held.add(next.lane);
        continue;
      }
      if (!("answer" in verdict)) continue;
      if (verdict.status === "accepted") {
        await this.rebase(next, verdict.answer.body);
        await this.forget({ ...next, status: "accepted", answer: verdict.answer });
        continue;
      }
      await this.keep({ ...next, status: verdict.status, answer: verdict.answer });
      held.add(next.lane);
    }
  }

  /** Entries that still want to be sent; a settled one lets those behind it pass. */
  private blocks(entry: Entry): boolean {
    return !SETTLED.has(entry.status);
  }

  /**
   * Later work of the same person on the same thing was written on top of what was just accepted. When nobody else wrote in
   * between (the version went up by one), it stands on the new version; otherwise it keeps its own, and the server tells.
   */
  private async rebase(done: Entry, body: unknown): Promise<void> {
    const version = (body as { version?: unknown } | null)?.version;
    if (typeof version !== "number" || done.baseVersion === null || version !== done.baseVersion + 1) return;
    for (const entry of await this.kept()) {
      if (entry.id !== done.id && entry.lane === done.lane && entry.baseVersion === done.baseVersion) {
        await this.keep({ ...entry, baseVersion: version });
      }
    }
  }

  private async attempt(entry: Entry): Promise<Verdict> {
    await this.keep({ ...entry, status: "sending" });
    let response: Response;
    let text: string;
    try {
      response = await this.send(entry.url, {
        method: entry.method,
        credentials: "same-origin",
        headers: {
          Accept: "application/json",
          "X-Action-Id": entry.id,
          "X-CSRFToken": this.options.csrf(),
          ...(entry.as === "json" ? { "Content-Type": "application/json" } : {}),
        },
        body: entry.as === "json" ? JSON.stringify(jsonBody(entry)) : formBody(entry),
        signal: AbortSignal.timeout(this.options.timeout ?? (entry.photos.length ? 120_000 : 20_000)),
      });
      text = await response.text();
    } catch {
      return { status: "waiting", unreachable: true };
    }
    return judge(response, text, this.options.signin ?? "/accounts/login/", this.now());
  }

  private async keep(entry: Entry): Promise<void> {
    await this.store.put(entry);
    this.entries.set(entry.id, entry);
    this.tell(entry, false);
  }

  private async forget(entry: Entry): Promise<void> {
    await this.store.remove(entry.id);
    this.entries.delete(entry.id);
    this.tell(entry, true);
  }

  private tell(entry: Entry, gone: boolean): void {
    if (this.closed) return;
    if (entry.status === "accepted") this.accepted.set(entry.id, { ...entry, photos: [] });
    for (const watcher of [...this.watchers]) watcher(entry);
    // Photos stay out of the message: the other tabs read the entry from the disk.
    this.radio?.postMessage({ entry: { ...entry, photos: [] }, gone });
  }

  private async hear(heard: Entry, gone: boolean): Promise<void> {
    await this.loaded;
    const entry = gone ? undefined : await this.store.get(heard.id);
    if (entry) this.entries.set(entry.id, entry);
    else this.entries.delete(heard.id);
    if (heard.status === "accepted") this.accepted.set(heard.id, heard);
    for (const watcher of [...this.watchers]) watcher(entry ?? heard);
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.closed) return;
    const due = [...this.entries.values()]
      .filter((entry) => this.mine(entry) && entry.status === "waiting")
      .map((entry) => entry.nextAt);
    if (!due.length) return;
    this.timer = setTimeout(() => void this.pass(), Math.max(50, Math.min(...due) - this.now()));
  }

  /** Stops timers and the radio; tests and pages that go away. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.radio?.close();
  }
}

function unsettled(status: Status): Status {
  return SETTLED.has(status) ? status : "waiting";
}

function jsonBody(entry: Entry): Record<string, unknown> {
  const body: Record<string, string | string[]> = {};
  for (const [name, value] of entry.fields) {
    const there = body[name];
    body[name] = there === undefined ? value : Array.isArray(there) ? [...there, value] : [there, value];
  }
  return entry.baseVersion === null ? body : { ...body, base_version: entry.baseVersion };
}

function formBody(entry: Entry): FormData {
  const body = new FormData();
  for (const [name, value] of entry.fields) body.append(name, value);
  if (entry.baseVersion !== null) body.append("base_version", String(entry.baseVersion));
  for (const photo of entry.photos) body.append(photo.field, photo.blob, photo.name);
  return body;
}

/** What an answer means. A 200 that is not JSON comes from something in between (a hotel's sign-in page): not accepted. */
function judge(response: Response, text: string, signin: string, now: number): Verdict {
  let body: unknown = null;
  let isJson = false;
  if ((response.headers.get("content-type") ?? "").includes("json")) {
    try {
      body = JSON.parse(text);
      isJson = true;
    } catch {
      isJson = false;
    }
  }
  const { status } = response;
  const answer = { status, body };
  const code = (body as { code?: unknown } | null)?.code;
  if (response.redirected && new URL(response.url, "http://host").pathname.startsWith(signin)) {
    return { status: "signin", answer };
  }
  if (status === 204 || (response.ok && isJson)) return { status: "accepted", answer };
  if (response.ok) return { status: "waiting", unreachable: true };
  if (status === 401 || (status === 403 && code !== "forbidden")) return { status: "signin", answer };
  if (status === 409 && isJson) return { status: code === "changed" ? "conflict" : "refused", answer };
  if (status === 422 && isJson) return { status: "invalid", answer };
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const wait = retryAfter(response.headers.get("retry-after"), now);
    return { status: "waiting", unreachable: false, ...(wait === null ? {} : { wait }) };
  }
  return { status: "refused", answer };
}

function retryAfter(value: string | null, now: number): number | null {
  if (!value) return null;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return Number.isFinite(wait) && wait > 0 ? Math.min(wait, 600_000) : null;
}
