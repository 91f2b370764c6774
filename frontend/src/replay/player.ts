/** What plays a replay: slider, speed, play and pause, the space key, and above the slider how much happened when. */
import { say } from "../words/replay";

const PARTS = 96;
const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

export class Player {
  /** Where it stands, in steps of the slider; between two of them while it plays. */
  at = 0;
  private playing = false;
  private last = 0;
  private happened: readonly number[] = [];
  private readonly slider = byId<HTMLInputElement>("replay-at");
  private readonly button = byId<HTMLButtonElement>("replay-play");
  private readonly speed = byId<HTMLSelectElement>("replay-speed");

  /** `draw` shows the moment at which it stands; `byHand`: somebody moved the slider. */
  constructor(private readonly draw: (byHand: boolean) => void) {
    this.button.addEventListener("click", () => this.play(!this.playing));
    this.slider.addEventListener("input", () => {
      this.at = Number(this.slider.value);
      this.draw(true);
    });
    document.addEventListener("keydown", (event) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      if (event.key !== " " || event.isComposing || target?.closest("button, select, input:not([type=range]), a, summary, ol[tabindex]")) return;
      event.preventDefault();
      this.play(!this.playing);
    });
    addEventListener("resize", () => this.course());
    document.addEventListener("themechange", () => this.course());
  }

  /** Begins anew over so many steps; `happened` are the steps at which something did. */
  load(length: number, happened: readonly number[]): void {
    this.happened = happened;
    this.at = 0;
    this.slider.max = String(length);
    this.slider.value = "0";
    this.slider.disabled = this.button.disabled = false;
    this.course();
    this.draw(false);
  }

  /** What a screen reader says of the moment. */
  spoken(text: string): void {
    this.slider.setAttribute("aria-valuetext", text);
  }

  private get length(): number {
    return Number(this.slider.max);
  }

  private play(next: boolean): void {
    this.playing = next && !this.button.disabled;
    this.button.setAttribute("aria-pressed", String(this.playing));
    this.button.firstChild!.textContent = `${say(this.playing ? "pause" : "play")} `;
    if (!this.playing) return;
    if (this.at >= this.length) this.at = 0;
    this.last = performance.now();
    requestAnimationFrame((now) => this.step(now));
  }

  private step(now: number): void {
    if (!this.playing) return;
    this.at = Math.min(this.length, this.at + ((now - this.last) / 1000) * Number(this.speed.value));
    this.last = now;
    this.slider.value = String(Math.floor(this.at));
    this.draw(false);
    if (this.at >= this.length) this.play(false);
    else requestAnimationFrame((next) => this.step(next));
  }

  private course(): void {
    const canvas = byId<HTMLCanvasElement>("replay-course");
    canvas.width = canvas.clientWidth * devicePixelRatio;
    canvas.height = canvas.clientHeight * devicePixelRatio;
    const parts = new Array<number>(PARTS).fill(0);
    for (const step of this.happened) {
      const place = Math.floor((step / Math.max(1, this.length)) * PARTS);
      if (place >= 0 && place <= PARTS) parts[Math.min(PARTS - 1, place)]! += 1;
    }
    const most = Math.max(1, ...parts);
    const pen = canvas.getContext("2d")!;
    pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent");
    pen.globalAlpha = 0.4;
    const width = canvas.width / PARTS;
    parts.forEach((number, place) => {
      const height = (number / most) * canvas.height;
      pen.fillRect(place * width, canvas.height - height, Math.max(1, width - devicePixelRatio), height);
    });
  }
}
