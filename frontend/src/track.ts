/** The citizen's page that follows a report: it changes by itself while it is open. */
import "./base";
import "../styles/public.css";
import "../styles/portal.css";
import "./forms";
import { photos } from "./photos";
import { register } from "./portal/app";
import { chat } from "./portal/chat";
import { remember } from "./portal/mine";
import { follow } from "./portal/follow";
import { shareButtons } from "./portal/share";
import { wirePush } from "./push";

const state = document.getElementById("state");
const sign = document.getElementById("connection");
if (state && sign) follow(state, sign);
shareButtons();
chat();
register();
wirePush(document, () => ({ codes: [document.getElementById("state")?.dataset.code ?? ""] }));
// Whoever has just sent it is on the device it belongs to.
if (state?.dataset.code && new URLSearchParams(location.search).has("moi")) remember(state.dataset.code);

const add = document.querySelector<HTMLFormElement>("form[data-most-photos]");
if (add) {
  const note = add.querySelector<HTMLElement>("[data-photo-note]")!;
  const chosen = photos(
    add,
    { most: Number(add.dataset.mostPhotos), bytes: Number(add.dataset.photoBytes) },
    () => undefined,
    (text) => (note.textContent = text),
  );
  add.addEventListener("outbox:accepted", () => {
    chosen.clear();
    add.reset();
  });
}
