/** Sounds by priority. Browsers give none before a gesture, so it is armed once, at the start of the shift. */

/** Two tones for the most urgent, one for the rest; an alarm goes up and down. */
const TUNES = { urgent: [880, 660, 880, 660], other: [660, 660], alarm: [990, 550, 990, 550, 990, 550] } as const;
const TONE_S = 0.16;

export class Sound {
  private context: AudioContext | null = null;

  get armed(): boolean {
    return this.context !== null && this.context.state === "running";
  }

  /** Must be called from a press. */
  async toggle(): Promise<void> {
    if (this.context) {
      await this.context.close();
      this.context = null;
      return;
    }
    this.context = new AudioContext();
    await this.context.resume();
    this.play("other");
  }

  play(tune: keyof typeof TUNES): void {
    const context = this.context;
    if (!context || context.state !== "running") return;
    TUNES[tune].forEach((tone, n) => {
      const voice = context.createOscillator();
      const volume = context.createGain();
      voice.frequency.value = tone;
      volume.gain.value = 0.12;
      voice.connect(volume).connect(context.destination);
      const from = context.currentTime + n * TONE_S;
      voice.start(from);
      voice.stop(from + TONE_S * 0.9);
    });
  }
}
