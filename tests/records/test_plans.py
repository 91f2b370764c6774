"""A million incidents one day: what is asked all the time never reads a whole table.

SQLite plans by the shape of a query, not by how many rows there are, so an empty table shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.records import live
from incidents.records.described import describe
from incidents.records.models import Incident
from tests.cast import Cast, give, open_one
from tests.intake.world import World

# The indexes of the board hold the board alone.
_WHOLE_TABLE = re.compile(r"^SCAN records_(?!.* USING (COVERING )?INDEX (incident_board|incident_due|assignment_open))")


def plans(work: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        work()
    lines = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                lines += [str(row[3]) for row in cursor.fetchall()]
    assert lines
    return lines


def test_nothing_reads_a_whole_table(world: World, cast: Cast, database_kind: str) -> None:
    if database_kind != "spatialite":
        pytest.skip("PostgreSQL plans by its statistics")
    incident = open_one(world)
    give(incident, world.an_lac, cast.call_taker)
    works: dict[str, Callable[[], Any]] = {
        "room": lambda: list(live.snapshot({"room"})),
        "wall": lambda: list(live.snapshot({"wall"})),
        "agency": lambda: list(live.snapshot({f"agency:{world.an_lac.pk}"})),
        "track": lambda: list(live.snapshot({f"track:{incident.reports.get().pk}"})),
        "figures": lambda: live.figures(),
        "describe": lambda: list(describe([incident.pk])),
        "one for the room": lambda: Incident.objects.visible_to(cast.call_taker).by_code(incident.code).exists(),
        "one for the agency": lambda: Incident.objects.visible_to(cast.focal_point).by_code(incident.code).exists(),
        "the agency's": lambda: list(Incident.objects.visible_to(cast.focal_point).on_board()),
    }
    for name, work in works.items():
        whole = [line for line in plans(work) if _WHOLE_TABLE.match(line)]
        assert not whole, f"{name}: {whole}"
