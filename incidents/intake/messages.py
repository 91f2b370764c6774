"""A message by a door where people write several: part of a report that the sender has open, or a new report.

The rule, with its reasons: the same sender (by whatever door), a report that is still open and was spoken about within
a day, and nothing in the message that says it is about something else. A person can split it off in one act.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone

from geo.plane import distance_m
from geo.resolution import Resolution
from geo.resolver import resolve
from incidents.conversations import answering, listening
from incidents.conversations.models import Message, Participant
from incidents.conversations.phones import normal, spellings
from incidents.dispatching.pausing import citizen_answered
from incidents.intake import steps
from incidents.intake.take import ReporterDetails, Taken, storable, take_report
from incidents.records import photos as pictures
from incidents.records.editing import lock
from incidents.records.history import HistoryKind
from incidents.records.lifecycles import IncidentState
from incidents.records.models import Incident, NextStep, Report, Reporter, Source
from incidents.records.models.categories import Group
from incidents.records.needs import place_needs
from incidents.records.photos import PhotoProblem, Upload
from incidents.records.places import set_place
from incidents.triage import categorise
from realtime.change import change

log = logging.getLogger(__name__)

WINDOW = dt.timedelta(days=1)
# Where a report notes what a door has asked by itself: the next message answers it, whatever it sounds like.
ASKED = "asked"
# Further away than this, beyond what both places leave open, is another place.
OTHER_PLACE_M = 300.0
# "Phản ánh mới: …" and its like begin a report of their own.
_SAYS_NEW = re.compile(r"^\W*(phản ánh mới|phan anh moi|báo mới|bao moi|việc khác|new report)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a message: its report, and whether that was opened by it. `is_new` False: it came before."""

    report: Report
    incident: Incident
    message: Message
    opened: bool
    is_new: bool = True
    photo_problems: tuple[PhotoProblem, ...] = ()


def take_message(
    *,
    source: Source,
    source_id: str,
    words: str,
    reporter: ReporterDetails | None = None,
    point: tuple[float, float] | None = None,
    photos: Sequence[Upload] = (),
    report: Report | None = None,
    language: str = "vi",
    exercise: int = 0,
    door_data: Mapping[str, Any] | None = None,
) -> Heard:
    """Takes one message of a sender; the same `source_id` again changes nothing.

    `report`: the message says itself which report it is about (a tracking page, an e-mail's thread). `point` is
    (lon, lat). Not to be called inside a change. Raises nothing that depends on what was sent.
    """
    source_id, words = storable(source_id)[:150], storable(words)
    known = _known(source, source_id)
    if known is not None:
        return known
    why = "message.named"
    if report is None:
        report, why = _joins(source, reporter, words, point, exercise)
    if report is not None:
        joined = _join(report, source, source_id, words, point, photos, why)
        if joined is not None:
            _answer(joined)
            return joined
        why = ""
    taken = take_report(
        source=source,
        source_id=source_id,
        words=words,
        point=point,
        reporter=reporter,
        photos=photos,
        language=language,
        exercise=exercise,
        door_data={**(door_data or {}), **({"apart": why} if why else {})},
    )
    heard = _opened(taken)
    if heard.is_new:
        _answer(heard)
    return heard


def _known(source: str, source_id: str) -> Heard | None:
    rows = Message.objects.select_related("report__incident").filter(door=source, source_id=source_id)
    message = rows.first() if source_id else None
    return Heard(message.report, message.report.incident, message, False, False) if message is not None else None


def _opened(taken: Taken) -> Heard:
    message = Message.objects.get(report=taken.report, opens=True)
    return Heard(taken.report, taken.incident, message, True, taken.created, taken.photo_problems)


def _answer(heard: Heard) -> None:
    """Whoever answers by themselves may; a mistake of theirs must not cost the message."""
    for answer in answering.registered():
        try:
            answer(heard.message)
        except Exception:
            log.exception("an automatic answer to message %s failed", heard.message.pk)


# --- the rule ---------------------------------------------------------------------------------------------------


def _joins(
    source: str, details: ReporterDetails | None, words: str, point: tuple[float, float] | None, exercise: int
) -> tuple[Report | None, str]:
    """The report that the message is part of and why; None with why it is not, "" when there was nothing to join."""
    report = _spoken_about(source, details or ReporterDetails(), exercise)
    if report is None:
        return None, ""
    apart = _apart(report.incident, words, point)
    if report.door_data.get(ASKED) and apart in {"message.other_topic", "message.other_place"}:
        apart = ""
    return (None, apart) if apart else (report, "message.same_sender")


def _spoken_about(source: str, details: ReporterDetails, exercise: int) -> Report | None:
    """The sender's newest report that is on the board and was spoken about in the last day.

    Who writes for the first time by a door that knows the telephone's number (SMS) is whoever reported by that number.
    """
    door_id = details.door_id
    sender = Reporter.objects.filter(door=source, door_id=door_id).first() if door_id else None
    if sender is not None:
        theirs = Q(
            reporter__in=Participant.objects.filter(conversation__participants__reporter=sender).values("reporter")
        )
    elif door_id and (number := normal(details.phone)):
        theirs = Q(reporter__phone__in=spellings(number), reporter__erased_at=None)
    else:
        return None
    return (
        Report.objects.select_related("incident__category")
        .filter(theirs, exercise=exercise, incident__on_board=True)
        .filter(messages__at__gt=timezone.now() - WINDOW)
        .order_by("-received_at", "-pk")
        .first()
    )


def _apart(incident: Incident, words: str, point: tuple[float, float] | None) -> str:
    """Why a message is not about this incident; "" when nothing says so."""
    if _SAYS_NEW.match(words):
        return "message.said_new"
    guess = categorise.suggest(words, None) if words.strip() else None
    if guess is not None and guess.group == Group.EMERGENCY and incident.group != Group.EMERGENCY:
        # An emergency is never hidden inside another report.
        return "message.emergency"
    other = guess is not None and guess.sure and guess.category is not None and guess.category != incident.category
    if other and incident.category is not None:
        return "message.other_topic"
    return "message.other_place" if incident.point is not None and _is_elsewhere(incident, words, point) else ""


def _is_elsewhere(incident: Incident, words: str, point: tuple[float, float] | None) -> bool:
    found = _resolved(words, point, exercise=incident.exercise)
    best = found.best if found is not None and found.outcome == "located" else None
    spot = (best.lon, best.lat, best.radius_m) if best is not None else (*point, 0.0) if point is not None else None
    if spot is None or incident.point is None:
        return False
    away = distance_m(spot[0], spot[1], incident.point.x, incident.point.y)
    return away > OTHER_PLACE_M + spot[2] + (incident.radius_m or 0.0)


def _resolved(
    words: str,
    point: tuple[float, float] | None,
    address: str = "",
    *,
    exercise: int,
    accuracy_m: float | None = None,
) -> Resolution | None:
    """Where it might be; a resolver that fails leaves the place to a person."""
    try:
        return resolve(
            words,
            on=timezone.localdate(),
            point=point,
            accuracy_m=accuracy_m,
            address=address,
            exercise=exercise,
        )
    except Exception:
        log.exception("the place of a message could not be resolved")
        return None


# --- joining ----------------------------------------------------------------------------------------------------


def _join(
    report: Report,
    source: str,
    source_id: str,
    words: str,
    point: tuple[float, float] | None,
    files: Sequence[Upload],
    why: str,
) -> Heard | None:
    """The message as part of the report; None when the incident was closed meanwhile."""
    prepared, problems = pictures.prepare(files) if files else ([], [])
    address = report.text.address if hasattr(report, "text") else ""
    # Without a position of its own the message leaves standing what the report came with, as vague as it was.
    given, accuracy_m = (point, None) if point is not None else (_given(report), report.given_accuracy_m)
    place = _resolved(
        f"{listening.words_of(report.pk)}\n{words}", given, address, exercise=report.exercise, accuracy_m=accuracy_m
    )
    try:
        with change() as c:
            incident = lock(report.incident_id)
            known = _known(source, source_id)
            if known is not None or not incident.on_board:
                pictures.discard(prepared)
                return known
            report = Report.objects.get(pk=report.pk)
            added = pictures.add(incident, prepared, report=report)
            message = listening.hear(
                report, door=source, source_id=source_id, text=words, point=point, photos=added, because=why
            )
            citizen_answered(incident)
            if incident.state == IncidentState.RECEIVED:
                _complete(report, incident, point, place, c.at)
    except IntegrityError:
        # The same message at the same moment in another process.
        pictures.discard(prepared)
        return _known(source, source_id)
    except BaseException:
        pictures.discard(prepared)
        raise
    steps.run(report.pk)
    report = Report.objects.select_related("incident__category").get(pk=report.pk)
    return Heard(report, report.incident, message, False, True, tuple(problems))


def _given(report: Report) -> tuple[float, float] | None:
    point = report.given_point
    return (point.x, point.y) if point is not None else None


def _complete(
    report: Report,
    incident: Incident,
    point: tuple[float, float] | None,
    place: Resolution | None,
    at: dt.datetime,
) -> None:
    """What the message adds is looked at again, with all that was said: the place if nobody decided it, category and
    agency in any case. What a person decided stays."""
    is_open = bool(place_needs(incident.place_trace, incident.ward_code)) or incident.point is None
    if point is not None and report.given_point is None:
        report.given_point = Point(*point, srid=4326)
        is_open = True
    if is_open and place is not None and incident.place_trace.get("by") != "person":
        set_place(incident, place, by=None, why="joined_message", kind=HistoryKind.PLACE_SET)
    if report.next_step == NextStep.DONE:
        report.next_step, report.next_step_at = NextStep.TRIAGE, at + steps.LEFT_AFTER
    report.save(update_fields=["given_point", "next_step", "next_step_at"])
