/** The crew's page: one thumb through the steps of a sortie; the server makes its inside, the stream says when. */
import "./staff";
import "../styles/emergencies.css";
import { Sound } from "./board/sound";
import { showConnection } from "./connection";
import { formOf, wireForms } from "./forms";
import { Store } from "./live/store";
import { Stream } from "./live/stream";
import { csrfToken } from "./page";
import { released } from "./press";
import { wirePush } from "./push";
import { outbox } from "./sending";
import { keepTimes } from "./time";
import { say } from "./words/board";

const box = document.getElementById("shift")!;
const store = new Store();
const stream = new Stream({ store });
const sound = new Sound();
/** A fix of this page is sent at most so often; milliseconds. */
const SEND_EVERY = 5_000;

let watching: number | null = null;
let sentAt = 0;

const written = (): boolean => [...box.querySelectorAll<HTMLInputElement>("input[name=text]")].some((field) => field.value !== "" || field === document.activeElement);

let loading = false;
/** Something newer came while somebody was writing. */
let held = false;
let again = false;
async function load(): Promise<void> {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  try {
    const answer = await fetch("/crew/", { headers: { "X-Panel": "1" }, credentials: "same-origin" });
    const text = await answer.text();
    await released();
    held = written();
    if (answer.ok && !answer.redirected && !held) {
      const before = box.querySelector<HTMLElement>(".shift")?.dataset.sortie;
      box.innerHTML = text;
      wire();
      const now = box.querySelector<HTMLElement>(".shift")?.dataset.sortie;
      if (now && now !== before) {
        sound.play("urgent");
        navigator.vibrate?.([300, 150, 300]);
      }
    }
  } catch {
    // The connection's sign says so; the next event loads again.
  } finally {
    loading = false;
    if (again) {
      again = false;
      void load();
    }
  }
}

function wire(): void {
  keepTimes(box)();
  wireForms(box);
  // Apple's telephones know no geo: address.
  const to = box.querySelector<HTMLAnchorElement>("[data-to]");
  if (to && /iPhone|iPad/.test(navigator.userAgent)) to.href = `maps://?daddr=${to.dataset.to}`;
  const track = box.querySelector<HTMLInputElement>("[data-track]");
  if (!track) return;
  track.checked = watching !== null;
  track.addEventListener("change", () => (track.checked ? follow() : stopFollowing()));
}

const tell = (text: string): void => {
  const note = box.querySelector("[data-track-note]");
  if (note) note.textContent = text;
};

function follow(): void {
  watching = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      if (Date.now() - sentAt < SEND_EVERY) return;
      sentAt = Date.now();
      void fetch("/api/crew/position", {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
        body: JSON.stringify({ lat: coords.latitude, lon: coords.longitude, timestamp, speed: coords.speed, heading: coords.heading, accuracy: coords.accuracy }),
      }).then(() => tell(say("track.on")), () => undefined);
    },
    () => tell(say("track.failed")),
    { enableHighAccuracy: true, maximumAge: 5_000 },
  );
}

function stopFollowing(): void {
  if (watching !== null) navigator.geolocation.clearWatch(watching);
  watching = null;
  tell("");
}

// A check-in that is missed sounds here too, until the crew reports.
setInterval(() => {
  const due = box.querySelector<HTMLTimeElement>(".crew-safety time")?.dateTime;
  if (!due || Date.parse(due) > Date.now()) return;
  sound.play("alarm");
  navigator.vibrate?.([400, 200, 400]);
}, 8_000);

// The first press on the page is the gesture that sound needs.
document.addEventListener("pointerdown", () => void (sound.armed || sound.toggle()), { once: true });
box.addEventListener("outbox:accepted", (event) => {
  formOf(event).reset();
  (document.activeElement as HTMLElement | null)?.blur?.();
});
// Also what was kept and sent later, when the network is back.
outbox.watch((entry) => entry.status === "accepted" && void load());
// The press that took the focus away is done first.
box.addEventListener("focusout", () => held && setTimeout(() => void load(), 1_000));
store.subscribe(() => void load());
showConnection(stream, document.getElementById("connection")!, say("crew.stale"));
stream.start();
wire();
wirePush();
