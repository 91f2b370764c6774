/**
 * The service worker that keeps the pages of its scope working without a network. What it keeps is told by the server in front
 * of this script (opscenter/offline.py): `self.SHELL`. What people write is not its business: that waits in the outbox; what is
 * pushed is shown by notify.ts.
 */
interface Shell {
  /** Changes with what is built: another name, another cache. */
  version: string;
  /** The page that is shown when there is no network. */
  start: string;
  assets: string[];
}

interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Waiting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly SHELL: Shell;
  readonly location: Location;
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener<E extends Event>(name: string, listener: (event: E) => void): void;
}

const worker = self as unknown as Worker;
const { SHELL } = worker;
const PREFIX = `offline:${new URL(worker.registration.scope).pathname}:`;
const CACHE = PREFIX + SHELL.version;
/** A network this slow counts as none while there is a kept page; milliseconds. */
const PATIENCE = 4_000;

worker.addEventListener<Waiting>("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      await cache.addAll([SHELL.start, ...SHELL.assets]);
      await worker.skipWaiting();
    })(),
  );
});

worker.addEventListener<Waiting>("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener<Fetching>("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (url.pathname.startsWith("/static/assets/")) event.respondWith(kept(request));
  // Other scopes' pages that happen to lie below ours look after themselves.
  else if (request.mode === "navigate" && url.pathname + url.search === SHELL.start) event.respondWith(fresh(request));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => start()));
});

/** Files with a hash in their name never change. */
async function kept(request: Request): Promise<Response> {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}

/** The start page from the network, and kept for the next time without one. */
async function fresh(request: Request): Promise<Response> {
  const answer = fetch(request).then(async (got) => {
    if (got.ok && !got.redirected) await (await caches.open(CACHE)).put(SHELL.start, got.clone());
    return got;
  });
  const slow = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE));
  const first = await Promise.race([answer.catch(() => null), slow]);
  return first ?? (await caches.match(SHELL.start)) ?? answer;
}

async function start(): Promise<Response> {
  return (await caches.match(SHELL.start)) ?? Response.error();
}

export {};
