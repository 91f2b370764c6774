"""Many reports of one event: proposed by itself, decided by a supervisor, joined by one key.

`notice` holds each incident against the surges around it as soon as it is triaged (see grouping). A confirmed surge is
taken into one incident, some at a time; what joins it later waits for a person again, so nothing is merged unseen.
A report that names only its ward is never in a surge unless a person says so: it is proposed with its own certainty.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from incidents.dispatching.refusals import Refusal, Refused
from incidents.records.editing import lock_many
from incidents.records.exercises import check_same
from incidents.records.models import Incident
from incidents.triage import merging
from incidents.triage.grouping import FARTHEST_M, QUIET, VAGUE_M, WITHIN, Event, Sighting, box, guess, judge
from incidents.triage.models import Surge, SurgeGuess, SurgeMember
from incidents.triage.nearby import folded, sightings_around
from opscenter.accounts.models import Person
from realtime.change import change, current_change

# So many are taken in by one change: others must get their turn.
AT_ONCE = 20
# The newest members say of what kind a surge is.
_TOLD_BY = 40
# How far a loose report is looked for; metres.
_REACH_M = 600.0
# A ward is seldom wider than this; metres.
VAGUEST_M = 6_000.0


def notice(incident: Incident) -> Surge | None:
    """Holds a triaged incident (locked by the open change) against the surges and reports around it.

    Gives the surge that it joined or founded. An incident without a point founds nothing and joins nothing: there is
    no place to compare. One known only by its ward is at most a guess (`SurgeGuess`), about which people are asked.
    """
    point = incident.point
    if point is None or not incident.on_board:
        return None
    if SurgeMember.objects.filter(incident=incident).exists():
        return None
    one = Sighting(
        incident.pk,
        incident.received_at,
        point.x,
        point.y,
        incident.radius_m or 0.0,
        incident.category_id,
        incident.group,
        folded(incident.summary),
    )
    if one.radius_m > VAGUE_M:
        _guess(one, incident.exercise)
        return None
    around = _surges_around(one, incident.exercise)
    events = {surge.pk: event for surge, event in around}
    loose = sightings_around(
        (one.lon, one.lat), _REACH_M, since=one.at - WITHIN, until=one.at, exercise=incident.exercise, loose=True
    )
    exact = [other for other in loose if other.id != one.id and other.radius_m <= VAGUE_M]
    verdict = judge(one, events.values(), exact)
    if verdict.joins is not None:
        surge = next(surge for surge, _event in around if surge.pk == verdict.joins.key)
        check_same(surge.exercise, incident.exercise)
        verdict.joins.add(one)
        _write(surge, verdict.joins, [one.id])
        return surge
    if verdict.founds:
        first = min(verdict.founds, key=lambda other: other.at)
        surge = Surge.objects.create(
            lon=one.lon, lat=one.lat, first_at=first.at, last_at=one.at, exercise=incident.exercise
        )
        _write(surge, Event.of(surge.pk, verdict.founds), [other.id for other in verdict.founds])
        _guess_about_earlier(surge)
        return surge
    return None


def _guess(one: Sighting, exercise: int) -> None:
    """Notes of which surge a vague sighting may be; it stays where it is."""
    around = _surges_around(one, exercise, min(one.radius_m, VAGUEST_M) + FARTHEST_M)
    guessed = guess(one, [event for _surge, event in around])
    if guessed is not None:
        event, certainty = guessed
        # Another process may be asking about it at this moment.
        row = SurgeGuess(surge_id=event.key, incident_id=one.id, certainty=round(certainty, 3))
        SurgeGuess.objects.bulk_create([row], ignore_conflicts=True)


def _guess_about_earlier(surge: Surge) -> None:
    """A surge was founded: the vague reports that came in while it was not yet known may be of it."""
    since = surge.last_at - WITHIN
    around = sightings_around(
        (surge.lon, surge.lat), VAGUEST_M, since=since, until=surge.last_at, exercise=surge.exercise, loose=True
    )
    vague = [one for one in around if one.radius_m > VAGUE_M]
    asked = set(SurgeGuess.objects.filter(incident__in=[one.id for one in vague]).values_list("incident", flat=True))
    for one in vague[:AT_ONCE]:
        if one.id not in asked:
            _guess(one, surge.exercise)


def decide_guess(*, surge_id: int, incident_id: int, same: bool, by: Person) -> Surge:
    """A supervisor says whether a vague report is of this surge: it becomes a member, taken in like the others, or is
    not asked about again. Raises SurgeGuess.DoesNotExist, and Refused when somebody has decided, or it is closed."""
    surge = Surge.objects.select_for_update().get(pk=surge_id)
    row = SurgeGuess.objects.select_related("incident").get(surge=surge, incident=incident_id)
    if row.is_same is not None or surge.state == Surge.State.DISMISSED:
        raise Refused(Refusal.DECIDED_ALREADY)
    if same and not row.incident.on_board:
        raise Refused(Refusal.NOT_ON_BOARD)
    row.is_same, row.decided_at, row.decided_by = same, current_change().at, by
    row.save(update_fields=["is_same", "decided_at", "decided_by"])
    if same:
        check_same(surge.exercise, row.incident.exercise)
        confirmed = surge.state == Surge.State.CONFIRMED
        SurgeMember.objects.bulk_create(
            [SurgeMember(surge=surge, incident=row.incident, approved=confirmed)], ignore_conflicts=True
        )
        surge.count = surge.members.count()
        surge.save(update_fields=["count"])
        if confirmed:
            _take_in(surge, by)
    return surge


def confirm(*, surge_id: int, by: Person) -> Surge:
    """A supervisor says it is one event: all that are in it now are taken into one incident, the first at once.

    Again, for those that joined later. Raises Refused when it was dismissed, or holds nothing that is still open.
    """
    surge = Surge.objects.select_for_update().get(pk=surge_id)
    if surge.state == Surge.State.DISMISSED:
        raise Refused(Refusal.NOT_MERGED)
    waiting = surge.members.filter(incident__on_board=True)
    if not waiting.exists():
        raise Refused(Refusal.NOT_ON_BOARD)
    waiting.update(approved=True)
    surge.state, surge.decided_at, surge.decided_by = Surge.State.CONFIRMED, current_change().at, by
    surge.save(update_fields=["state", "decided_at", "decided_by"])
    _take_in(surge)
    return surge


def dismiss(*, surge_id: int, by: Person) -> Surge:
    """It is not one event: its reports stay as they are, and are not proposed again together."""
    surge = Surge.objects.select_for_update().get(pk=surge_id)
    if surge.state != Surge.State.PROPOSED:
        raise Refused(Refusal.NOT_MERGED)
    surge.state, surge.decided_at, surge.decided_by = Surge.State.DISMISSED, current_change().at, by
    surge.save(update_fields=["state", "decided_at", "decided_by"])
    return surge


def go_on() -> int:
    """Takes in some more of a confirmed surge, in a change of its own; gives how many. For the worker."""
    waiting = SurgeMember.objects.filter(approved=True, incident__on_board=True, surge__state=Surge.State.CONFIRMED)
    # The incident that took the others in is a member too, and stays.
    rows = waiting.select_related("surge").order_by("surge")[: AT_ONCE * 4]
    surge = next((row.surge for row in rows if row.incident_id != row.surge.master_id), None)
    if surge is None:
        return 0
    with change():
        return _take_in(Surge.objects.select_for_update().get(pk=surge.pk))


def running(exercise: int | None = None) -> list[Surge]:
    """The surges that people should know of: proposed or confirmed, reported of late, newest first. One query."""
    rows = Surge.objects.filter(last_at__gt=timezone.now() - QUIET).exclude(state=Surge.State.DISMISSED)
    if exercise is not None:
        rows = rows.filter(exercise=exercise)
    return list(rows.select_related("master__category").order_by("-last_at")[:10])


def _take_in(surge: Surge, by: Person | None = None) -> int:
    """Merges some of the approved members; what a rule forbids to merge stays as it is, and is no longer approved.

    In the name of `by`, else of who confirmed the surge.
    """
    by = by or surge.decided_by
    assert by is not None
    members = surge.members.filter(approved=True, incident__on_board=True)
    if surge.master_id is not None:
        members = members.exclude(incident=surge.master_id)
    ids = list(members.order_by("incident").values_list("incident", flat=True)[:AT_ONCE])
    together = [*ids, *([merging.holder_of(surge.master_id)] if surge.master_id is not None else [])]
    incidents = [one for one in lock_many(together) if one.on_board]
    if not incidents:
        return 0
    into = merging.survivor_of(incidents)
    taken = 0
    for other in incidents:
        if other.pk == into.pk:
            continue
        try:
            merging.merge(incident_ids={into.pk, other.pk}, by=by)
            taken += 1
        except Refused:
            SurgeMember.objects.filter(incident=other).update(approved=False)
    surge.master = into
    surge.save(update_fields=["master"])
    return taken


def _surges_around(one: Sighting, exercise: int, reach_m: float = 2 * FARTHEST_M) -> list[tuple[Surge, Event]]:
    """Open surges near enough, each as the event that its newest members tell of. Two queries."""
    west, south, east, north = box(one.lon, one.lat, reach_m)
    surges = list(
        Surge.objects.exclude(state=Surge.State.DISMISSED).filter(
            exercise=exercise,
            last_at__gt=one.at - QUIET,
            lon__range=(west, east),
            lat__range=(south, north),
        )
    )
    events = {
        surge.pk: Event(surge.pk, surge.lon, surge.lat, surge.spread_m, surge.count, surge.last_at) for surge in surges
    }
    fields = ("surge", "incident__category", "incident__group", "incident__summary")
    members = SurgeMember.objects.filter(surge__in=events).order_by("-pk")
    told = dict.fromkeys(events, 0)
    for key, category, group, summary in members.values_list(*fields)[: _TOLD_BY * max(1, len(events))]:
        event = events[key]
        event.categories[category] += 1
        event.groups[group] += 1
        event.texts.append(folded(summary))
        told[key] += 1
    for key, event in events.items():
        # The kinds are shares of those that were read.
        event.count = max(1, told[key])
    return [(surge, events[surge.pk]) for surge in surges]


def _write(surge: Surge, event: Event, ids: Sequence[int]) -> None:
    # Another process may have taken one of them into its own surge at this moment: then it stays there.
    SurgeMember.objects.bulk_create([SurgeMember(surge=surge, incident_id=pk) for pk in ids], ignore_conflicts=True)
    surge.lon, surge.lat, surge.spread_m, surge.last_at = event.lon, event.lat, event.spread_m, event.last_at
    surge.count = surge.members.count()
    surge.save(update_fields=["lon", "lat", "spread_m", "last_at", "count"])
