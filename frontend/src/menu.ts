/** The menu in the head of every page of staff: closed by a press beside it, and by Esc. */

function menu(): HTMLDetailsElement | null {
  return document.querySelector<HTMLDetailsElement>("details#menu");
}

/** Closes the menu and gives the focus back to its button; false when it was not open. */
export function closeMenu(): boolean {
  const found = menu();
  if (!found?.open) return false;
  if (found.contains(document.activeElement)) found.querySelector("summary")?.focus();
  found.open = false;
  return true;
}

document.addEventListener("click", (event) => {
  const found = menu();
  if (found && event.target instanceof Node && !found.contains(event.target)) found.open = false;
});

// First of all who listen: one press is one step back.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]") && closeMenu()) event.stopImmediatePropagation();
  },
  { capture: true },
);
