/** The page of what was reported from this device. */
import "./base";
import "../styles/public.css";
import "../styles/portal.css";
import { element } from "./element";
import { getJson } from "./page";
import { installable, register } from "./portal/app";
import { chat } from "./portal/chat";
import { forget, mine } from "./portal/mine";
import { wirePush } from "./push";
import { fullDate } from "./time";
import { say } from "./words/mine";

interface Line {
  state: string;
  topic: string;
  area: string;
  replies: number;
}

const box = document.querySelector<HTMLElement>("[data-mine]");
if (box) void draw(box);
register();
installable(document.querySelector<HTMLButtonElement>("[data-install]"));
chat();
wirePush(document, () => ({ codes: mine().map(({ code }) => code), only: true }));

async function draw(box: HTMLElement): Promise<void> {
  const list = mine();
  if (!list.length) {
    box.replaceChildren(element("p", { class: "card", text: say("none") }));
    return;
  }
  const rows = list.map(({ code, at }) => {
    const about = element("span", { class: "muted small", text: say("loading") });
    const state = element("b", { class: "mine-state" });
    const drop = element("button", { type: "button", class: "button button-quiet", text: say("drop"), "aria-label": say("drop.of", { code }) });
    const row = element(
      "li",
      { class: "card mine-row" },
      element("a", { class: "code-line", href: `${box.dataset.track}${code}/`, text: code }),
      state,
      about,
      element("time", { class: "muted small", datetime: new Date(at).toISOString(), text: fullDate(at) }),
      drop,
    );
    drop.addEventListener("click", () => {
      forget(code);
      void draw(box);
    });
    getJson<Line>(`${box.dataset.track}${code}/?part=line`).then(
      (line) => {
        state.textContent = line.state;
        about.textContent = [line.topic, line.area, line.replies ? say("replies", { n: line.replies }) : ""].filter(Boolean).join(" · ");
      },
      () => (about.textContent = say("later")),
    );
    return row;
  });
  box.replaceChildren(element("ul", { class: "mine-list" }, ...rows));
}
