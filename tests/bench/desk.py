"""The queue of the control room, an agency's inbox, what is looked up, a list and a report, with 10,000 and with
1,000,000 incidents behind them.

On PostGIS. What is on the board, and what came in the days that are reported on, is the same both times: the past
grows, not what people have to do. Rows are copies of incidents that went through the application, made in SQL. The two
databases are asked in turn, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import datetime as dt
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
# The days of the report and of the list, and over how many the first incidents are spread; the others lie before them.
REPORTED, SPREAD = 90, 1_000
# Numbers of copied reporters begin here, so that each copy of a report knows its own.
_REPORTERS = 10_000_000


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
        _fill(FEW, 0)
        _make_columns()
        return
    _fill(int(what), SPREAD)
    asked = _screens()
    print("ready", flush=True)
    for _line in sys.stdin:
        print(json.dumps({name: _ms(work) for name, work in asked.items()}), flush=True)


def _make_scene() -> None:
    """One incident that is worked on and one that was answered, and the people who look."""
    from incidents.dispatching import agency_work, closing
    from incidents.records.models import Report, Reporter
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
        reporter = Reporter.objects.create(phone=f"090000000{int(answered)}", created_at=row.incident.received_at)
        Report.objects.filter(incident=row.incident).update(reporter=reporter)
        if answered:
            with change():
                agency_work.give_result(text="Xong", **own)
            with change():
                closing.close(incident_id=row.incident_id, answer="Xong.", by=people["call_taker"])


def _screens() -> dict[str, Callable[[], Any]]:
    """What the screens of the scene's people ask."""
    from django.utils import timezone

    from incidents.figures import lists
    from incidents.figures.asking import Asked
    from incidents.figures.counting import Selection
    from incidents.figures.telling import tell
    from incidents.inbox.queries import assignments_of
    from incidents.records import live
    from incidents.records.models import Incident, Reporter
    from incidents.room import queries
    from opscenter.accounts.models import Agency, Person

    names = ("call_taker", "focal_point", "handler")
    room, focal, handler = (Person.objects.get(username=name) for name in names)
    today = timezone.localdate()
    asked = Asked(today - dt.timedelta(days=REPORTED), today - dt.timedelta(days=1), "invented", Selection())
    code, agencies = Incident.objects.filter(on_board=False).earliest("pk").code, Agency.objects.all()
    phone = Reporter.objects.filter(pk__gt=_REPORTERS).earliest("pk").phone
    folder = Path(tempfile.mkdtemp(prefix="list-"))
    # Both are of something, and of the same.
    told = tell(asked, timezone.now())
    assert told.figures.received > REPORTED, told.figures.received
    assert queries.earlier(phone, room)
    return {
        "search by a code": lambda: queries.panel(code, room, agencies),
        "search by a caller's number": lambda: queries.earlier(phone, room),
        f"report of {REPORTED} days": lambda: tell(asked, timezone.now()),
        f"list of {REPORTED} days": lambda: lists.write_csv(folder / "list.csv", asked, room),
        "queue of the room": lambda: list(live.snapshot({"room"})),
        "inbox of an agency": lambda: list(live.snapshot({f"agency:{focal.agency_id}"})),
        "inbox of a unit": lambda: list(live.snapshot({f"unit:{handler.handling_unit_id}"})),
        "one assignment": lambda: assignments_of(focal).order_by("-pk").first(),
        "figures of the day": live.figures,
    }


def _make_columns() -> None:
    """What the worker makes of the days that are reported on."""
    from django.utils import timezone

    from incidents.figures import following
    from incidents.figures.models import StaleDay
    from realtime.change import change

    today = timezone.localdate()
    with change() as c:
        following._mark({today - dt.timedelta(days=number) for number in range(1, REPORTED + 1)}, c.at)
    for stale in StaleDay.objects.all():
        following.make_day(stale)


def _fill(number: int, before: int) -> None:
    """Brings the number of incidents up to `number`, further ones more than `before` days ago. ON_BOARD
    of all are being worked on."""
    from django.db import connection

    from incidents.records.models import Incident

    there = Incident.objects.count()
    board = max(0, ON_BOARD - Incident.objects.on_board().count())
    live, over = (Incident.objects.filter(on_board=on).earliest("pk").pk for on in (True, False))
    with connection.cursor() as cursor:
        # Copies of rows that were checked: no foreign key is looked up again, a million times for each table.
        cursor.execute("SET session_replication_role = replica")
        _copy(cursor, live, board, before)
        _copy(cursor, over, number - there - board, before)
        cursor.execute("SET session_replication_role = DEFAULT")
        # What comes in by and by in life: the visibility map, so that an index alone answers.
        cursor.execute("VACUUM ANALYZE")


def _copy(cursor: Any, incident_id: int, number: int, before: int) -> None:
    """Copies one incident with all that hangs on it."""
    cursor.execute("SELECT max(id) FROM records_incident")
    last = cursor.fetchone()[0]
    # Spread over the last three years, so that the day's figures are those of a day.
    past = f"received_at - ({before} + s.n % {SPREAD} + 1) * interval '1 day'"
    over = f"closed_at - ({before} + s.n % {SPREAD} + 1) * interval '1 day'"
    changed = {
        "received_at": past,
        "closed_at": over,
        "resolved_at": f"CASE WHEN resolved_at IS NULL THEN NULL ELSE {over} END",
    }
    _insert(cursor, "records_incident", f"generate_series(1, {number}) s(n)", f"t.id = {incident_id}", changed)
    new = f"records_incident i WHERE i.id > {last} AND t.incident_id = {incident_id}"
    named = {"source_id": "'bench-' || i.id", "tracking_code": "'B' || i.id"}
    report = {"incident_id": "i.id", "received_at": "i.received_at", **named}
    report["reporter_id"] = f"{_REPORTERS} + i.id"
    people = f"records_incident i, records_report r WHERE i.id > {last} AND r.incident_id = {incident_id}"
    number_of = {"id": f"{_REPORTERS} + i.id", "phone": "'09' || lpad(i.id::text, 8, '0')"}
    _insert(cursor, "records_reporter", people, "t.id = r.reporter_id", number_of)
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
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND (column_name <> 'id' OR %s)",
        [table, "id" in changed],
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
