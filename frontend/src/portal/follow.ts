/**
 * Keeps the tracking page right while it is open. The live stream only says that something changed; what to show comes from
 * the server, in one piece. Without the stream the page asks every half minute.
 */
import { Store } from "../live/store";
import { Stream } from "../live/stream";
import { say } from "../words/portal";

const POLL = 30_000;

/** Of the forms beside the state only the one that fits it: adding while it is open, rating once it is answered. */
function showForms(box: HTMLElement): void {
  const shows = box.querySelector<HTMLElement>("[data-shows]")?.dataset.shows;
  for (const part of document.querySelectorAll<HTMLElement>("[data-when]")) {
    // What somebody is writing in is not taken away from them.
    if (!part.contains(document.activeElement)) part.hidden = part.dataset.when !== shows;
  }
}

/** Follows the report whose code and address `box` names; `sign` shows whether the page updates by itself. */
export function follow(box: HTMLElement, sign: HTMLElement): void {
  let refreshing = false;
  let again = false;

  const refresh = async (): Promise<void> => {
    again = refreshing;
    if (refreshing) return;
    refreshing = true;
    try {
      const answer = await fetch(box.dataset.url!, { credentials: "same-origin" });
      if (answer.ok) {
        const next = new DOMParser().parseFromString(await answer.text(), "text/html").body;
        const version = (root: ParentNode): string => root.querySelector<HTMLElement>("[data-version]")?.dataset.version ?? "";
        // The same again would be read out again by a screen reader.
        if (version(next) !== version(box)) box.replaceChildren(...next.childNodes);
        showForms(box);
      }
    } catch {
      // No network: the next try shows what has changed.
    }
    refreshing = false;
    if (again) void refresh();
  };

  const store = new Store();
  store.subscribe(() => void refresh());
  const stream = new Stream({ store, query: `track=${encodeURIComponent(box.dataset.code ?? "")}` });
  stream.watch(({ phase }) => {
    sign.hidden = false;
    sign.dataset.state = phase === "live" ? "live" : "stale";
    sign.textContent = say(phase === "live" ? "live.on" : "live.off");
  });
  stream.start();
  setInterval(() => {
    if (stream.status.phase !== "live" && document.visibilityState === "visible") void refresh();
  }, POLL);
}
