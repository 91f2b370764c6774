/** The sound of a waiting call, made here without a file. Browsers want a gesture first: going on duty is one. */

let audio: AudioContext | null = null;
let timer: ReturnType<typeof setInterval> | undefined;

/** Whether a waiting call can be heard. */
export function canRing(): boolean {
  return audio?.state === "running";
}

/** To be called from a gesture. */
export async function armRing(): Promise<void> {
  audio ??= new AudioContext();
  await audio.resume().catch(() => undefined);
}

function once(): void {
  if (!audio || audio.state !== "running") return;
  for (const [start, pitch] of [
    [0, 740],
    [0.22, 880],
  ] as const) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + start;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.21);
  }
}

/** Rings every three seconds until told to stop. */
export function ring(on: boolean): void {
  if (on === (timer !== undefined)) return;
  clearInterval(timer);
  timer = undefined;
  if (!on) return;
  once();
  timer = setInterval(once, 3_000);
}
