"""The open matters that a shift leaves to the next one: counted by the system, with the codes to open them by."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from incidents.calls.models import Call
from incidents.delivery.models import Delivery, DeliveryState
from incidents.records.models import Incident
from incidents.records.models.categories import Group
from incidents.triage.models import Surge

# So many codes are named; the count says how many there are.
NAMED = 20
# What could not be delivered within these hours is told.
_FAILED_WITHIN = dt.timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind of open matter: how many, and the codes of the most pressing incidents."""

    kind: str
    count: int
    codes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "codes": list(self.codes)}


def names() -> dict[str, str]:
    """The kinds in their order, in the reader's language."""
    return {
        "emergencies": _("Emergencies still open"),
        "overdue": _("Past the deadline"),
        "due_soon": _("Due within four hours"),
        "needs": _("Waiting for a person's decision"),
        "waiting": _("Citizens who wait for a reply"),
        "callbacks": _("Callers to be called back"),
        "surges": _("Many reports of one event, not decided"),
        "undelivered": _("Messages that could not be delivered, last 12 hours"),
        "open": _("Open in all"),
    }


def open_matters(at: dt.datetime) -> list[Matter]:
    """All kinds, also those of which there are none. Exercises are left out."""
    board = Incident.objects.filter(on_board=True, exercise=0)
    soon = Q(due_at__gte=at, due_at__lt=at + dt.timedelta(hours=4))
    failed = Delivery.objects.filter(state=DeliveryState.FAILED, ended_at__gte=at - _FAILED_WITHIN, exercise=0)
    undelivered = Incident.objects.filter(pk__in=failed.filter(incident__isnull=False).values("incident"))
    return [
        _told("emergencies", board.filter(group=Group.EMERGENCY).order_by("received_at")),
        _told("overdue", board.overdue(at).order_by("due_at")),
        _told("due_soon", board.filter(soon).order_by("due_at")),
        _told("needs", board.exclude(needs=[]).order_by("received_at")),
        _told("waiting", board.filter(waiting_since__isnull=False).order_by("waiting_since")),
        Matter("callbacks", Call.objects.to_call_back().filter(exercise=0).count()),
        Matter("surges", Surge.objects.filter(state=Surge.State.PROPOSED, exercise=0).count()),
        _told("undelivered", undelivered.order_by("pk")),
        Matter("open", board.count()),
    ]


def _told(kind: str, rows: QuerySet[Incident]) -> Matter:
    named = rows.only("pk")[:NAMED]
    return Matter(kind, rows.count(), tuple(incident.code for incident in named))
