"""Tiles of what came in, with 10,000 and with 1,000,000 incidents spread over three years and the province; on PostGIS.

The rows are those of the desk's measurement (tests/bench/desk.py), each given one of many places.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import desk
from tests.bench.lines import Line
from tests.bench.province import EAST, NORTH, SOUTH, WEST
from tests.harness.servers import Postgres

# Several incidents of a million share one.
PLACES = 50_000
CEILING = 2.0
_TRIES = 9


def measure(small: bool) -> list[Line]:
    """Starts a server of its own, fills it twice, and times tiles as the room's map asks them, nothing kept."""
    many = desk.FEW * 4 if small else desk.MANY
    with tempfile.TemporaryDirectory(prefix="opscenter-bench-", ignore_cleanup_errors=True) as name:
        postgres = Postgres(Path(name))
        try:
            postgres.start()
            env = {**os.environ, "OPSCENTER_DATABASE_URL": postgres.create("opscenter")}
            command = [sys.executable, "-m", "tests.bench.tiles", str(many)]
            done = subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True, text=True)
        finally:
            postgres.stop()
    measured: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return [
        Line(
            name=f"{what}, {many:,} incidents",
            ours=measured[str(many)][what],
            unit="ms",
            baseline=f"{desk.FEW:,} incidents",
            baseline_value=measured[str(desk.FEW)][what],
            ceiling=CEILING,
        )
        for what in measured[str(desk.FEW)]
    ]


def main(many: int) -> None:
    """The part that runs on the database: prints {number: {what: milliseconds}} as its last line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    desk._make_scene()
    found: dict[int, dict[str, float]] = {}
    for number in (desk.FEW, many):
        desk._fill(number, 0)
        _place()
        _columns()
        found[number] = {what: _median_ms(work) for what, work in _asked().items()}
    print(json.dumps(found))


def _median_ms(work: Callable[[], Any]) -> float:
    """Once to warm up, then the median of _TRIES."""
    work()
    return statistics.median(desk._ms(work) for _try in range(_TRIES))


def _place() -> None:
    """Gives every incident one of PLACES places, by its number."""
    from django.db import connection

    from geo.tiles import key_of

    chance = random.Random(1022)
    places = [(chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)) for _n in range(PLACES)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE places (n int PRIMARY KEY, lon float8, lat float8, key bigint)")
        with cursor.copy("COPY places FROM STDIN") as copy:
            for n, (lon, lat) in enumerate(places):
                copy.write_row((n, lon, lat, key_of(lon, lat)))
        cursor.execute(
            "UPDATE records_incident i SET point = ST_SetSRID(ST_MakePoint(lon, lat), 4326), radius_m = 10, "
            "tile_key = key FROM places WHERE n = i.id %% %s AND i.tile_key IS NULL",
            [PLACES],
        )
        cursor.execute("DROP TABLE places")
        cursor.execute("VACUUM ANALYZE records_incident")


def _columns() -> None:
    """The figures' columns of these incidents, with what tiles count alone: the whole takes a worker long."""
    import numpy as np
    from django.db import connection

    from incidents.figures.columns import ASSIGNMENT, CALL, INCIDENT, LAYOUT, pack
    from incidents.figures.models import DayColumns

    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - '1970-01-01'::date, id,
            coalesce("group", 0), ST_X(point), ST_Y(point) FROM records_incident WHERE exercise = 0 ORDER BY 1"""
        )
        rows = np.array(cursor.fetchall(), dtype=np.float64)
    incidents = np.zeros(len(rows), dtype=INCIDENT)
    for column, name in enumerate(("id", "group", "lon", "lat"), 1):
        incidents[name] = rows[:, column]
    days, starts = np.unique(rows[:, 0].astype(np.int64), return_index=True)
    DayColumns.objects.all().delete()
    DayColumns.objects.bulk_create(
        [
            DayColumns(
                day=dt.date(1970, 1, 1) + dt.timedelta(days=day),
                layout=LAYOUT,
                made=uuid.uuid4(),
                incidents=pack(part),
                assignments=pack(np.zeros(0, dtype=ASSIGNMENT)),
                calls=pack(np.zeros(0, dtype=CALL)),
            )
            for day, part in zip(days.tolist(), np.split(incidents, starts[1:]), strict=True)
        ],
        batch_size=100,
    )


def _asked() -> dict[str, Callable[[], Any]]:
    from django.utils import timezone

    from geo.tiles import Tile, key_of, shift
    from incidents.maps.asking import Past
    from incidents.maps.history import tile_of
    from opscenter.accounts.models import Person

    person = Person.objects.get(username="call_taker")
    today = timezone.localdate()
    month, years = (Past(today - dt.timedelta(days=days), today) for days in (30, 1_100))
    key = key_of((WEST + EAST) / 2, (SOUTH + NORTH) / 2)
    street, town, province = (Tile.of_number(z, key >> shift(z)) for z in (15, 13, 9))
    return {
        "tile of a street, 90 days": lambda: tile_of(person, street, Past(today - dt.timedelta(90), today)),
        "tile of a town, 30 days": lambda: tile_of(person, town, month),
        "tile of the province, 30 days": lambda: tile_of(person, province, month),
        "tile of the province, three years": lambda: tile_of(person, province, years),
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
