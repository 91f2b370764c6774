/** The hospitals as they declare themselves; asked for anew each half minute, unless somebody is writing. */
import "./staff";
import "../styles/emergencies.css";
import { formOf, wireForms } from "./forms";

const box = document.getElementById("hospitals")!;
const AGAIN = 30_000;

const isHeld = (): boolean =>
  box.contains(document.activeElement) ||
  [...box.querySelectorAll<HTMLInputElement>("input")].some((field) => (field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue));

async function load(): Promise<void> {
  if (isHeld()) return;
  try {
    const answer = await fetch("/facilities/", { headers: { "X-Panel": "1" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected || isHeld()) return;
    box.innerHTML = await answer.text();
    wireForms(box);
  } catch {
    // The next half minute asks again; each declaration says when it was made.
  }
}

box.addEventListener("outbox:accepted", (event) => {
  formOf(event).reset();
  (document.activeElement as HTMLElement | null)?.blur?.();
  void load();
});
setInterval(() => void load(), AGAIN);
