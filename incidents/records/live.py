"""What the live stream asks of this room: who a connection is, what it starts from, and the figures of today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from incidents.records.described import rows_of
from incidents.records.editing import ENTITY
from incidents.records.figures import figures
from incidents.records.keys import PROFILES, TRACK, WALL, keys_of_person, track_key, wall_keys_of_person
from incidents.records.models import Incident, IncidentAudience, Report
from realtime.entities import Row

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from opscenter.accounts.models import Person

__all__ = ["figures", "keys_of", "register_rows", "register_wall", "snapshot"]

# `?wall=own`: the wall as somebody signed in sees it. No link's token is as short.
OWN_WALL = "own"
# The wall's room registers whether a link is in force; without it no link opens anything.
_wall: list[Callable[[str], bool]] = []
# What rooms above bring to a snapshot: the rows of their own entities, as these keys see them.
Rows = Callable[[frozenset[str]], Iterable[Row]]
_rooms: list[Rows] = []


def register_rows(rows: Rows) -> None:
    """Adds a room's entities to every snapshot; called once, in the `ready()` of the application that owns them."""
    if rows not in _rooms:
        _rooms.append(rows)


def register_wall(is_in_force: Callable[[str], bool]) -> None:
    """Says how a wall link's token is checked; called once, when the application starts."""
    _wall[:] = [is_in_force]


def keys_of(user: Person | AnonymousUser, scope: Mapping[str, Any]) -> frozenset[str]:
    """The keys of a connection: a tracking code (`?track=CODE`), a wall link (`?wall=TOKEN`) or the wall for somebody
    signed in (`?wall=own`), else the person's own.

    One page is one thing: a call-taker who opens a tracking page follows that report there and nothing else, and one
    who opens the wall gets what the wall may show. A wrong code or a revoked link gives no key.
    """
    query = parse_qs(bytes(scope.get("query_string", b"")).decode("ascii", "replace"))
    if codes := query.get("track"):
        code = codes[0].strip().upper()
        # PostgreSQL refuses to be asked for what cannot be in a text.
        rows = Report.objects.filter(tracking_code=code) if code.isprintable() else Report.objects.none()
        pk = rows.values_list("pk", flat=True).first()
        return frozenset({track_key(pk)}) if pk is not None else frozenset()
    if tokens := query.get("wall"):
        if tokens[0] == OWN_WALL:
            return wall_keys_of_person(user)
        return frozenset({WALL}) if any(is_in_force(tokens[0]) for is_in_force in _wall) else frozenset()
    return keys_of_person(user)


def snapshot(keys: Iterable[str]) -> Iterator[Row]:
    """Every incident these keys follow, each as the most detailed of their profiles sees it, by id; then the rows
    that other rooms registered.

    Staff and walls follow what is on the board; a tracking code follows its incident for good. Seven queries for each
    of the two, nine when some are shared, and those of the rooms that add rows, for every AT_ONCE incidents.
    """
    every = frozenset(keys)
    tracks = frozenset(key for key in every if key.startswith(TRACK))
    if board := every - tracks:
        yield from _rows(board, on_board=True)
    if tracks:
        yield from _rows(tracks, on_board=False)
    for rows in _rooms:
        yield from rows(every)


def _rows(keys: frozenset[str], *, on_board: bool) -> Iterator[Row]:
    audience = IncidentAudience.objects.filter(key__in=sorted(keys))
    if on_board:
        # Not a join: SQLite would begin with every row of the key, a million for the room.
        audience = audience.filter(incident__in=Incident.objects.on_board().values("pk"))
    best: dict[int, str] = {}
    for incident_id, profile in audience.values_list("incident_id", "profile"):
        best[incident_id] = min(best.get(incident_id, profile), profile, key=PROFILES.index)
    # Asked again with the rows: what left the board between the two questions is not shown.
    among = Incident.objects.on_board() if on_board else Incident.objects.all()
    for incident, body in rows_of(among, best):
        yield Row(ENTITY, incident.pk, incident.version, body)
