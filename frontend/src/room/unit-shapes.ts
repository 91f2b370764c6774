/** Moving units as shapes, each with the arrow of its heading. */
import { MercatorCoordinate } from "maplibre-gl";
import { type Place, Rows, SHARPNESS, type Sheet } from "./point-shapes";
import { drawUnit, UNIT_IMAGES, type UnitsOnMap } from "./units";

/** The arrow is as large as a cell, all other pictures smaller. */
const CELL = 40;
const ARROW = UNIT_IMAGES.indexOf("unit-heading");
const SHAPE = 22;
const STALE_INK = 0.45;

export const UNIT_SHEET: Sheet = {
  names: UNIT_IMAGES,
  cell: CELL,
  put: (pen, name, x) => pen.drawImage(drawUnit(name, SHARPNESS), x, 0),
};

/** All arrows first, so that no arrow lies on another unit's shape. */
export function unitRows(units: UnitsOnMap["units"]["features"], origin: Place): Rows {
  const arrows = units.filter((unit) => unit.properties.heading !== undefined);
  const rows = new Rows(units.length + arrows.length, origin);
  const add = (unit: (typeof units)[number], picture: number, size: number, turn: number): void => {
    const place = MercatorCoordinate.fromLngLat(unit.geometry.coordinates as [number, number]);
    rows.add(place, picture, size, turn, unit.properties.stale ? STALE_INK : 1);
  };
  for (const unit of arrows) add(unit, ARROW, CELL, ((unit.properties.heading ?? 0) * Math.PI) / 180);
  for (const unit of units) add(unit, UNIT_IMAGES.indexOf(unit.properties.icon), SHAPE, 0);
  return rows;
}
