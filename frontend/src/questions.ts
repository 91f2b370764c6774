/** The extra questions of a form: those of one category are shown, the others are out of the way and not filled. */

/** Shows the questions of a category in `form`; answers whether there are any. */
export function showQuestions(form: HTMLFormElement, category: string): boolean {
  let any = false;
  for (const box of form.querySelectorAll<HTMLFieldSetElement>("[data-questions-of]")) {
    box.hidden = box.dataset.questionsOf !== category;
    any ||= !box.hidden;
  }
  return any;
}

/** A digit chooses that value of the list one stands in; answers whether it did, so that the form can move on. */
export function chooseByDigit(target: EventTarget | null, key: string): "chosen" | "ticked" | null {
  if (!(target instanceof HTMLElement) || !/^[1-9]$/.test(key)) return null;
  const box = target.closest<HTMLElement>("[data-question]");
  const select = target instanceof HTMLSelectElement ? target : null;
  if (box && select?.options[Number(key)]) {
    select.selectedIndex = Number(key);
    select.dispatchEvent(new Event("input", { bubbles: true }));
    return "chosen";
  }
  const tick = box?.dataset.question === "multivaluelist" ? box.querySelectorAll<HTMLInputElement>("input")[Number(key) - 1] : undefined;
  if (!tick) return null;
  tick.checked = !tick.checked;
  tick.dispatchEvent(new Event("input", { bubbles: true }));
  return "ticked";
}
