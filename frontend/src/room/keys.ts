/**
 * Keyboard shortcuts. Letters work outside fields only, never while an input method is composing (Vietnamese typing), and can
 * be switched off; the choice is kept in this browser.
 */

const PLACE = "room-keys";

export type Keys = Record<string, (event: KeyboardEvent) => void>;

export function keysOn(): boolean {
  try {
    return localStorage.getItem(PLACE) !== "off";
  } catch {
    return true;
  }
}

export function setKeys(on: boolean): void {
  try {
    localStorage.setItem(PLACE, on ? "on" : "off");
  } catch {
    // Not kept: it holds for this page.
  }
}

export function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio], [type=button]), textarea, select"))
  );
}

/** The name a table of keys uses: "n", "?", "Ctrl+Enter", "Escape". Ctrl and ⌘ count as one. */
export function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.ctrlKey || event.metaKey ? `Ctrl+${key}` : key;
}

/** Whether a key may act: with Ctrl, Escape and function keys also in fields, letters only outside; nothing while composing. */
export function mayAct(event: KeyboardEvent, lettersOn: boolean): boolean {
  // 229 is what browsers send for keys that an input method has taken.
  if (event.isComposing || event.keyCode === 229 || event.altKey || event.defaultPrevented) return false;
  const name = nameOf(event);
  if (name.startsWith("Ctrl+") || name === "Escape" || /^F\d+$/.test(name)) return true;
  return lettersOn && !inField(event.target) && !event.repeat;
}

export function listen(keys: Keys): void {
  document.addEventListener("keydown", (event) => {
    const act = keys[nameOf(event)];
    if (act && mayAct(event, keysOn())) act(event);
  });
}
