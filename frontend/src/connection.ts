/** The state of the live stream in words and colour: live, or the age of what is on screen. */
import type { Status, Stream } from "./live/stream";
import { span } from "./time";
import { say } from "./words/base";

/** What a person reads of a status; `why` is said when the server shows this page nothing any more. */
export function statusWords(status: Status, why: string, now: number): string {
  if (status.phase === "live") return say("live.on");
  if (status.phase === "connecting") return say("live.connecting");
  if (status.phase === "stopped") return say("live.stopped", { why });
  return say("live.off", { age: span(now - status.since) });
}

/** Keeps `sign` right, also while nothing happens: an age grows. */
export function showConnection(stream: Stream, sign: HTMLElement, why: string): void {
  const draw = (): void => {
    const text = statusWords(stream.status, why, Date.now());
    sign.dataset.state = stream.status.phase === "live" ? "live" : "stale";
    if (sign.textContent !== text) sign.textContent = text;
  };
  stream.watch(draw);
  setInterval(draw, 10_000);
}
