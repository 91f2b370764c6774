"""Some invented weeks of incidents, as rows: durations and ends of every kind, on days that lie behind us."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from incidents.calls.models import Call
from incidents.conversations.models import Rating
from incidents.figures import following
from incidents.records.models import Assignment, History, Incident, Report
from realtime.change import change
from tests.intake.world import World

FIRST = dt.date(2025, 1, 27)
DAYS = 40


@dataclass(frozen=True)
class Past:
    """The first and the last local day of what was made, and a moment after all of it."""

    first: dt.date
    last: dt.date
    at: dt.datetime


def make_past(world: World, count: int = 400, seed: int = 1022, first: dt.date = FIRST, days: int = DAYS) -> Past:
    """Makes incidents with their reports, assignments and history, the way they look when much has happened."""
    chance = random.Random(seed)
    zone = timezone.get_current_timezone()
    begin = dt.datetime.combine(first, dt.time(), tzinfo=zone)
    agencies = [world.an_lac, world.binh_minh, world.fire]
    made = []
    for _ in range(count):
        received = begin + dt.timedelta(seconds=chance.randrange(days * 86_400))
        category = chance.choice([None, *world.categories.values()])
        ends = chance.choice(["open", "open", "handled", "handled", "answered_at_once", "cancelled"])
        closed = received + dt.timedelta(seconds=chance.choice([0, 30, 90, 4_000, 90_000, 900_000]))
        made.append(
            Incident(
                version=1,
                state={"open": "received", "cancelled": "cancelled"}.get(ends, "closed"),
                on_board=ends == "open",
                outcome="" if ends == "open" else ends,
                closed_at=None if ends == "open" else closed,
                category=category,
                group=category.group if category else None,
                source=chance.choice(["phone", "phone", "phone", "web", "zalo"]),
                received_at=received,
                due_at=received + dt.timedelta(hours=category.hours) if category else None,
                exercise=chance.choice([0, 0, 0, 0, 7]),
                **_place(chance),
            )
        )
    made = Incident.objects.bulk_create(made)
    reports, given, told = [], [], []
    Call.objects.bulk_create(_calls(chance, begin, days, count // 2))
    for incident in made:
        for number in range(chance.choice([1, 1, 1, 2, 5])):
            reports.append(
                Report(
                    incident=incident, source=incident.source, source_id=f"past-{incident.pk}-{number}", next_step="",
                    received_at=incident.received_at, next_step_at=incident.received_at, exercise=incident.exercise,
                )
            )  # fmt: skip
        if incident.outcome != "answered_at_once":
            given += _assignments(chance, incident, chance.sample(agencies, chance.randrange(3)))
        if incident.closed_at and incident.outcome != "cancelled":
            kind = "answered_at_once" if incident.outcome == "answered_at_once" else "closed"
            told.append((incident, kind, incident.closed_at))
            if chance.random() < 0.2:
                told.append((incident, "reopened", incident.closed_at + dt.timedelta(hours=1)))
                told.append((incident, kind, incident.closed_at + dt.timedelta(hours=2)))
    reports = Report.objects.bulk_create(reports)
    Rating.objects.bulk_create(
        [
            Rating(report=report, happy=chance.random() < 0.7, at=report.incident.closed_at, exercise=report.exercise)
            for report in reports
            if report.incident.outcome in {"handled", "answered_at_once"} and chance.random() < 0.4
        ]
    )
    Assignment.objects.bulk_create(given)
    History.objects.bulk_create(
        [
            History(incident=incident, version=1, at=at, kind=kind, exercise=incident.exercise)
            for incident, kind, at in told
        ]
    )
    return Past(first, first + dt.timedelta(days=days - 1), begin + dt.timedelta(days=days + 30))


def _place(chance: random.Random) -> dict[str, object]:
    if chance.random() < 0.1:
        # Nothing is known of half of these, of the others only the ward.
        return chance.choice([{}, {"area_set": "invented", "ward_code": "90002"}])
    # The two wards of the invented province and a strip outside of it.
    lon, lat = chance.uniform(106.6, 106.72), chance.uniform(11.0, 11.1)
    return {"point": Point(lon, lat, srid=4326), "radius_m": 50.0}


def _assignments(chance: random.Random, incident: Incident, agencies: list[object]) -> list[Assignment]:
    rows = []
    for number, agency in enumerate(agencies):
        sent = incident.received_at + dt.timedelta(minutes=chance.randrange(1, 90))
        state = chance.choice(["sent", "accepted", "returned", "result_given", "approved", "cancelled"])
        accepted = sent + dt.timedelta(seconds=chance.randrange(10, 90_000))
        result = accepted + dt.timedelta(seconds=chance.randrange(60, 600_000))
        rows.append(
            Assignment(
                incident=incident, agency=agency, role="lead" if number == 0 else "co", state=state, sent_at=sent,
                accepted_at=accepted if state in {"accepted", "result_given", "approved"} else None,
                result_at=result if state in {"result_given", "approved"} else None,
                seen_at=sent + (accepted - sent) / 2 if state != "sent" or chance.random() < 0.5 else None,
                seen_due_at=sent + dt.timedelta(hours=1),
                accept_due_at=sent + dt.timedelta(hours=chance.choice([1, 30])),
                due_at=incident.due_at,
                return_code=chance.choice(["not_competent", "other_area", "not_clear"]) if state == "returned" else "",
            )
        )  # fmt: skip
    return rows


def _calls(chance: random.Random, begin: dt.datetime, days: int, count: int) -> list[Call]:
    rows = []
    for number in range(count):
        began = begin + dt.timedelta(seconds=chance.randrange(days * 86_400))
        state = chance.choice(["ended", "ended", "ended", "elsewhere", "abandoned", "missed", "ringing", "answered"])
        waited, talked = dt.timedelta(seconds=chance.randrange(90)), dt.timedelta(seconds=chance.randrange(5, 900))
        answered = began + waited if state in {"ended", "answered"} else None
        ended = began + waited + talked if state == "ended" else began + waited
        rows.append(
            Call(
                call_id=f"past-{number}", state=state, began_at=began, answered_at=answered,
                ended_at=ended if state in {"ended", "abandoned", "missed"} else None,
                wrapped_at=ended + dt.timedelta(seconds=40) if state == "ended" else None,
                callback=chance.choice(["due", "reached", "called_again", "dropped"])
                if state in {"abandoned", "missed"} else "",
                transferred_to=chance.choice(["", "", "115"]), is_live=False, exercise=chance.choice([0, 0, 0, 7]),
            )
        )  # fmt: skip
    return rows


@pytest.fixture
def past(world: World) -> Past:
    with change():
        made = make_past(world)
    following.catch_up()
    return made
