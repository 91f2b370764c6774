/**
 * The service worker of the agencies' inbox: the page opens without a network, with what was last seen. It never keeps or
 * repeats anything that is sent: that is the outbox (outbox.ts), which also works where there is no service worker.
 *
 * Two stores: the page's own files, by their names with a hash, and what one person saw (`own-ID`), which goes when somebody
 * else opens the page or signs out. Written without imports, so that one file is the whole worker; the server puts
 * `self.SHELL` in front (opscenter/offline.py).
 */
interface Shell {
  version: string;
  assets: string[];
  icon: string;
}

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface Asked extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface Worker {
  readonly SHELL: Shell;
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
  skipWaiting(): Promise<void>;
  addEventListener(name: "install" | "activate", act: (event: Lasting) => void): void;
  addEventListener(name: "fetch", act: (event: Asked) => void): void;
}

const worker = self as unknown as Worker;
const SHELL = `shell-${worker.SHELL.version}`;
const HOME = "/inbox/";
const TASK = /^\/inbox\/assignment\/\d+\/$/;
/** What one person saw and may see again: small pictures, names, borders. */
const KEPT = [/^\/inbox\/assignment\/\d+\/photo\/$/, /^\/api\/photos\/\d+\/thumbnail$/, /^\/live\/reference\.json$/, /^\/geo\/areas\//];

async function own(): Promise<Cache> {
  const name = (await caches.keys()).find((one) => one.startsWith("own-"));
  return caches.open(name ?? "own-");
}

async function forget(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith("own-")) await caches.delete(name);
}

/** From the network, and kept under `key`; from what was kept when there is no network. */
async function fresh(request: Request, key: string): Promise<Response> {
  try {
    const answer = await fetch(request);
    // Sent to the sign-in page: whoever opens this now may not see what was kept for somebody else.
    if (answer.redirected && new URL(answer.url).pathname.startsWith("/accounts/")) await forget();
    else if (answer.ok && !answer.redirected) await (await own()).put(key, answer.clone());
    else if (answer.status === 404) await (await own()).delete(key);
    return answer;
  } catch (problem) {
    const kept = await (await own()).match(key);
    if (kept) return kept;
    throw problem;
  }
}

async function page(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  try {
    return await fresh(request, path === HOME ? HOME : `${path}?page`);
  } catch (problem) {
    // One assignment opens in the list's page: its script finds it by the address.
    const home = await (await own()).match(HOME);
    if (home) return home;
    throw problem;
  }
}

async function file(request: Request): Promise<Response> {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await shell.put(request, answer.clone());
  return answer;
}

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((shell) => shell.addAll([...worker.SHELL.assets, worker.SHELL.icon]))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener("activate", (event) => {
  const old = async (): Promise<void> => {
    for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== SHELL) await caches.delete(name);
    await worker.clients.claim();
  };
  event.waitUntil(old());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === HOME || TASK.test(url.pathname)) event.respondWith(page(request));
  } else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (TASK.test(url.pathname) && request.headers.has("X-Panel")) event.respondWith(fresh(request, `${url.pathname}?panel`));
  else if (KEPT.some((one) => one.test(url.pathname))) event.respondWith(fresh(request, url.pathname + url.search));
});
