/** Single incidents as shapes: emergencies on top, then what is overdue. */
import { MercatorCoordinate } from "maplibre-gl";
import type { PointFeature } from "./clusters";
import { ICONS, iconImage, SIZE, sizeOf } from "./icons";
import { type Place, Rows, type Sheet } from "./point-shapes";

export const INCIDENT_SHEET: Sheet = {
  names: ICONS,
  cell: SIZE,
  turns: false,
  put: (pen, name, x, sharpness) => pen.putImageData(iconImage(name, sharpness), x, 0),
};

interface Drawn extends Place {
  picture: number;
  size: number;
  rank: number;
}

const pictures = new Map(ICONS.map((name, at) => [name, at]));
/** A change draws all points again; all but the changed one stay what they were. */
const known = new WeakMap<PointFeature, Drawn>();

function drawn(point: PointFeature): Drawn {
  const before = known.get(point);
  if (before) return before;
  const { icon, emergency, overdue } = point.properties;
  const { x, y } = MercatorCoordinate.fromLngLat(point.geometry.coordinates as [number, number]);
  const made = { x, y, picture: pictures.get(icon)!, size: sizeOf(icon), rank: 2 * emergency + overdue };
  known.set(point, made);
  return made;
}

/** The rows that draw these points, and whose row each is. */
export function incidentRows(points: Iterable<PointFeature>, origin: Place): { rows: Rows; ids: number[] } {
  const ranks: [Drawn, number][][] = [[], [], [], []];
  let count = 0;
  for (const point of points) {
    const one = drawn(point);
    ranks[one.rank]!.push([one, point.properties.id]);
    count += 1;
  }
  const rows = new Rows(count, origin);
  const ids: number[] = [];
  for (const rank of ranks) {
    for (const [one, id] of rank) {
      rows.add(one, one.picture, one.size);
      ids.push(id);
    }
  }
  return { rows, ids };
}
