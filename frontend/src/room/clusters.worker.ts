/** Runs the clusters away from the page, so that typing never waits for counting. */
import { type Ask, Clusters, type Told } from "./clusters";

const clusters = new Clusters();

self.addEventListener("message", (event: MessageEvent<Ask>) => {
  const ask = event.data;
  const answer = (told: Told): void => (self as unknown as { postMessage(told: Told): void }).postMessage(told);
  if (ask.kind === "load") clusters.load(ask.points);
  else if (ask.kind === "shown") answer({ kind: "shown", ticket: ask.ticket, shown: clusters.shown(ask.box, ask.zoom) });
  else answer({ kind: "open", ticket: ask.ticket, opened: clusters.open(ask.cluster, ask.most) });
});
