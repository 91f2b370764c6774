/** Moving units as shapes, each with the arrow of its heading. */
import { MercatorCoordinate } from "maplibre-gl";
import { type Place, Rows, type Sheet } from "./point-shapes";
import { ARROW, drawUnit, UNIT_IMAGES, type UnitsOnMap } from "./units";

const SHAPE = 22;
const STALE_INK = 0.45;

export const UNIT_SHEET: Sheet = {
  names: UNIT_IMAGES,
  cell: SHAPE,
  turns: true,
  put: (pen, name, x, sharpness) => pen.drawImage(drawUnit(name, sharpness), x, 0),
};

/** All arrows first, so that no arrow lies on another unit's shape. */
export function unitRows(units: UnitsOnMap["units"]["features"], origin: Place): Rows {
  const arrows = units.filter((unit) => unit.properties.heading !== undefined);
  const rows = new Rows(units.length + arrows.length, origin);
  const add = (unit: (typeof units)[number], name: string, size: number, turn = 0, ahead = 0): void => {
    const place = MercatorCoordinate.fromLngLat(unit.geometry.coordinates as [number, number]);
    rows.add(place, UNIT_IMAGES.indexOf(name), size, turn, unit.properties.stale ? STALE_INK : 1, ahead);
  };
  for (const unit of arrows) add(unit, "unit-heading", ARROW.size, ((unit.properties.heading ?? 0) * Math.PI) / 180, ARROW.ahead);
  for (const unit of units) add(unit, unit.properties.icon, SHAPE);
  return rows;
}
