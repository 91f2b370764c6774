/** The banner of surges: made by the server, asked for again when incidents change, and never while it is being pressed. */
import { wireForms } from "../forms";

const LEAST_MS = 2_000;

export class Surges {
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly box: HTMLElement,
    private readonly act: { open(code: string): void; drawn(): void },
  ) {
    box.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-surge-open]") : null;
      if (!link) return;
      event.preventDefault();
      this.act.open(link.dataset.surgeOpen ?? "");
    });
    box.addEventListener("outbox:accepted", () => void this.load());
    void this.load();
  }

  /** Something changed: asks once, at most every two seconds. */
  soon(): void {
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => void this.load(), Math.max(0, this.asked + LEAST_MS - Date.now()));
  }

  /** The key of the supervisor: confirms the first. Answers whether there was one. */
  press(): boolean {
    const form = this.box.querySelector<HTMLFormElement>("form[data-surge]");
    form?.requestSubmit();
    return form !== null;
  }

  private async load(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.asked = Date.now();
    try {
      const answer = await fetch("/room/surges", { credentials: "same-origin", headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) return;
      const text = (await answer.text()).trim();
      // Nothing is drawn anew under a hand: the next change asks again.
      if (this.box.contains(document.activeElement) || text === this.box.dataset.text) return;
      this.box.dataset.text = text;
      const isUnfolded = this.box.querySelector("details")?.open ?? false;
      this.box.replaceChildren(document.createRange().createContextualFragment(text));
      const rest = this.box.querySelector("details");
      if (rest) rest.open = isUnfolded;
      wireForms(this.box);
      this.act.drawn();
    } catch {
      // Without the network the banner stays as it is; the connection's own sign says so.
    }
  }
}
