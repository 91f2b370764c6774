/** A day again: the one fold that makes a map and figures of its rows. The server's `fold` (incidents/maps/replaying.py) is the same. */

/** One look of an incident from `at` on. Seconds since 1970; `due` 0: no deadline; `group` 0: not known. */
export interface Row {
  id: number;
  at: number;
  received: number;
  state: string;
  on_board: boolean;
  group: number;
  category: string;
  lon: number | null;
  lat: number | null;
  due: number;
}

export interface Picture {
  board: Record<string, Row>;
  received: number;
  open: number;
  overdue: number;
  closed: number;
  by_group: Record<string, number>;
}

/** The picture at a moment of the day that began at `start`, from the rows in their order up to and with `at`. */
export function fold(rows: readonly Row[], start: number, at: number): Picture {
  const latest = new Map<number, Row>();
  for (const row of rows) {
    if (row.at > at) break;
    latest.set(row.id, row);
  }
  const picture: Picture = { board: {}, received: 0, open: 0, overdue: 0, closed: 0, by_group: {} };
  for (const row of latest.values()) {
    if (row.on_board) {
      picture.board[row.id] = row;
      picture.open += 1;
      if (row.due > 0 && row.due < at) picture.overdue += 1;
    }
    if (row.received >= start) {
      picture.received += 1;
      picture.by_group[row.group] = (picture.by_group[row.group] ?? 0) + 1;
    }
    if (row.state === "closed" && row.at >= start) picture.closed += 1;
  }
  return picture;
}
