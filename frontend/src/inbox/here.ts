/** Where the person with the phone is: asked for only when they want it, or when they allowed it before. */
import { say } from "../words/inbox";
import type { Position } from "./tasks";

/** Metres one has to move before distances are worked out anew. */
const STEP = 30;

/** Follows the position once asked; `moved` is told, `tell` says in words what the matter is. */
export class Here {
  at: Position | null = null;
  private watching = false;
  constructor(
    private readonly moved: () => void,
    private readonly tell: (text: string) => void,
  ) {}

  /** Begins without a question when the browser was told "always" before. */
  async beginIfAllowed(): Promise<void> {
    try {
      const state = await navigator.permissions.query({ name: "geolocation" });
      if (state.state === "granted") this.ask();
    } catch {
      // Browsers that do not say: the person presses the button.
    }
  }

  ask(): void {
    if (!window.isSecureContext || !navigator.geolocation) {
      this.tell(say("near.insecure"));
      return;
    }
    if (this.watching) return;
    this.watching = true;
    if (!this.at) this.tell(say("near.asking"));
    navigator.geolocation.watchPosition(
      ({ coords }) => {
        const next = { lat: coords.latitude, lon: coords.longitude };
        const before = this.at;
        const far = before ? Math.hypot(next.lat - before.lat, next.lon - before.lon) * 111_320 : Infinity;
        if (far < STEP) return;
        this.at = next;
        this.moved();
      },
      (problem) => {
        this.watching = false;
        this.tell(say(problem.code === problem.PERMISSION_DENIED ? "near.refused" : "near.none"));
      },
      { enableHighAccuracy: true, maximumAge: 30_000, timeout: 20_000 },
    );
  }
}
