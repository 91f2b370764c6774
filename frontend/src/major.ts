/** The command board of a major incident: the server makes its parts, the stream says when; what somebody writes stays. */
import "./staff";
import "../styles/room.css";
import "../styles/emergencies.css";
import { showConnection } from "./connection";
import { formOf, wireForms } from "./forms";
import { Store } from "./live/store";
import { Stream } from "./live/stream";
import { pageData } from "./page";
import { keepTimes } from "./time";
import { say } from "./words/board";

const { code, id } = pageData("major-settings", { code: "", id: 0 });
const box = document.getElementById("command")!;
const store = new Store();
const stream = new Stream({ store });
keepTimes(box);

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
const fields = (part: ParentNode): Field[] => [...part.querySelectorAll<Field>("input, textarea, select")];

function changed(field: Field): boolean {
  if (field instanceof HTMLSelectElement) {
    const given = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(0, given);
  }
  if (field instanceof HTMLInputElement && field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

/** Somebody is writing there, or has and has not sent it. */
const isHeld = (part: Element): boolean => part.contains(document.activeElement) || fields(part).some(changed);

/** Puts the parts of a newer page in, each where it belongs; a part in which somebody writes stays as it is. */
function put(text: string): void {
  const next = document.createElement("template");
  next.innerHTML = text;
  const lists = (root: ParentNode): string => [...root.querySelectorAll<HTMLElement>("[data-list]")].map((list) => list.dataset.list).join();
  if (lists(next.content) !== lists(box)) {
    box.replaceChildren(next.content);
    return;
  }
  const known = new Map([...box.querySelectorAll<HTMLElement>("[data-part]")].map((part) => [part.dataset.part, part]));
  for (const part of next.content.querySelectorAll<HTMLElement>("[data-part]")) {
    const old = known.get(part.dataset.part);
    known.delete(part.dataset.part);
    if (old) {
      if (isHeld(old) || old.isEqualNode(part)) continue;
      const isOpen = old.querySelector("details")?.open;
      const fresh = document.importNode(part, true);
      const details = fresh.querySelector("details");
      if (details && isOpen) details.open = true;
      old.replaceWith(fresh);
    } else {
      const before = part.previousElementSibling as HTMLElement | null;
      const there = before?.dataset.part ? box.querySelector(`[data-part="${before.dataset.part}"]`) : null;
      const list = part.closest<HTMLElement>("[data-list]")?.dataset.list;
      if (there) there.after(document.importNode(part, true));
      else (list ? box.querySelector(`[data-list="${list}"]`) : box)?.prepend(document.importNode(part, true));
    }
  }
  for (const gone of known.values()) if (!isHeld(gone)) gone.remove();
}

let loading = false;
let again = false;
async function load(): Promise<void> {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  try {
    const answer = await fetch(`/emergencies/${code}/major/`, { headers: { "X-Panel": "1" }, credentials: "same-origin" });
    if (answer.ok && !answer.redirected) {
      put(await answer.text());
      wire();
    }
  } catch {
    // The connection's sign says so; the next event loads again.
  } finally {
    loading = false;
    if (again) {
      again = false;
      void load();
    }
  }
}

function wire(): void {
  keepTimes(box)();
  wireForms(box);
  document.body.dataset.ready = "true";
}

box.addEventListener("outbox:accepted", (event) => {
  const form = formOf(event);
  form.reset();
  const details = form.closest("details");
  if (details) details.open = false;
  (document.activeElement as HTMLElement | null)?.blur?.();
  void load();
});
// Somebody else was quicker: their numbers come in the place of these, once the reason has been read.
box.addEventListener("outbox:refused", (event) => {
  const form = formOf(event);
  setTimeout(() => {
    if (form.elements.namedItem("seen")) {
      form.reset();
      (document.activeElement as HTMLElement | null)?.blur?.();
    }
    void load();
  }, 4_000);
});
box.addEventListener("change", (event) => {
  const field = event.target;
  if (field instanceof HTMLSelectElement && field.form && "atOnce" in field.form.dataset) field.form.requestSubmit();
});
box.addEventListener("focusout", () => setTimeout(() => void load(), 1_000));

store.subscribe((changes) => {
  if (changes.some((change) => change.entity === "incident" && change.id === id)) void load();
});
showConnection(stream, document.getElementById("connection")!, say("crew.stale"));
stream.start();
wire();
