"""Three years of a million incidents on PostGIS: the page's whole count from columns, against counting in SQL.

The SQL is the plain way to the same figures: sums, percentiles and groups by ward of one table, one statement each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from tests.bench.lines import Line

FULL, SMALL = 1_000_000, 20_000
DAYS = 1_095
LONGEST_S = 2.0
EXPORTED = ("csv", "geojson", "xlsx")
# Ten times the lines may take so much more memory: what the names and the libraries need is in both.
FLAT = 1.25


def measure(small: bool) -> list[Line]:
    """The lines of the table: opening a report the first time in a process, and again."""
    command = [sys.executable, "-m", "tests.harness.run_on_postgis", "--", "python", "-m", "tests.bench.figures"]
    command.append(str(SMALL if small else FULL))
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=3_000)
    # The columns hold as many calls as incidents; both are counted each time.
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    what = f"three years of {told['count']:,} incidents"
    return [
        Line(f"figures of {what}, first time", told["first"], "s", "counted in SQL", told["sql"], ceiling=1.0),
        Line(f"figures of {what}, again", told["again"], "s", "counted in SQL", told["sql"], ceiling=1.0),
        Line(f"figures of {what}, slower of both", max(told["first"], told["again"]), "s", ceiling=LONGEST_S),
        Line(f"columns of {what} on disk", told["megabytes"], "MB"),
        *(
            Line(
                f"memory to write {what} as {kind}",
                told["exports"][kind][1],
                "MB",
                "a tenth of them",
                told["exports"][kind][0],
                ceiling=FLAT,
            )
            for kind in EXPORTED
        ),
    ]


def _fill(count: int) -> None:
    """Incidents, each with one report and one assignment, spread evenly over the days and two wards' ground."""
    from django.conf import settings
    from django.db import connection

    from opscenter.accounts.models import Agency

    agencies = [
        Agency.objects.create(code=f"bench-{n}", name=f"Agency {n}", kind="commune", valid_from="2019-01-01").pk
        for n in range(100)
    ]
    # The day of the place, as people ask for it: at night it is another one than UTC's.
    begin = f"(date_trunc('day', now(), '{settings.TIME_ZONE}') - interval '{DAYS} days')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO records_incident (version, state, "group", priority, summary, source, point, radius_m,
                approximate, place_label, area_set, area_generation, ward_code, district_code, place_trace,
                category_trace, agency_trace, needs, received_at, due_at, closed_at, outcome, answer, on_board, exercise
                {_further(cursor, "records_incident")[0]})
            SELECT 1, 'closed', 1 + n % 3, 3, '', (ARRAY['phone','phone','phone','web','zalo'])[1 + n % 5],
                ST_SetSRID(ST_MakePoint(106.6 + (n % 997) * 0.0001, 11.0 + (n % 991) * 0.0001), 4326), 50, false,
                '', '', '', '', '', '{{}}', '{{}}', '{{}}', '[]', at, at + interval '48 hours',
                at + (n % 100000) * interval '3 seconds',
                CASE WHEN n % 4 = 0 THEN 'answered_at_once' ELSE 'handled' END,
                '', false, 0 {_further(cursor, "records_incident")[1]}
            FROM (SELECT n, {begin} + n * (interval '{DAYS} days' / {count}) AS at FROM generate_series(1, {count}) n) s
            """
        )
        cursor.execute(
            f"""INSERT INTO records_assignment (incident_id, agency_id, role, state, trace, note, sent_at, accepted_at,
                result_at, due_at, return_reason, result, rejection {_further(cursor, "records_assignment")[0]})
            SELECT id, (ARRAY{agencies})[1 + id % 100], 'lead', 'approved', '{{}}', '', received_at,
                received_at + (id % 3000) * interval '1 second', closed_at, due_at, '', '', ''
                {_further(cursor, "records_assignment")[1]}
            FROM records_incident"""
        )
        cursor.execute(
            """INSERT INTO records_history (incident_id, version, at, kind, why, data, exercise)
            SELECT id, 1, closed_at, 'closed', '', '{}', 0 FROM records_incident"""
        )
        cursor.execute(
            f"""INSERT INTO calls_call (call_id, began_at, answered_at, ended_at, state, exercise
                {_further(cursor, "calls_call")[0]})
            SELECT 'bench-' || id, received_at,
                CASE WHEN id % 10 > 0 THEN received_at + (id % 60) * interval '1 second' END,
                received_at + (60 + id % 600) * interval '1 second',
                CASE WHEN id % 10 > 0 THEN 'ended' ELSE 'abandoned' END, 0 {_further(cursor, "calls_call")[1]}
            FROM records_incident"""
        )
        cursor.execute("ANALYZE")


# What the statements above name themselves.
_NAMED = {
    "records_incident": {
        "version", "state", "group", "priority", "summary", "source", "point", "radius_m", "approximate", "place_label",
        "area_set", "area_generation", "ward_code", "district_code", "place_trace", "category_trace", "agency_trace",
        "needs", "received_at", "due_at", "closed_at", "outcome", "answer", "on_board", "exercise",
    },
    "calls_call": {"call_id", "began_at", "answered_at", "ended_at", "state", "exercise"},
    "records_assignment": {
        "incident_id", "agency_id", "role", "state", "trace", "note", "sent_at", "accepted_at", "result_at", "due_at",
        "return_reason", "result", "rejection",
    },
}  # fmt: skip


def _further(cursor: Any, table: str) -> tuple[str, str]:
    """Columns that must have a value and are not named: ", name, …" and ", value, …" with an empty one each."""
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
        "AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'",
        [table],
    )
    empty = {"boolean": "false", "jsonb": "'{}'", "character varying": "''", "text": "''"}
    rows = [(name, empty.get(kind, "0")) for name, kind in cursor.fetchall() if name not in _NAMED[table]]
    return "".join(f', "{name}"' for name, _ in rows), "".join(f", {value}" for _, value in rows)


SQL = """
SELECT count(*), count(*) FILTER (WHERE outcome = 'answered_at_once'), count(*) FILTER (WHERE closed_at > due_at),
  percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY closed_at - received_at) FROM records_incident
  WHERE exercise = 0 AND received_at >= %s;
SELECT "group", source, count(*) FROM records_incident WHERE exercise = 0 AND received_at >= %s GROUP BY 1, 2;
SELECT date_trunc('month', received_at), "group", count(*) FROM records_incident
  WHERE exercise = 0 AND received_at >= %s GROUP BY 1, 2;
SELECT w.code, count(*) FROM records_incident i
  JOIN geo_area w ON w.level = 'ward' AND ST_Intersects(w.geometry, i.point)
  WHERE i.exercise = 0 AND i.received_at >= %s GROUP BY 1;
SELECT a.agency_id, count(*), count(*) FILTER (WHERE result_at <= a.due_at),
  percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY accepted_at - sent_at),
  percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY result_at - sent_at)
  FROM records_assignment a JOIN records_incident i ON i.id = a.incident_id
  WHERE i.exercise = 0 AND i.received_at >= %s GROUP BY 1;
"""


def main(count: int) -> None:
    """In the process that has the database: fills it, makes the columns, and prints the seconds as one line of JSON."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    import datetime as dt

    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.models import Sum
    from django.db.models.functions import Length
    from django.utils import timezone

    from incidents.figures import following, reading
    from incidents.figures.asking import Asked
    from incidents.figures.counting import Selection
    from incidents.figures.models import DayColumns
    from incidents.figures.telling import tell
    from tests.intake.world import make_world

    call_command("migrate", verbosity=0)
    make_world()
    _fill(count)
    following.catch_up()
    today = timezone.localdate()
    asked = Asked(today - dt.timedelta(days=DAYS), today, "invented", Selection())

    def opening() -> float:
        begun = time.perf_counter()
        told = tell(asked, timezone.now())
        seconds = time.perf_counter() - begun
        assert told.figures.received == count, f"{told.figures.received} of {count}"
        assert told.calls is not None
        assert told.calls.calls == count
        return seconds

    first = opening()
    again = min(opening() for _ in range(3))
    since = timezone.now() - dt.timedelta(days=DAYS + 1)
    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            for statement in filter(None, (one.strip() for one in SQL.split(";"))):
                cursor.execute(statement, [since])
                cursor.fetchall()
        best = min(best, time.perf_counter() - begun)
    reading._days.clear()
    size = DayColumns.objects.aggregate(n=Sum(Length("incidents")) + Sum(Length("assignments")))["n"]
    exports = {kind: [_peak_mb(kind, days) for days in (DAYS // 10, DAYS)] for kind in EXPORTED}
    print(
        json.dumps(
            {"count": count, "first": first, "again": again, "sql": best, "megabytes": size / 1e6, "exports": exports}
        )
    )


def _peak_mb(kind: str, days: int) -> float:
    """The most memory of a process of its own that writes a list of the last days, as the worker does."""
    command = [sys.executable, "-m", "tests.bench.figures", "export", kind, str(days)]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1])


def export(kind: str, days: int) -> None:
    """Writes one list and prints the process's peak memory in MB."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    import datetime as dt
    import tempfile
    from pathlib import Path

    import django

    django.setup()
    from django.utils import timezone

    from incidents.figures.asking import Asked
    from incidents.figures.counting import Selection
    from incidents.figures.files import WRITERS
    from opscenter.accounts.models import Person

    today = timezone.localdate()
    asked = Asked(today - dt.timedelta(days=days), today, "invented", Selection())
    with tempfile.TemporaryDirectory(prefix="bench-export-") as folder:
        rows = WRITERS[kind](Path(folder) / f"list.{kind}", asked, Person(role="supervisor"))
    assert rows > 0
    # getrusage would tell the peak of the large process that began this one.
    (peak,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    print(int(peak.split()[1]) / 1024)


if __name__ == "__main__":
    if sys.argv[1] == "export":
        export(sys.argv[2], int(sys.argv[3]))
    else:
        main(int(sys.argv[1]))
