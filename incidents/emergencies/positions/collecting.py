"""Positions on their way into the database: the latest of each unit wins, written once a second for all of them.

They bypass the event log. A process that dies loses a second of positions, which the next fix makes good.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from geo.plane import distance_m
from incidents.emergencies.models import Device, Position, RefusedFix, TrackPoint
from incidents.emergencies.positions.fixes import Fix, WhyNot
from realtime.change import change

log = logging.getLogger(__name__)

WRITE_EVERY_S = 1.0
# A track needs no point where nothing moved.
TRACK_METRES = 15.0
TRACK_EVERY = dt.timedelta(seconds=60)
# What a process keeps while the database does not answer.
MOST_KEPT = 100_000
MOST_KINDS_OF_REFUSALS = 500
_ROWS = 400
_REREAD_S = 5.0


class Known(NamedTuple):
    """Whose a device code is, and by which feed alone it comes."""

    unit: int
    feed: int | None


class Collector:
    """One a process. `take` and `refuse` cost microseconds; a thread of its own writes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._latest: dict[int, Fix] = {}
        self._track: list[tuple[int, Fix]] = []
        self._last_on_track: dict[int, Fix] = {}
        self._refused: Counter[tuple[str, str, str]] = Counter()
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self._devices: dict[str, Known] = {}
        self._read_at = float("-inf")

    # --- who is it ------------------------------------------------------------------------------------------------

    def device(self, code: str) -> Known | None:
        """Whose code it is; read anew every few seconds, and for an unknown code once a second at most."""
        age = time.monotonic() - self._read_at
        if age > _REREAD_S or (code not in self._devices and age > 1.0):
            self._read_at = time.monotonic()
            rows = Device.objects.filter(is_active=True, unit__is_active=True)
            self._devices = {code: Known(unit, feed) for code, unit, feed in rows.values_list("code", "unit", "feed")}
        return self._devices.get(code)

    # --- what comes in --------------------------------------------------------------------------------------------

    def take(self, fixes: Iterable[tuple[int, Fix]]) -> None:
        """Takes fixes of units in any order: the one made last is where the unit is, all are its track."""
        with self._lock:
            for unit, fix in fixes:
                known = self._latest.get(unit)
                if known is None or known.at < fix.at:
                    self._latest[unit] = fix
                if self._belongs_on_track(unit, fix) and len(self._track) < MOST_KEPT:
                    self._track.append((unit, fix))
        self._wake()

    def _belongs_on_track(self, unit: int, fix: Fix) -> bool:
        last = self._last_on_track.get(unit)
        near = (
            last is not None
            and dt.timedelta(0) <= fix.at - last.at < TRACK_EVERY
            and distance_m(last.lon, last.lat, fix.lon, fix.lat) < TRACK_METRES
        )
        if not near and (last is None or last.at < fix.at):
            self._last_on_track[unit] = fix
        return not near

    def refuse(self, source: str, device: str, why: WhyNot, count: int = 1) -> None:
        """Counts a fix that was not taken; of a flood of unknown devices the first few hundred are told apart."""
        with self._lock:
            key = (source[:40], device[:60] if device.isprintable() else "?", why.value)
            if key not in self._refused and len(self._refused) >= MOST_KINDS_OF_REFUSALS:
                key = (source[:40], "…", why.value)
            self._refused[key] += count
        self._wake()

    # --- writing --------------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        self._wanted.set()
        if self._thread is None or not self._thread.is_alive():
            with self._lock:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._write_for_ever, name="positions", daemon=True)
                    self._thread.start()

    def _write_for_ever(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            time.sleep(WRITE_EVERY_S)
            try:
                close_old_connections()
                self.write()
            except DatabaseError:
                log.warning("positions cannot be written, trying on", exc_info=True)
                self._wanted.set()
            finally:
                if connection.vendor == "postgresql":
                    connection.close()

    def write(self) -> int:
        """Writes what has come in, in one change; gives how many units moved. What failed is kept for the next time."""
        with self._writing:
            with self._lock:
                latest, self._latest = self._latest, {}
                track, self._track = self._track, []
                refused, self._refused = self._refused, Counter()
            try:
                with change():
                    now = timezone.now()
                    _upsert_positions(latest, now)
                    _insert_track(track)
                    _count_refusals(refused, now)
            except DatabaseError:
                with self._lock:
                    self._latest = {**latest, **self._latest}
                    self._track = [*track, *self._track][:MOST_KEPT]
                    self._refused.update(refused)
                raise
        return len(latest)


collector = Collector()


def _insert(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], conflict: str) -> None:
    one = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        for first in range(0, len(rows), _ROWS):
            part = rows[first : first + _ROWS]
            values = ", ".join([one] * len(part))
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values} {conflict}",
                [value for row in part for value in row],
            )


def _time(at: dt.datetime) -> Any:
    # SQLite keeps times as texts, which must compare as Django writes them.
    return connection.ops.adapt_datetimefield_value(at)


_SIDE = ("speed", "heading", "altitude", "accuracy", "battery")


def _upsert_positions(latest: dict[int, Fix], now: dt.datetime) -> None:
    columns = ("unit_id", "fix_at", "written_at", "lat", "lon", *_SIDE)
    written = _time(now)
    rows = [
        (
            unit,
            _time(fix.at),
            written,
            fix.lat,
            fix.lon,
            fix.speed,
            fix.heading,
            fix.altitude,
            fix.accuracy,
            fix.battery,
        )
        for unit, fix in sorted(latest.items())
    ]
    table = Position._meta.db_table
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    newer = f"ON CONFLICT (unit_id) DO UPDATE SET {updates} WHERE {table}.fix_at < excluded.fix_at"
    _insert(table, columns, rows, newer)


def _insert_track(track: Sequence[tuple[int, Fix]]) -> None:
    rows = [(unit, _time(fix.at), fix.lat, fix.lon, fix.speed) for unit, fix in track]
    columns = ("unit_id", "fix_at", "lat", "lon", "speed")
    _insert(TrackPoint._meta.db_table, columns, rows, "ON CONFLICT DO NOTHING")


def _count_refusals(refused: Counter[tuple[str, str, str]], now: dt.datetime) -> None:
    hour = _time(now.replace(minute=0, second=0, microsecond=0))
    table = RefusedFix._meta.db_table
    rows = [(hour, source, device, reason, count) for (source, device, reason), count in refused.items()]
    conflict = f"ON CONFLICT (hour, source, device, reason) DO UPDATE SET count = {table}.count + excluded.count"
    _insert(table, ("hour", "source", "device", "reason", "count"), rows, conflict)
