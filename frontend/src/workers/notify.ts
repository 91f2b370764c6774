/**
 * What every service worker does with a notification: shows it, and opens its page. The server puts this script in front of the
 * worker of each scope (opscenter/offline.py), in a block of its own; what comes is made by incidents/delivery/push/sending.py.
 */
interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Pushed extends Waiting {
  readonly data: { json(): unknown } | null;
}
interface Clicked extends Waiting {
  readonly notification: Notification & { data?: { url?: string } };
}
interface Page {
  readonly url: string;
  focus(): Promise<unknown>;
}
interface Worker {
  readonly SHELL: { start: string; icon: string };
  readonly location: Location;
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    matchAll(options: { type: "window"; includeUncontrolled: boolean }): Promise<Page[]>;
    openWindow(url: string): Promise<unknown>;
  };
  addEventListener<E extends Event>(name: string, listener: (event: E) => void): void;
}

const worker = self as unknown as Worker;
const { SHELL } = worker;

worker.addEventListener<Pushed>("push", (event) => {
  const { title, body, url, urgent } = (event.data?.json() ?? {}) as { title?: string; body?: string; url?: string; urgent?: boolean };
  if (!title) return;
  const data = { url: url || SHELL.start };
  // One notification a page: the newest takes the place of the one before, and an urgent one rings again and stays.
  const options = { body: body ?? "", icon: SHELL.icon, data, tag: data.url, renotify: urgent === true, requireInteraction: urgent === true };
  event.waitUntil(worker.registration.showNotification(title, options as NotificationOptions));
});

worker.addEventListener<Clicked>("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url ?? SHELL.start, worker.location.origin);
  // Only pages of our own, whatever the notification says.
  const target = url.origin === worker.location.origin ? url.href : worker.location.origin + SHELL.start;
  event.waitUntil(
    (async () => {
      const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
      const there = pages.find((page) => page.url.split(/[?#]/, 1)[0] === target.split(/[?#]/, 1)[0]);
      if (there) await there.focus();
      else await worker.clients.openWindow(target);
    })(),
  );
});

export {};
