"""The queue of the control room and an agency's inbox, with 10,000 and with 1,000,000 incidents behind them.

On PostGIS. What is on the board is the same both times: the past grows, not what people have to do. Rows are copies of
incidents that went through the application, made in SQL. The two databases are asked in turn, so that whatever else the
machine does falls on both.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.lines import Line
from tests.harness.servers import Postgres

FEW, MANY = 10_000, 1_000_000
ON_BOARD = 1_000
# At most so many times as long.
CEILING = 2.0
_TRIES = 15


def measure(small: bool) -> list[Line]:
    """Starts a server of its own, fills two databases, and times what the screens ask of each in turn."""
    many = FEW * 4 if small else MANY
    with tempfile.TemporaryDirectory(prefix="opscenter-bench-", ignore_cleanup_errors=True) as name:
        postgres = Postgres(Path(name))
        children: list[subprocess.Popen[str]] = []
        try:
            postgres.start()
            few = postgres.create("few")
            subprocess.run(_command("prepare"), env=_environment(few), check=True, stdout=sys.stderr)
            urls = {FEW: few, many: postgres.create("many", like="few")}
            children = [
                subprocess.Popen(
                    _command(str(number)),
                    env=_environment(url),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                for number, url in urls.items()
            ]
            for child in children:
                _said(child)
            rounds = [[_asked(child) for child in children] for _try in range(_TRIES + 1)][1:]
        finally:
            for child in children:
                child.kill()
                child.wait()
            postgres.stop()
    lines = []
    for what in rounds[0][0]:
        few_ms, many_ms = (statistics.median(one[side][what] for one in rounds) for side in (0, 1))
        lines.append(
            Line(
                name=f"{what}, {many:,} incidents",
                ours=round(many_ms, 3),
                unit="ms",
                baseline=f"{FEW:,} incidents",
                baseline_value=round(few_ms, 3),
                ceiling=CEILING,
            )
        )
    return lines


def _command(what: str) -> list[str]:
    return [sys.executable, "-m", "tests.bench.desk", what]


def _environment(url: str) -> dict[str, str]:
    return {**os.environ, "OPSCENTER_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "opscenter.settings"}


def _asked(child: subprocess.Popen[str]) -> dict[str, float]:
    """One round of a child: {what: milliseconds}."""
    assert child.stdin is not None
    child.stdin.write("again\n")
    child.stdin.flush()
    return dict(json.loads(_said(child)))


def _said(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise RuntimeError(f"a part of the measurement ended with {child.wait()}")
    return line


def main(what: str) -> None:
    """The part that runs on a database. `prepare` makes tables and a scene; a number fills the database up to so many
    incidents, says that it is ready, and times all that is asked once for each line it is sent."""
    import django

    django.setup()
    if what == "prepare":
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        _make_scene()
        _fill(FEW)
        return
    _fill(int(what))
    asked = _screens()
    print("ready", flush=True)
    for _line in sys.stdin:
        print(json.dumps({name: _ms(work) for name, work in asked.items()}), flush=True)


def _make_scene() -> None:
    """One incident that is worked on and one that was answered, and the people who look."""
    from incidents.dispatching import agency_work, closing
    from opscenter.accounts.models import HandlingUnit, Person
    from realtime.change import change
    from tests.cast import give, open_one
    from tests.intake.world import make_world

    world = make_world()
    unit = HandlingUnit.objects.create(agency=world.an_lac, name="Tổ đô thị")
    made: dict[str, Any] = {"agency": world.an_lac}
    people = {
        role: Person.objects.create_user(username=role, full_name=role, role=role, **fields)
        for role, fields in {
            "call_taker": {},
            "focal_point": made,
            "handler": {**made, "handling_unit": unit},
        }.items()
    }
    for answered in (False, True):
        row = give(open_one(world), world.an_lac, people["call_taker"])
        own = {"assignment_id": row.pk, "by": people["focal_point"]}
        with change():
            agency_work.accept(**own)
            agency_work.hand_on(unit=unit, **own)
        if answered:
            with change():
                agency_work.give_result(text="Xong", **own)
            with change():
                closing.close(incident_id=row.incident_id, answer="Xong.", by=people["call_taker"])


def _screens() -> dict[str, Callable[[], Any]]:
    """What the screens of the scene's people ask."""
    from incidents.inbox.queries import assignments_of
    from incidents.records import live
    from opscenter.accounts.models import Person

    focal, handler = (Person.objects.get(username=name) for name in ("focal_point", "handler"))
    return {
        "queue of the room": lambda: list(live.snapshot({"room"})),
        "inbox of an agency": lambda: list(live.snapshot({f"agency:{focal.agency_id}"})),
        "inbox of a unit": lambda: list(live.snapshot({f"unit:{handler.handling_unit_id}"})),
        "one assignment": lambda: assignments_of(focal).order_by("-pk").first(),
        "figures of the day": live.figures,
    }


def _fill(number: int) -> None:
    """Brings the number of incidents up to `number`; of these ON_BOARD are being worked on."""
    from django.db import connection

    from incidents.records.models import Incident

    there = Incident.objects.count()
    board = max(0, ON_BOARD - Incident.objects.on_board().count())
    live, over = (Incident.objects.filter(on_board=on).earliest("pk").pk for on in (True, False))
    with connection.cursor() as cursor:
        # Copies of rows that were checked: no foreign key is looked up again, a million times for each table.
        cursor.execute("SET session_replication_role = replica")
        _copy(cursor, live, board)
        _copy(cursor, over, number - there - board)
        cursor.execute("SET session_replication_role = DEFAULT")
        # What comes in by and by in life: the visibility map, so that an index alone answers.
        cursor.execute("VACUUM ANALYZE")


def _copy(cursor: Any, incident_id: int, number: int) -> None:
    """Copies one incident with all that hangs on it."""
    cursor.execute("SELECT max(id) FROM records_incident")
    last = cursor.fetchone()[0]
    # Spread over the last three years, so that the day's figures are those of a day.
    past = "received_at - (s.n % 1000 + 1) * interval '1 day'"
    over = "closed_at - (s.n % 1000 + 1) * interval '1 day'"
    changed = {
        "received_at": past,
        "closed_at": over,
        "resolved_at": f"CASE WHEN resolved_at IS NULL THEN NULL ELSE {over} END",
    }
    _insert(cursor, "records_incident", f"generate_series(1, {number}) s(n)", f"t.id = {incident_id}", changed)
    new = f"records_incident i WHERE i.id > {last} AND t.incident_id = {incident_id}"
    named = {"source_id": "'bench-' || i.id", "tracking_code": "'B' || i.id"}
    report = {"incident_id": "i.id", "received_at": "i.received_at", **named}
    _insert(cursor, "records_report", new, "", report)
    _insert(cursor, "records_assignment", new, "", {"incident_id": "i.id"})
    _insert(cursor, "records_incidentaudience", new, "t.key NOT LIKE 'track:%'", {"incident_id": "i.id"})
    works = (
        f"records_assignment a, records_assignment b WHERE b.incident_id = {incident_id} AND t.assignment_id = b.id "
        f"AND a.incident_id > {last}"
    )
    _insert(cursor, "records_unitwork", works, "", {"assignment_id": "a.id"})


def _insert(cursor: Any, table: str, source: str, where: str, changed: dict[str, str]) -> None:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'", [table]
    )
    columns = [row[0] for row in cursor.fetchall()]
    values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    condition = " AND ".join(part for part in (where,) if part)
    joined = f"{source} {'AND' if ' WHERE ' in source else 'WHERE'} {condition}" if condition else source
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, {joined}")


def _ms(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return round((time.perf_counter() - start) * 1000, 3)


if __name__ == "__main__":
    main(sys.argv[1])
