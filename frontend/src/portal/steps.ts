/** One question at a time. Without scripts the same form is one plain page. */
import { say } from "../words/portal";

type StepName = "what" | "where" | "who" | "review";

export interface Steps {
  show(step: number, focus?: HTMLElement | null): void;
  /** The step a field stands in; -1 for none. */
  holding(field: Element): number;
}

/**
 * Wires the steps of `form`. `mayLeave` answers whether step `name` is complete (and shows why not); `arrive` is told each
 * step that is shown. The browser's own "back" goes one step back.
 */
export function steps(
  form: HTMLFormElement,
  mayLeave: (name: StepName) => boolean,
  arrive: (name: StepName) => void,
): Steps {
  const parts = [...form.querySelectorAll<HTMLElement>("[data-step]")];
  const label = form.querySelector<HTMLElement>("[data-steps]")!;
  const back = form.querySelector<HTMLButtonElement>("[data-back]")!;
  const next = form.querySelector<HTMLButtonElement>("[data-next]")!;
  const send = form.querySelector<HTMLButtonElement>("[data-send]")!;
  const nameOf = (at: number): StepName => parts[at]!.dataset.step as StepName;
  let now = 0;

  const draw = (): void => {
    parts.forEach((part, at) => (part.hidden = at !== now));
    const last = now === parts.length - 1;
    back.hidden = now === 0;
    next.hidden = last;
    send.hidden = !last;
    label.hidden = false;
    const dots = parts.map((_, at) => {
      const dot = document.createElement("i");
      dot.className = at < now ? "past" : at === now ? "here" : "";
      return dot;
    });
    const text = document.createElement("span");
    text.textContent = say("steps", { n: now + 1, of: parts.length });
    label.setAttribute("aria-label", `${text.textContent}: ${say(`step.${nameOf(now)}`)}`);
    label.setAttribute("role", "group");
    label.replaceChildren(text, ...dots);
    form.dataset.at = String(now);
    arrive(nameOf(now));
  };

  const show = (step: number, focus: HTMLElement | null = label): void => {
    now = Math.max(0, Math.min(parts.length - 1, step));
    draw();
    focus?.focus({ preventScroll: true });
    (focus === label ? form : (focus ?? form)).scrollIntoView({ block: focus === label ? "start" : "center" });
  };

  const go = (step: number): void => {
    history.pushState({ step }, "");
    show(step);
  };

  next.addEventListener("click", () => mayLeave(nameOf(now)) && go(now + 1));
  back.addEventListener("click", () => {
    // The entry of this step in the browser's history is ours only when "next" led here.
    if ((history.state as { step?: number } | null)?.step === now) history.back();
    else show(now - 1);
  });
  // Enter in a field means "next" until the last step.
  form.addEventListener("submit", (event) => {
    if (now === parts.length - 1) return;
    event.preventDefault();
    event.stopPropagation();
    next.click();
  });
  window.addEventListener("popstate", (event) => show((event.state as { step?: number } | null)?.step ?? 0));
  history.replaceState({ step: 0 }, "");
  draw();
  return { show, holding: (field) => parts.findIndex((part) => part.contains(field)) };
}
