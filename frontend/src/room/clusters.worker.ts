/** Runs the clusters away from the page, so that typing never waits for counting. */
import { type Ask, CLUSTERED_TO, Clusters, type PointFeature, type Told } from "./clusters";

const clusters = new Clusters(CLUSTERED_TO);
const points = new Map<number, PointFeature>();

self.addEventListener("message", (event: MessageEvent<Ask>) => {
  const ask = event.data;
  const answer = (told: Told): void => (self as unknown as { postMessage(told: Told): void }).postMessage(told);
  if (ask.kind === "change") {
    for (const id of ask.drop) points.delete(id);
    for (const point of ask.put) points.set(point.properties.id, point);
    clusters.load([...points.values()]);
  } else if (ask.kind === "shown") answer({ kind: "shown", ticket: ask.ticket, shown: clusters.shown(ask.box, ask.zoom) });
  else answer({ kind: "open", ticket: ask.ticket, opened: clusters.open(ask.cluster, ask.most) });
});
