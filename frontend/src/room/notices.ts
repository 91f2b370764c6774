/** Short notices at the foot of the room: what was done, and for ten seconds how to take it back. */
import { element } from "../element";

export class Notices {
  constructor(private readonly box: HTMLElement) {}

  /** Shows a text for some seconds; a second text stands below it. The same once more takes the first one's place. */
  say(text: string, seconds = 6, below = ""): void {
    const same = [...this.box.children].find((one) => one.childElementCount === 1 && one.textContent === text);
    if (!below) same?.remove();
    const notice = element("div", { class: "notice" }, element("span", { text }), below ? element("span", { class: "notice-below", text: below }) : null);
    this.box.append(notice);
    setTimeout(() => notice.remove(), seconds * 1000);
  }

  /** Shows a text with one button that counts down; `label` writes the button for the seconds left. */
  offer(text: string, seconds: number, label: (left: number) => string, act: () => void): () => void {
    const button = element("button", { type: "button", class: "btn btn-sm tabular", text: label(seconds) });
    const notice = element("div", { class: "notice" }, element("span", { text }), button);
    let left = seconds;
    const timer = setInterval(() => {
      left -= 1;
      if (left <= 0) close();
      else button.textContent = label(left);
    }, 1000);
    const close = (): void => {
      clearInterval(timer);
      notice.remove();
    };
    button.addEventListener("click", () => {
      close();
      act();
    });
    this.box.append(notice);
    return close;
  }
}
