/** Boxes over a picture, in ten-thousandths of its width and height, as the server takes them. Pure; nothing is drawn here. */

export type Box = [x: number, y: number, width: number, height: number];

export const WHOLE = 10_000;
/** Smaller was a slip of the hand. */
export const LEAST = 60;
export const MOST = 60;
/** One press of an arrow key. */
export const STEP = 100;

const within = (value: number, low: number, high: number): number => Math.min(Math.max(Math.round(value), low), high);

/** The box between two corners, cut to the picture; null when it is too small to be meant. */
export function between(from: [number, number], to: [number, number]): Box | null {
  const [left, right] = [from[0], to[0]].map((x) => within(x, 0, WHOLE)).sort((a, b) => a - b) as [number, number];
  const [top, bottom] = [from[1], to[1]].map((y) => within(y, 0, WHOLE)).sort((a, b) => a - b) as [number, number];
  return right - left >= LEAST && bottom - top >= LEAST ? [left, top, right - left, bottom - top] : null;
}

export function moved([x, y, width, height]: Box, across: number, down: number): Box {
  return [within(x + across, 0, WHOLE - width), within(y + down, 0, WHOLE - height), width, height];
}

export function sized([x, y, width, height]: Box, across: number, down: number): Box {
  return [x, y, within(width + across, LEAST, WHOLE - x), within(height + down, LEAST, WHOLE - y)];
}
