/**
 * The switch for notifications on this device: `{% push_switch url worker scope %}`. It shows itself only where the browser can
 * and the hotline sends any; what a press does is asked of the browser first, and of the server second.
 */
import { csrfToken } from "./page";
import { say } from "./words/push";

/** More that goes with the subscription; asked at each sending. */
export type More = () => Record<string, unknown>;

export function wirePush(root: ParentNode = document, more: More = () => ({})): void {
  const box = root.querySelector<HTMLElement>("[data-push]");
  if (!box || !("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return;
  void new Switch(box, more).begin();
}

class Switch {
  private readonly button: HTMLButtonElement;
  private readonly note: HTMLElement;

  constructor(
    private readonly box: HTMLElement,
    private readonly more: More,
  ) {
    this.button = box.querySelector("button")!;
    this.note = box.querySelector("[data-push-note]")!;
    this.button.addEventListener("click", () => void this.press());
  }

  async begin(): Promise<void> {
    const on = await this.subscribed().catch(() => null);
    // Not before the button has its words.
    this.show(on !== null && Notification.permission === "granted");
    this.box.hidden = false;
    // Whoever is here now, and what they follow now: the server may have another idea.
    if (on && Notification.permission === "granted") await this.tell("POST", on).catch(() => undefined);
  }

  private async registration(): Promise<ServiceWorkerRegistration> {
    const { worker, scope } = this.box.dataset;
    const found = await navigator.serviceWorker.register(worker!, { scope: scope! });
    // A subscription needs a worker that has started.
    if (found.active) return found;
    const coming = found.installing ?? found.waiting;
    await new Promise<void>((resolve) => {
      if (!coming || coming.state === "activated") resolve();
      else coming.addEventListener("statechange", () => coming.state === "activated" && resolve());
    });
    return found;
  }

  private async subscribed(): Promise<PushSubscription | null> {
    return (await this.registration()).pushManager.getSubscription();
  }

  private async press(): Promise<void> {
    this.button.disabled = true;
    try {
      const was = await this.subscribed();
      if (was && this.button.getAttribute("aria-pressed") === "true") {
        await this.tell("DELETE", was);
        await was.unsubscribe();
        this.show(false);
      } else {
        if ((await Notification.requestPermission()) !== "granted") return this.show(false, say("denied"));
        const options = { userVisibleOnly: true, applicationServerKey: bytes(this.box.dataset.key!) };
        const manager = (await this.registration()).pushManager;
        const now = await manager.subscribe(options).catch(async () => {
          // It was switched on with another key of the hotline.
          await was?.unsubscribe();
          return manager.subscribe(options);
        });
        await this.tell("POST", now);
        this.show(true, say("ready"));
      }
    } catch {
      this.show(this.button.getAttribute("aria-pressed") === "true", say("failed"));
    } finally {
      this.button.disabled = false;
    }
  }

  private show(on: boolean, note = ""): void {
    this.button.setAttribute("aria-pressed", String(on));
    this.button.textContent = on ? say("off") : say("on");
    this.note.textContent = note || (Notification.permission === "denied" ? say("denied") : "");
  }

  private async tell(method: "POST" | "DELETE", subscription: PushSubscription): Promise<void> {
    const answer = await fetch(this.box.dataset.url!, {
      method,
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ ...subscription.toJSON(), ...this.more() }),
    });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  }
}

function bytes(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
