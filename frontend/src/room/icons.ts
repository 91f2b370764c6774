/**
 * What an incident looks like on a map: shape and colour by group (square, diamond, circle; hollow while nobody knows), a
 * white dot while somebody works on it, a bar while it waits for the answer, an orange ring when overdue, a dashed frame
 * when it belongs to an exercise.
 */
import { groupOf, type Incident, isOverdue, type State } from "./incident";

export type Work = "open" | "work" | "answer";

export const workOf = (state: State): Work =>
  state === "received" ? "open" : state === "resolved" ? "answer" : "work";

/** "g2-work-over-exercise": the name of an image on the map. */
export const iconOf = (incident: Incident, now: number): string =>
  `g${groupOf(incident)}-${workOf(incident.state)}${isOverdue(incident, now) ? "-over" : ""}${incident.exercise ? "-exercise" : ""}`;

export const ICONS: string[] = [0, 1, 2, 3].flatMap((group) =>
  (["open", "work", "answer"] as const).flatMap((work) =>
    ["", "-over", "-exercise", "-over-exercise"].map((marks) => `g${group}-${work}${marks}`),
  ),
);

export const SIZE = 30;

const value = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Draws one icon in the theme's colours on a canvas of SIZE × SIZE points at a pixel ratio. */
export function drawIcon(context: CanvasRenderingContext2D, name: string, ratio: number): void {
  const [groupName = "g0", work = "open", ...marks] = name.split("-");
  const group = Number(groupName.slice(1));
  const colour = value(`--group-${group}`);
  const halo = value("--map-halo");
  const radius = group === 2 ? 7.5 : 6.2;
  context.save();
  context.scale(ratio, ratio);
  context.clearRect(0, 0, SIZE, SIZE);
  context.translate(SIZE / 2, SIZE / 2);
  if (marks.includes("exercise")) {
    const edge = SIZE / 2 - 1.5;
    context.setLineDash([4, 2.75]);
    for (const [style, width] of [[halo, 3], [value("--text"), 1.6]] as const) {
      context.strokeStyle = style;
      context.lineWidth = width;
      context.strokeRect(-edge, -edge, 2 * edge, 2 * edge);
    }
    context.setLineDash([]);
  }
  if (marks.includes("over")) {
    context.beginPath();
    context.arc(0, 0, radius + 4.6, 0, 2 * Math.PI);
    context.strokeStyle = halo;
    context.lineWidth = 4.4;
    context.stroke();
    context.strokeStyle = value("--overdue-ring");
    context.lineWidth = 2.4;
    context.stroke();
  }
  shape(context, group, radius + 1.6);
  context.fillStyle = halo;
  context.fill();
  shape(context, group, radius);
  if (group === 0) {
    context.fillStyle = halo;
    context.fill();
    shape(context, group, radius - 1.2);
    context.strokeStyle = colour;
    context.lineWidth = 2.4;
    context.stroke();
  } else {
    context.fillStyle = colour;
    context.fill();
  }
  context.fillStyle = group === 0 ? colour : halo;
  if (work === "work") {
    context.beginPath();
    context.arc(0, 0, 2.4, 0, 2 * Math.PI);
    context.fill();
  } else if (work === "answer") {
    context.fillRect(-3.4, -1.2, 6.8, 2.4);
  }
  context.restore();
}

function shape(context: CanvasRenderingContext2D, group: number, radius: number): void {
  context.beginPath();
  if (group === 1) {
    context.roundRect(-radius * 0.9, -radius * 0.9, radius * 1.8, radius * 1.8, 1.5);
  } else if (group === 2) {
    context.moveTo(0, -radius);
    context.lineTo(radius, 0);
    context.lineTo(0, radius);
    context.lineTo(-radius, 0);
    context.closePath();
  } else {
    context.arc(0, 0, radius, 0, 2 * Math.PI);
  }
}

/** Nothing is drawn so many pixels inside the edge; the card fills them too, and a map may have 50,000 icons. */
function edgeOf(name: string): number {
  if (name.includes("-exercise")) return 0;
  const shape = name.slice(0, 2);
  if (name.includes("-over")) return shape === "g2" ? 0 : 2;
  return shape === "g1" ? 8 : shape === "g2" ? 6 : 7;
}

/** How wide and high `iconImage` is, in pixels of the page. */
export const sizeOf = (name: string): number => SIZE - 2 * edgeOf(name);

/** The icon as pixels, its middle in the middle; no larger than what is drawn. */
export function iconImage(name: string, ratio: number): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * ratio;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  drawIcon(context, name, ratio);
  const edge = edgeOf(name) * ratio;
  return context.getImageData(edge, edge, sizeOf(name) * ratio, sizeOf(name) * ratio);
}
