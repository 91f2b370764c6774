/** The page's outbox, and the strip that shows what it keeps: what waits, conflicts with both texts, refusals. */
import { element } from "./element";
import { type Entry, Outbox, openStore } from "./outbox";
import { csrfToken, settings } from "./page";
import { say } from "./words/base";

export const outbox = new Outbox({
  store: openStore(),
  csrf: csrfToken,
  person: settings.person,
  signin: settings.signin,
});

window.addEventListener("online", () => void outbox.wake());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void outbox.pass();
});
// A page that opens after signing in, or after the browser was closed, sends what was kept.
void outbox.wake();

/** Why the server refused, as it says it or by its status. */
export function refusal(entry: Entry): string {
  const detail = (entry.answer?.body as { detail?: unknown } | null)?.detail;
  if (typeof detail === "string" && detail) return detail;
  if (entry.answer?.status === 413) return say("outbox.too-large");
  return say("outbox.refused.unknown", { status: entry.answer?.status ?? 0 });
}

/** The names of fields that conflicts are about, in words. */
const named: Record<string, Parameters<typeof say>[0]> = {
  state: "conflict.state",
  done: "conflict.done",
  answer: "conflict.answer",
  result: "conflict.result",
  reason: "conflict.reason",
  agency: "conflict.agency",
  category: "conflict.category",
  group: "conflict.group",
  unit: "conflict.unit",
  note: "conflict.note",
  label: "conflict.label",
  lat: "conflict.lat",
  lon: "conflict.lon",
  radius_m: "conflict.radius",
};

/** One text of a conflict: the fields that people read, one a line. */
function texts(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || typeof value !== "object") return String(value ?? "");
  return Object.entries(value)
    .filter(([name, text]) => name !== "version" && name !== "taken_at" && text !== null && text !== "")
    .map(([name, text]) => {
      const label = named[name];
      const shown = typeof text === "object" ? JSON.stringify(text) : String(text);
      return label ? `${say(label)}: ${shown}` : shown;
    })
    .join("\n");
}

export interface Conflict {
  version: number | null;
  current: string;
  yours: string;
}

export function conflictOf(entry: Entry): Conflict {
  const body = (entry.answer?.body ?? {}) as { current?: unknown; yours?: unknown };
  const version = (body.current as { version?: unknown } | null)?.version;
  return {
    version: typeof version === "number" ? version : null,
    current: texts(body.current),
    yours: texts(body.yours ?? Object.fromEntries(entry.fields)),
  };
}

/** Two steps for what cannot be taken back. */
function dropButton(entry: Entry): HTMLButtonElement {
  const button = element("button", { type: "button", class: "btn btn-sm button", text: say("outbox.discard") });
  let sure = false;
  button.addEventListener("click", () => {
    if (sure) void outbox.discard(entry.id);
    sure = true;
    button.textContent = say("outbox.discard.sure");
  });
  return button;
}

/** The fields that people write into, and those that tell where and when a photo was taken. */
const WRITTEN = new Set(["result", "reason", "question", "answer", "note", "text"]);
const TAKEN = new Set(["lat", "lon", "taken_at"]);

/** Leaves the words as a note, and photos of a result as photos, where the act itself has become impossible. */
async function leave(entry: Entry, words: string): Promise<void> {
  const label = say("outbox.note-of", { label: entry.label });
  await outbox.put({ url: entry.note, fields: [["text", `${entry.label}: ${words}`]], label });
  if (entry.photos.length && entry.url.endsWith("/result")) {
    const fields: [string, string][] = [["phase", "after"], ...entry.fields.filter(([name]) => TAKEN.has(name))];
    await outbox.put({ url: entry.url.replace(/result$/, "photos"), as: "form", fields, photos: entry.photos, label });
  }
  await outbox.discard(entry.id);
}

/** Nothing for an act without words, and where there are no notes. */
function noteButton(entry: Entry): HTMLButtonElement | null {
  const words = entry.fields.filter(([name, text]) => WRITTEN.has(name) && text.trim()).map(([, text]) => text).join("\n");
  if (!entry.note || !words || entry.url === entry.note) return null;
  const button = element("button", { type: "button", class: "btn btn-sm button", text: say("outbox.as-note") });
  button.addEventListener("click", () => {
    button.disabled = true;
    void leave(entry, words);
  });
  return button;
}

function item(entry: Entry): HTMLElement {
  const box = element("div", { class: "outbox-item" }, element("strong", { text: entry.label }));
  if (entry.status === "conflict") {
    const conflict = conflictOf(entry);
    box.append(
      element("span", { text: say("outbox.conflict") }),
      element(
        "div",
        { class: "outbox-texts" },
        element("div", {}, element("b", { text: say("outbox.theirs") }), element("p", { class: "pre", text: conflict.current })),
        element("div", {}, element("b", { text: say("outbox.mine") }), element("p", { class: "pre", text: conflict.yours })),
      ),
    );
    const insist = element("button", { type: "button", class: "btn btn-sm button", text: say("outbox.send-mine") });
    insist.addEventListener("click", () => void outbox.retry(entry.id, conflict.version ?? undefined));
    box.append(element("div", { class: "outbox-actions" }, insist, noteButton(entry), dropButton(entry)));
    return box;
  }
  const why = entry.status === "invalid" ? say("outbox.invalid") : say("outbox.refused", { why: refusal(entry) });
  const written = Object.fromEntries(entry.fields.filter(([name]) => entry.status === "invalid" || WRITTEN.has(name)));
  box.append(element("span", { text: why }));
  if (Object.keys(written).length) box.append(element("p", { class: "pre small", text: texts(written) }));
  box.append(element("div", { class: "outbox-actions" }, entry.status === "refused" ? noteButton(entry) : null, dropButton(entry)));
  return box;
}

/** Forms on this page that show an entry's errors themselves; the strip leaves those out. */
export const shownByForm = new Set<string>();

/** Draws the strip anew; a page without `#outbox` has none. */
export async function drawStrip(): Promise<void> {
  const strip = document.getElementById("outbox");
  if (!strip) return;
  const kept = await outbox.kept();
  const waiting = kept.filter((entry) => entry.status === "waiting" && entry.attempts > 0);
  const signin = kept.filter((entry) => entry.status === "signin");
  const open = kept.filter(
    (entry) => ["conflict", "refused", "invalid"].includes(entry.status) && !shownByForm.has(entry.id),
  );
  const parts: HTMLElement[] = [];
  if (signin.length) {
    const back = encodeURIComponent(location.pathname + location.search);
    parts.push(
      element("span", { text: say("outbox.signin", { n: signin.length }) }),
      element("a", { href: `${settings.signin}?next=${back}`, text: say("outbox.signin.link") }),
    );
  }
  if (waiting.length) {
    const now = element("button", { type: "button", class: "btn btn-sm button", text: say("outbox.retry") });
    now.addEventListener("click", () => void outbox.wake());
    parts.push(element("span", { text: say("outbox.waiting", { n: waiting.length }) }), now);
    if (!(await outbox.lasting())) parts.push(element("span", { text: say("outbox.no-store") }));
  }
  parts.push(...open.map(item));
  // A button under the hand is not replaced by the same button.
  const state = JSON.stringify([signin.length, waiting.length, open.map((entry) => [entry.id, entry.status])]);
  if (strip.dataset.state === state) return;
  strip.dataset.state = state;
  strip.replaceChildren(...(parts.length ? [element("div", { class: "outbox-strip" }, ...parts)] : []));
}

outbox.watch(() => void drawStrip());
void drawStrip();
