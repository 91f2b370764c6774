/** The photos a citizen chose: shown small, removable, and kept in this browser until the report is sent. */
import { element } from "./element";
import { say } from "./words/photos";

/** A small store of the files of one form; without IndexedDB the photos live as long as the page. */
class PhotoStore {
  private readonly opened: Promise<IDBDatabase | null>;
  constructor(private readonly name: string) {
    this.opened = new Promise((resolve) => {
      try {
        const request = indexedDB.open("opscenter-photos", 1);
        request.onupgradeneeded = () => request.result.createObjectStore("drafts");
        request.onsuccess = () => resolve(request.result);
        request.onerror = request.onblocked = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
  }
  async read(): Promise<File[]> {
    const database = await this.opened;
    if (!database) return [];
    return new Promise((resolve) => {
      const request = database.transaction("drafts").objectStore("drafts").get(this.name) as IDBRequest<File[] | undefined>;
      request.onsuccess = () => resolve(request.result ?? []);
      request.onerror = () => resolve([]);
    });
  }
  async write(files: File[]): Promise<void> {
    const rows = (await this.opened)?.transaction("drafts", "readwrite").objectStore("drafts");
    // A full disk only means that the photos are not there after a reload.
    if (files.length) rows?.put(files, this.name);
    else rows?.delete(this.name);
  }
}

export interface Photos {
  files(): readonly File[];
  clear(): void;
}

export interface PhotoLimits {
  /** How many. */
  most: number;
  /** Bytes a photo. */
  bytes: number;
}

/** Wires the file field of `form`. `changed` is called after each change, `problem` with what the citizen should read. */
export function photos(
  form: HTMLFormElement,
  limits: PhotoLimits,
  changed: () => void,
  problem: (text: string) => void,
): Photos {
  const input = form.querySelector<HTMLInputElement>("input[type=file]")!;
  const list = form.querySelector<HTMLUListElement>("[data-photos]")!;
  const store = new PhotoStore(form.dataset.draft ?? "portal-report");
  let files: File[] = [];
  let shown: string[] = [];

  const draw = (): void => {
    for (const url of shown) URL.revokeObjectURL(url);
    shown = files.map((file) => URL.createObjectURL(file));
    list.replaceChildren(
      ...files.map((file, at) => {
        const remove = element("button", { type: "button", class: "photo-remove", "aria-label": say("photos.remove", { name: file.name }), text: "×" });
        remove.addEventListener("click", () => {
          set(files.filter((_, other) => other !== at));
          (list.querySelector<HTMLElement>("button") ?? input).focus();
        });
        const alt = say("photos.alt", { n: at + 1, name: file.name });
        return element("li", {}, element("img", { src: shown[at]!, alt }), remove);
      }),
    );
  };

  const set = (next: File[], keep = true): void => {
    files = next;
    // The form sends what its own field holds, with and without scripts.
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    input.files = transfer.files;
    draw();
    if (keep) void store.write(files);
    changed();
  };

  const same = (a: File, b: File): boolean => a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;

  const add = (chosen: File[]): void => {
    const large = chosen.find((file) => file.size > limits.bytes);
    const fresh = chosen.filter((file) => file.size <= limits.bytes && !files.some((other) => same(file, other)));
    const room = Math.max(0, limits.most - files.length);
    set([...files, ...fresh.slice(0, room)]);
    if (large) problem(say("photos.large", { name: large.name, mb: Math.round(limits.bytes / 1_048_576) }));
    else if (fresh.length > room) problem(say("photos.many", { n: limits.most, left: fresh.length - room }));
    else problem("");
  };

  input.addEventListener("change", () => add([...(input.files ?? [])]));
  form.addEventListener("draft:stop", () => void store.write([]));
  // Emptied by the browser itself after this event.
  form.addEventListener("reset", () => setTimeout(() => set([], false)));
  void store.read().then((kept) => {
    if (kept.length && !files.length) set(kept, false);
  });
  return { files: () => files, clear: () => set([]) };
}
