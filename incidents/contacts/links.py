"""Making and finding the links that show one assignment to a contact without an account."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from incidents.contacts.models import TaskLink
from incidents.records.lifecycles import AssignmentState
from incidents.records.models import Assignment
from opscenter.accounts.models import ContactPoint, Person
from realtime.change import change, current_change

# Long enough for the longest of our deadlines.
LIVES = dt.timedelta(days=30)
_WAITS_TO_BE_RECEIVED = frozenset({AssignmentState.SENT, AssignmentState.SEEN})


def hash_of(token: str) -> str:
    """What is stored of a token of 144 random bits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def make(*, assignment: Assignment, contact_point: ContactPoint) -> str:
    """Makes a link for the next step of an assignment, in the open change; gives its whole address, this once."""
    token = secrets.token_urlsafe(18)
    at = current_change().at
    receive = AssignmentState(assignment.state) in _WAITS_TO_BE_RECEIVED
    TaskLink.objects.create(
        token_hash=hash_of(token),
        assignment=assignment,
        contact_point=contact_point,
        purpose=TaskLink.Purpose.RECEIVE if receive else TaskLink.Purpose.REPORT,
        made_at=at,
        expires_at=at + LIVES,
    )
    return settings.AGENCY_URL + reverse("contacts:task", args=[token])


def for_message(assignment: Assignment, contact_point: ContactPoint) -> str:
    """The link in the message that tells a contact of a new assignment."""
    return make(assignment=assignment, contact_point=contact_point)


def find(token: str, at: dt.datetime | None = None) -> TaskLink | None:
    """The link of a token, used or not; None for one that never was, is over, or was revoked, and when its contact
    is no longer one. One query."""
    at = at or timezone.now()
    return (
        TaskLink.objects.select_related(
            "assignment__incident__category", "assignment__agency", "assignment__handling_unit", "contact_point__agency"
        )
        .filter(token_hash=hash_of(token), revoked_at=None, expires_at__gt=at, contact_point__is_active=True)
        .first()
    )


def revoke(*, links: list[int], by: Person) -> int:
    """Ends links for good; gives how many were still open."""
    with change() as c:
        still = TaskLink.objects.filter(Q(pk__in=links), used_at=None, revoked_at=None)
        return still.update(revoked_at=c.at, revoked_by=by)
