"""What becomes of an SMS: parts of a long one wait for each other, and a whole one becomes a report.

The worker calls this, of each sender one after the other (intake/arrivals.py). A part that never comes does not hold
the others for ever: after `settings.SMS_PARTS_WAIT_S` they go on without it, the gap marked.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils import timezone

from incidents.conversations.phones import spellings
from incidents.doors.models import SmsPart
from incidents.doors.sms import Incoming, mobile_of
from incidents.intake import arrivals
from incidents.intake.arrivals import Arrived
from incidents.intake.messages import take_message
from incidents.intake.take import ReporterDetails
from incidents.records.models import Report, Source
from realtime.change import change

GAP = " […] "
# Who looks at an SMS before it is taken as a citizen's: True when it was theirs (agencies' commands).
Claim = Callable[[Incoming, str], bool]
_claims: list[Claim] = []


def claim_first(claim: Claim) -> None:
    """Adds somebody who may take an SMS for themselves; called in `ready()`."""
    if claim not in _claims:
        _claims.append(claim)


def take(arrived: Arrived) -> None:
    """Takes one arrival: a whole message, or a part."""
    message = Incoming(**arrived.body)
    if message.parts > 1:
        _keep_part(message, arrived)
        return
    if any(claim(message, arrived.source_id) for claim in _claims):
        return
    phone = mobile_of(message.sender)
    take_message(
        report=named_in(message.text, phone),
        source=Source.SMS,
        source_id=arrived.source_id,
        words=message.text,
        reporter=ReporterDetails(phone=phone, door=Source.SMS, door_id=message.sender),
        door_data={} if message.whole else {"replaced_characters": True},
    )


# As it is shown, or with spaces, or without anything: ABCD-EFGH-2345.
_TRACKING = re.compile(r"(?<![0-9A-Za-z])([0-9A-Za-z]{4})[- ]?([0-9A-Za-z]{4})[- ]?([0-9A-Za-z]{4})(?![0-9A-Za-z])")
_INCIDENT = re.compile(r"(?<!\d)1022-(\d{1,9})(?!\d)")


def named_in(text: str, phone: str) -> Report | None:
    """The open report whose code the text names: by its tracking code, which is the key, or by its incident's code,
    which is none, so that only the same telephone is heard."""
    codes = {"-".join(found.groups()).upper() for found in _TRACKING.finditer(text)}
    rows = Report.objects.select_related("text", "incident").filter(incident__on_board=True, exercise=0)
    if codes and (row := rows.filter(tracking_code__in=sorted(codes)[:100]).first()) is not None:
        return row
    numbers = [int(found.group(1)) for found in _INCIDENT.finditer(text)][:10]
    own = rows.filter(incident__in=numbers, reporter__phone__in=spellings(phone)) if numbers and phone else rows.none()
    return own.order_by("-pk").first()


def _keep_part(message: Incoming, arrived: Arrived) -> None:
    with change() as c:
        SmsPart.objects.get_or_create(
            sender=message.sender,
            ref=message.ref,
            parts=message.parts,
            part=message.part,
            defaults={"source_id": arrived.source_id, "text": message.text, "whole": message.whole, "at": c.at},
        )
        rows = list(_of_one_message(message.sender, message.ref, message.parts))
        if len(rows) == message.parts:
            _join(rows)


def _of_one_message(sender: str, ref: str, parts: int) -> Any:
    return SmsPart.objects.filter(sender=sender, ref=ref, parts=parts).order_by("part")


def _join(rows: Sequence[SmsPart]) -> None:
    """Puts what is there together as a new arrival, in the change that forgets the parts: it happens once."""
    texts = {row.part: row.text for row in rows}
    first = rows[0]
    joined = "".join(texts.get(part, GAP) for part in range(1, first.parts + 1))
    message = Incoming(
        id=first.source_id, sender=first.sender, text=joined.strip(), whole=all(row.whole for row in rows)
    )
    SmsPart.objects.filter(pk__in=[row.pk for row in rows]).delete()
    arrivals.keep(door="sms", source_id=f"{first.source_id}+", sender=first.sender, body=asdict(message))


def join_late() -> int:
    """Goes on with the parts whose others have not come in time; gives how many messages."""
    before = timezone.now() - dt.timedelta(seconds=settings.SMS_PARTS_WAIT_S)
    done = 0
    for one in SmsPart.objects.filter(at__lt=before).order_by("pk")[:50]:
        with change():
            rows = list(_of_one_message(one.sender, one.ref, one.parts).select_for_update())
            # Another part came a moment ago: then the others may still be on their way.
            if rows and all(row.at < before for row in rows):
                _join(rows)
                done += 1
    return done
