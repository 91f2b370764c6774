"""Who somebody is for the live stream and for `visible_to`, and the closed list of what they may read.

A key says who (`room`, `agency:12`), a profile says which fields. Which key sees which incident with which profile
is decided by `audience.incident_audience` alone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from opscenter.accounts.roles import ROOM_ROLES, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from opscenter.accounts.models import Person


class Profile(StrEnum):
    """Which fields of an incident a reader gets; the most detailed first, the same order as the live stream's."""

    ROOM = "room"
    AGENCY = "agency"
    UNIT = "unit"
    # Who helps at a shared emergency: its own task, without what the caller told and without who else is out.
    HELPER = "helper"
    WALL = "wall"
    PUBLIC = "public"


PROFILES = tuple(profile.value for profile in Profile)
# The profiles of people who handle the incident: they open it, and read the words of the reports, the notes and the
# photos as far as the matrix of shared incidents lets them.
WITH_WORDS = frozenset({Profile.ROOM, Profile.AGENCY, Profile.UNIT, Profile.HELPER})

ROOM = "room"
LEADER = "leader"
WALL = "wall"
# The key of the citizen with the tracking code of one report begins with this.
TRACK = "track:"
# Keys that open nearly every incident.
EVERYTHING = frozenset({ROOM, LEADER, WALL})
# The wall is a page for leaders; the room's own people may look at what leaders see.
MAY_WATCH_WALL = ROOM_ROLES | {Role.LEADER}


def agency_key(agency_id: int) -> str:
    return f"agency:{agency_id}"


def unit_key(handling_unit_id: int) -> str:
    return f"unit:{handling_unit_id}"


def partner_key(person_id: int) -> str:
    return f"partner:{person_id}"


def track_key(report_id: int) -> str:
    return f"{TRACK}{report_id}"


def wall_keys_of_person(person: Person | AnonymousUser) -> frozenset[str]:
    """The keys of somebody signed in who looks at the wall: the wall's own, whatever else the account may read. A wall
    hangs where everybody sees it."""
    if person.is_anonymous or not person.is_active or person.role not in MAY_WATCH_WALL:
        return frozenset()
    return frozenset({WALL})


def keys_of_person(person: Person | AnonymousUser) -> frozenset[str]:
    """The keys somebody's account gives; none for anonymous and inactive people."""
    if person.is_anonymous or not person.is_active:
        return frozenset()
    if person.role in ROOM_ROLES:
        return frozenset({ROOM})
    match person.role:
        case Role.LEADER:
            return frozenset({LEADER})
        case Role.FOCAL_POINT | Role.DISPATCHER:
            return frozenset({agency_key(person.agency_id)}) if person.agency_id else frozenset()
        case Role.HANDLER | Role.CREW:
            return frozenset({unit_key(person.handling_unit_id)}) if person.handling_unit_id else frozenset()
        case Role.PARTNER:
            return frozenset({partner_key(person.pk)})
    return frozenset()
