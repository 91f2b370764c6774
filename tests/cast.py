"""The cast of people for tests of who may do what: one of each role, at the agencies of the invented province."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext

from incidents.records.history import HistoryKind, append
from incidents.records.models import Assignment, Incident, Report, ReportWords
from opscenter.accounts.models import HandlingUnit, Person
from realtime.change import change
from tests.harness.remembering import Remembering
from tests.intake.world import World


@dataclass(frozen=True)
class Cast:
    """`*_there` are the same roles at another agency, which has nothing to do with the first."""

    call_taker: Person
    supervisor: Person
    administrator: Person
    leader: Person
    focal_point: Person
    handler: Person
    focal_point_there: Person
    handler_there: Person
    dispatcher: Person
    crew: Person
    partner: Person
    unit: HandlingUnit
    unit_there: HandlingUnit

    def people(self) -> dict[str, Person]:
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: person for name, person in found.items() if isinstance(person, Person)}


@pytest.fixture
def cast(world: World, new_person: Callable[..., Person], made_once: Remembering) -> Cast:
    return made_once("cast", lambda: make_cast(world, new_person), on="world")


def make_cast(world: World, new_person: Callable[..., Person]) -> Cast:
    unit = HandlingUnit.objects.create(agency=world.an_lac, name="Tổ đô thị")
    there = HandlingUnit.objects.create(agency=world.binh_minh, name="Tổ đô thị")
    crew = HandlingUnit.objects.create(agency=world.fire, name="Đội 1")
    return Cast(
        call_taker=new_person("call_taker"),
        supervisor=new_person("supervisor"),
        administrator=new_person("administrator"),
        leader=new_person("leader"),
        focal_point=new_person("focal_point", agency=world.an_lac),
        handler=new_person("handler", agency=world.an_lac, handling_unit=unit),
        focal_point_there=new_person("focal_point", agency=world.binh_minh),
        handler_there=new_person("handler", agency=world.binh_minh, handling_unit=there),
        dispatcher=new_person("dispatcher", agency=world.fire),
        crew=new_person("crew", agency=world.fire, handling_unit=crew),
        partner=new_person("partner"),
        unit=unit,
        unit_there=there,
    )


_numbers = itertools.count(1)


def open_one(world: World, **given: Any) -> Incident:
    """An incident with one report, opened by a change of its own, without any of intake's steps."""
    from incidents.records import editing

    exercise = given.pop("exercise", 0)
    reports = given.pop("reports", 1)
    with change() as c:
        start: dict[str, Any] = {
            "source": "phone",
            "summary": "Ổ gà trước số 12/5",
            "received_at": c.at,
            "category": world.categories["road"],
            "group": 3,
            "category_trace": {"by": "person"},
            "place_trace": {"by": "person", "outcome": "located"},
            "area_set": "invented",
            "ward_code": "90001",
            "district_code": "80001",
            "exercise": exercise,
        }
        incident = editing.open_incident(**{**start, **given})
        for _number in range(reports):
            report = Report.objects.create(
                incident=incident,
                source="phone",
                source_id=f"cast-{next(_numbers)}",
                received_at=c.at,
                next_step="",
                next_step_at=c.at,
                exercise=exercise,
            )
            ReportWords.objects.create(report=report, words="Ổ gà trước số 12/5, gọi 0900 000 001")
        append(incident, HistoryKind.RECEIVED, by=None)
    return incident


def give(incident: Incident, agency: Any, by: Person, **more: Any) -> Assignment:
    """Dispatches in a change of its own; gives the lead's assignment."""
    from incidents.dispatching.assigning import assign

    with change():
        return assign(incident_id=incident.pk, lead=agency, by=by, **more)[0]


@contextmanager
def most_queries(most: int) -> Iterator[None]:
    """Fails when the block asks the database more often than `most`, beside the look at areas that a process takes once
    a second, and the reading of rules after they changed."""
    from geo.index import territory
    from incidents.dispatching.book import book

    territory()
    book()
    with CaptureQueriesContext(connection) as asked:
        yield
    texts = [query["sql"] for query in asked.captured_queries]
    assert len(texts) <= most, f"{len(texts)} queries instead of {most}:\n" + "\n".join(texts)


_HANDLER = ClientHandler(enforce_csrf_checks=True)


class Hands:
    """Somebody at a browser: posts as the outbox does, with an action id and the CSRF token."""

    def __init__(self, person: Person | None = None, *, session: str = "") -> None:
        self.client = Client(enforce_csrf_checks=True)
        # One for all: a new one has WhiteNoise read every file of the front end again.
        self.client.handler = _HANDLER
        if person is not None:
            self.client.force_login(person)
        if session:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = session
        self.client.cookies["csrftoken"] = "a" * 32

    @property
    def session(self) -> str:
        """The key of the session that signs this person in, for other hands of the same person."""
        return str(self.client.cookies[settings.SESSION_COOKIE_NAME].value)

    def post(
        self, url: str, sent: dict[str, Any] | None = None, *, action: str | None = None, form: bool = False
    ) -> Any:
        headers = {"X-CSRFToken": "a" * 32, "X-Action-Id": action or str(uuid.uuid4()), "Accept-Language": "en"}
        if form:
            return self.client.post(url, sent or {}, headers=headers)
        return self.client.post(url, sent or {}, content_type="application/json", headers=headers)

    def get(self, url: str, **more: Any) -> Any:
        return self.client.get(url, headers={"Accept-Language": "en", **more})


def together(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Runs functions at the same moment, each in a thread and connection of its own; gives results or exceptions."""
    import threading

    from django.db import connections

    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            results[number] = work()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number, work)) for number, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
