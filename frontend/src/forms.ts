/**
 * Forms with `data-outbox` are sent through the outbox, wherever they are and whenever they came (panels are swapped).
 *
 *   action            where to                       data-as="json|form"   how (multipart forms: form; others: json)
 *   data-label        what it is, for the strip      data-draft="name"     keep what is typed in this browser
 *   data-lane         order of sending               data-done             words to show when accepted
 *   data-follow       go to `url` of the answer          data-note, here or around: where the words can be left as a note
 *   field base_version: the version that was on screen.
 *
 * Events on the form, all with {detail: {entry, form}}: outbox:accepted, outbox:kept (no connection: it will be sent later,
 * the form may be left), outbox:conflict, outbox:invalid, outbox:refused. They bubble to where the form was when it was sent:
 * a panel that was drawn anew meanwhile hears them too, from itself (`formOf` knows the form).
 */
import { dropDraft, keepDraft, restoreDraft, saveDraft } from "./drafts";
import { element } from "./element";
import type { Entry, Photo } from "./outbox";
import { drawStrip, outbox, refusal, shownByForm } from "./sending";
import { clock } from "./time";
import { say } from "./words/base";

const NOT_SENT = new Set(["csrfmiddlewaretoken", "base_version", "action_id"]);
/** How long a person waits before the form says that it is kept and will be sent later; milliseconds. */
const PATIENCE = 6_000;

function fieldOf(form: HTMLFormElement, name: string): HTMLElement | null {
  const found = form.elements.namedItem(name);
  if (found instanceof RadioNodeList) return (found[0] as HTMLElement | undefined) ?? null;
  return found instanceof HTMLElement ? found : null;
}

export function clearErrors(form: HTMLFormElement): void {
  for (const error of form.querySelectorAll(".field-error")) error.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => !id.startsWith("error-"));
    if (described.length && described[0]) field.setAttribute("aria-describedby", described.join(" "));
    else field.removeAttribute("aria-describedby");
  }
}

let errors = 0;

/** Writes each text beside its field and moves to the first; texts of unknown fields stand at the form's end. */
export function showErrors(form: HTMLFormElement, fields: Record<string, string[] | string>): void {
  clearErrors(form);
  let first: HTMLElement | null = null;
  for (const [name, given] of Object.entries(fields)) {
    const text = (Array.isArray(given) ? given : [given]).join(" ");
    const field = fieldOf(form, name);
    const error = element("span", { class: "field-error", id: `error-${++errors}`, text });
    if (!field || (field instanceof HTMLInputElement && field.type === "hidden")) {
      error.setAttribute("role", "alert");
      (form.querySelector(`[data-errors-of="${name}"]`) ?? form).append(error);
      continue;
    }
    (field.closest("[data-field]") ?? field).insertAdjacentElement(field.closest("[data-field]") ? "beforeend" : "afterend", error);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${error.id}`.trim());
    first ??= field;
  }
  first?.focus();
}

/** The browser's own check, said in the page's language and shown beside the field. */
function missing(form: HTMLFormElement): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement)) continue;
    if (!field.name || field.validity.valid || found[field.name]) continue;
    const { validity } = field;
    const text = validity.valueMissing
      ? say("field.missing")
      : validity.tooShort && "minLength" in field
        ? say("field.short", { n: field.minLength })
        : validity.typeMismatch && field.type === "email"
          ? say("field.email")
          : field.dataset.invalid || say("field.wrong");
    found[field.name] = [text];
  }
  return found;
}

function statusOf(form: HTMLFormElement): HTMLElement {
  const found = form.querySelector<HTMLElement>("[data-status]");
  if (found) return found;
  const made = element("p", { "data-status": "", class: "form-status small", role: "status" });
  form.append(made);
  return made;
}

function collect(form: HTMLFormElement, submitter: HTMLElement | null): { fields: [string, string][]; photos: Photo[] } {
  const data = new FormData(form);
  if ((submitter instanceof HTMLButtonElement || submitter instanceof HTMLInputElement) && submitter.name) {
    data.append(submitter.name, submitter.value);
  }
  const fields: [string, string][] = [];
  const photos: Photo[] = [];
  for (const [name, value] of data) {
    if (NOT_SENT.has(name)) continue;
    if (typeof value === "string") fields.push([name, value]);
    else if (value.size) photos.push({ field: name, name: value.name, blob: value });
  }
  return { fields, photos };
}

function buttons(form: HTMLFormElement, off: boolean): void {
  form.setAttribute("aria-busy", String(off));
  for (const button of form.querySelectorAll<HTMLButtonElement>("button:not([type=button])")) button.disabled = off;
}

/** The form that an event of the outbox is about. */
export const formOf = (event: Event): HTMLFormElement => (event as CustomEvent<{ form: HTMLFormElement }>).detail.form;

/** What a form stood in when it was sent, from the inside out. */
const stoodIn = new WeakMap<HTMLFormElement, Element[]>();

function tell(form: HTMLFormElement, kind: string, entry: Entry): boolean {
  const told = (): Event => new CustomEvent(`outbox:${kind}`, { bubbles: true, cancelable: true, detail: { entry, form } });
  // Who hears it may take the form away.
  const wasThere = form.isConnected;
  const isGoOn = form.dispatchEvent(told());
  if (wasThere) return isGoOn;
  const left = stoodIn.get(form)?.find((one) => one.isConnected);
  return (left?.dispatchEvent(told()) ?? true) && isGoOn;
}

/** Entries whose errors a form shows; a new try of the same form takes their place. */
const lastTry = new WeakMap<HTMLFormElement, string>();

async function send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  if (form.getAttribute("aria-busy") === "true") return;
  const wrong = form.hasAttribute("data-no-check") ? {} : missing(form);
  if (Object.keys(wrong).length) {
    showErrors(form, wrong);
    return;
  }
  clearErrors(form);
  const around: Element[] = [];
  for (let one = form.parentElement; one; one = one.parentElement) around.push(one);
  stoodIn.set(form, around);
  const status = statusOf(form);
  const { fields, photos } = collect(form, submitter);
  const version = fieldOf(form, "base_version");
  const base = version instanceof HTMLInputElement && version.value !== "" ? Number(version.value) : null;
  const before = lastTry.get(form);
  const as = form.dataset.as ?? (form.enctype === "multipart/form-data" ? "form" : "json");
  buttons(form, true);
  status.textContent = say("outbox.sending");
  const url = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.pathname;
  const entry = await outbox.put({
    url,
    fields,
    photos,
    as: as === "form" ? "form" : "json",
    baseVersion: base,
    label: submitter?.dataset.label ?? form.dataset.label ?? document.title,
    note: form.closest<HTMLElement>("[data-note]")?.dataset.note ?? "",
    ...(form.dataset.lane ? { lane: form.dataset.lane } : {}),
  });
  if (before) await outbox.discard(before);
  lastTry.set(form, entry.id);
  shownByForm.add(entry.id);

  const patience = new Promise<"kept">((resolve) => {
    const stop = outbox.watch((changed) => {
      if (changed.id === entry.id && (changed.status === "signin" || (changed.status === "waiting" && changed.attempts > 0))) {
        stop();
        resolve("kept");
      }
    });
    setTimeout(() => resolve("kept"), PATIENCE);
  });
  const first = await Promise.race([outbox.settled(entry.id), patience]);
  if (first === "kept") {
    // From here on the outbox has it; the form is free.
    shownByForm.delete(entry.id);
    lastTry.delete(form);
    buttons(form, false);
    status.textContent = say("outbox.kept");
    forgetDraft(form);
    tell(form, "kept", entry);
    return;
  }
  buttons(form, false);
  status.textContent = "";
  if (first === null) return;
  if (first.status === "accepted") {
    lastTry.delete(form);
    forgetDraft(form);
    status.textContent = form.dataset.done ?? say("outbox.sent");
    if (!tell(form, "accepted", first)) return;
    const next = (first.answer?.body as { url?: unknown } | null)?.url;
    if (form.hasAttribute("data-follow") && typeof next === "string") location.assign(next);
    return;
  }
  if (form.dataset.draft) saveDraft(form.dataset.draft, form);
  if (!form.isConnected) {
    // Its panel was drawn anew meanwhile: the strip says what became of it.
    shownByForm.delete(first.id);
    void drawStrip();
    return;
  }
  if (first.status === "invalid") {
    showErrors(form, (first.answer?.body as { fields?: Record<string, string[]> } | null)?.fields ?? {});
    status.textContent = say("outbox.invalid");
    tell(form, "invalid", first);
  } else if (first.status === "conflict") {
    // A form that does not show both texts itself leaves it to the strip.
    if (tell(form, "conflict", first)) shownByForm.delete(first.id);
    status.textContent = say("outbox.conflict");
    void drawStrip();
  } else {
    status.textContent = say("outbox.refused", { why: refusal(first) });
    tell(form, "refused", first);
  }
}

function forgetDraft(form: HTMLFormElement): void {
  form.dispatchEvent(new CustomEvent("draft:stop"));
  if (form.dataset.draft) dropDraft(form.dataset.draft);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-outbox")) return;
  event.preventDefault();
  void send(form, event.submitter);
});

/** Puts back what was being written in the forms of `root`; called for each panel that is swapped in. */
export function wireForms(root: ParentNode = document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-outbox]")) {
    form.noValidate = true;
    const name = form.dataset.draft;
    if (!name || form.dataset.wired) continue;
    form.dataset.wired = "1";
    const at = restoreDraft(name, form);
    if (at !== null) {
      const drop = element("button", { type: "button", class: "btn btn-sm btn-link button button-quiet", text: say("draft.drop") });
      drop.addEventListener("click", () => {
        dropDraft(name);
        form.reset();
        statusOf(form).textContent = "";
      });
      statusOf(form).replaceChildren(say("draft.found", { time: clock(at) }), " ", drop);
    }
    keepDraft(form);
  }
}

wireForms();
