/**
 * A press is down and up on the same element: a button that is drawn anew in between loses its click. What draws by itself
 * asks here first.
 */

/** A tap's click is a message of its own, shortly after the finger has left; milliseconds. */
const CLICK_AFTER = 100;
/** Longer than any press. The end of some is never told: a menu opened by it, a finger that left the window. */
const LONGEST = 3_000;

let until = 0;
let down = false;

document.addEventListener("pointerdown", () => ((down = true), (until = Date.now() + LONGEST)), true);
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => ((down = false), (until = Math.min(until, Date.now() + CLICK_AFTER))), true);
}
// Heard after everybody else has heard it.
window.addEventListener("click", () => down || (until = 0));

/** Whether a finger or a mouse button is down, or its click is still to come. */
export const isPressed = (): boolean => Date.now() < until;

/** Resolves when nothing is pressed: at once, or after the press and its click; after three seconds at the latest. */
export async function released(): Promise<void> {
  while (isPressed()) await new Promise((done) => setTimeout(done, 20));
}
