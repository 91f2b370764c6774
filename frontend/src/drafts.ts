/**
 * What is being typed is kept in this browser until it is sent: forms with `data-draft="name"`. Text fields only; a person's
 * drafts carry the person, so that a shared computer does not show them to the next one.
 */
import { settings } from "./page";

interface Draft {
  at: number;
  fields: Record<string, string>;
}

const LONGEST = 14 * 24 * 3_600_000;
const place = (name: string): string => `draft:${settings.person}:${name}`;

/** Names never kept: they belong to the page, not to the writer. */
const LEFT_OUT = new Set(["csrfmiddlewaretoken", "base_version", "action_id"]);

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.elements].filter(
    (field): field is Field =>
      (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) &&
      field.name !== "" &&
      !LEFT_OUT.has(field.name) &&
      !(field instanceof HTMLInputElement && ["file", "password", "submit"].includes(field.type)),
  );
}

export function readDraft(name: string): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(place(name)) ?? "null") as Draft | null;
    return draft && Date.now() - draft.at < LONGEST ? draft : null;
  } catch {
    return null;
  }
}

export function saveDraft(name: string, form: HTMLFormElement): void {
  try {
    localStorage.setItem(place(name), JSON.stringify({ at: Date.now(), fields: draftOf(form) } satisfies Draft));
  } catch {
    // A full or forbidden store: the text stays in the form, as on any page.
  }
}

export function dropDraft(name: string): void {
  try {
    localStorage.removeItem(place(name));
  } catch {
    // Nothing was kept, then.
  }
}

/** Puts a draft back into a form; answers when it was written, or null when there is none. */
export function restoreDraft(name: string, form: HTMLFormElement): number | null {
  const draft = readDraft(name);
  if (!draft) return null;
  return fillDraft(draft.fields, form) ? draft.at : null;
}

/** What a draft holds of a form, by the names of its fields. */
export function draftOf(form: HTMLFormElement): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const field of fieldsOf(form)) {
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) {
      if (field.checked) fields[field.name] = field.value;
    } else {
      fields[field.name] = field.value;
    }
  }
  return fields;
}

/** Puts a draft's fields into a form, wherever they were kept; answers whether that changed anything. */
export function fillDraft(fields: Record<string, string>, form: HTMLFormElement): boolean {
  let changed = false;
  for (const field of fieldsOf(form)) {
    const value = fields[field.name];
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) {
      const checked = value === field.value;
      changed ||= checked !== field.checked;
      field.checked = checked;
    } else if (value !== undefined && value !== field.value) {
      field.value = value;
      changed = true;
    }
  }
  if (changed) form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
  return changed;
}

/** Keeps a form's draft up to date, half a second after the last letter, under the name that its `data-draft` has then. */
export function keepDraft(form: HTMLFormElement): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (form.dataset.draft) saveDraft(form.dataset.draft, form);
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 500);
  });
  form.addEventListener("draft:stop", () => {
    clearTimeout(timer);
    timer = undefined;
  });
  window.addEventListener("pagehide", () => {
    if (timer !== undefined) save();
  });
}
