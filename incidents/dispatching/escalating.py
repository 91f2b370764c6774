"""What time does to assignments: the worker's round sends what was planned, ends pauses, warns and escalates."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, override

from geo.areas import date_within_set
from incidents.delivery.models import Kind
from incidents.delivery.queue import tell_agency, tell_reporters, write_to
from incidents.dispatching import deadlines
from incidents.dispatching.alarms import Running, Step, ladder_of, runs_out, set_alarm
from incidents.dispatching.following import follow, move_assignment
from incidents.dispatching.pausing import end_pause
from incidents.records import needs
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.lifecycles import AssignmentState
from incidents.records.models import Assignment, Incident
from opscenter.accounts.models import AgencyKind, ContactPoint
from realtime.change import change, current_change

log = logging.getLogger(__name__)

_AT_ONCE = 20
# What could not be done is tried again then, so that it does not stand in everybody's way.
_AFTER_A_FAILURE = dt.timedelta(minutes=5)


# What has not happened yet, in a reminder.
_MISSING: dict[Running, str | Promise] = {
    Running.SEEN: gettext_lazy("Nobody of %(agency)s has opened %(code)s"),
    Running.ACCEPTED: gettext_lazy("%(agency)s has not accepted %(code)s"),
    Running.RESULT: gettext_lazy("%(agency)s has not given the result of %(code)s"),
    Running.ANSWER: gettext_lazy("The citizen has no answer yet to %(code)s"),
}


def work() -> int:
    """Does what is due of some assignments, the longest overdue first; gives of how many."""
    now = timezone.now()
    rows = (
        Assignment.objects.filter(alarm_at__lte=now).order_by("alarm_at").values_list("pk", "incident_id", "alarm_at")
    )
    done = 0
    for pk, incident_id, alarm_at in rows[:_AT_ONCE]:
        try:
            with change():
                done += ring(assignment_id=pk, incident_id=incident_id)
        except Exception:
            log.exception("the clock of assignment %s", pk)
            Assignment.objects.filter(pk=pk, alarm_at=alarm_at).update(alarm_at=now + _AFTER_A_FAILURE)
    return done


def ring(*, assignment_id: int, incident_id: int) -> bool:
    """Does what is due of one assignment inside the open change; False when another worker was first."""
    incident = lock(incident_id)
    assignment = Assignment.objects.select_related("agency").get(pk=assignment_id)
    assignment.incident = incident
    if assignment.alarm_at is None or assignment.alarm_at > current_change().at:
        return False
    match clock := Running(assignment.alarm_clock):
        case Running.PLAN:
            _send(incident, assignment)
        case Running.PAUSE:
            end_pause(incident, assignment, by=None, why="limit")
        case _:
            _climb(incident, assignment, clock)
    return True


def _send(incident: Incident, assignment: Assignment) -> None:
    """The planned day has come: it goes out, and its clocks begin."""
    assignment.sent_at = current_change().at
    deadlines.begin(assignment, incident)
    clocks = ("sent_at", "seen_due_at", "accept_due_at", "due_at")
    move_assignment(assignment, AssignmentState.SENT, *clocks)
    follow(incident)
    append(
        incident,
        HistoryKind.SENT_AS_PLANNED,
        by=None,
        data={"assignment": assignment.pk, "agency": assignment.agency_id},
    )
    needs.recompute(incident)
    tell_agency(assignment)
    if assignment.role == Assignment.Role.LEAD:
        tell_reporters(incident, Kind.FORWARDED)


def _climb(incident: Incident, assignment: Assignment, clock: Running) -> None:
    """Takes the next step of the ladder: its own row of history and its own messages."""
    step = ladder_of(clock)[assignment.alarm_step]
    assignment.alarm_step += 1
    assignment.alarm_told = step.value
    set_alarm(assignment)
    assignment.save(update_fields=["alarm_at", "alarm_step", "alarm_told"])
    kind = HistoryKind.CLOCK_WARNED if step == Step.WARNING else HistoryKind.CLOCK_ESCALATED
    append(
        incident,
        kind,
        by=None,
        why=step,
        data={"assignment": assignment.pk, "agency": assignment.agency_id, "clock": clock.value},
    )
    write_to(assignment, _points(assignment, step, clock), _text(assignment, step, clock))


def _points(assignment: Assignment, step: Step, clock: Running) -> list[ContactPoint]:
    """Whom a step tells: the agency's own points, its head's, the hotline's (supervisors), the province's (leaders)."""
    points = ContactPoint.objects.filter(is_active=True).order_by("agency", "order", "pk")
    day = date_within_set(timezone.localdate(current_change().at))
    if step == Step.SUPERVISOR or (step == Step.WARNING and clock == Running.ANSWER):
        points = points.filter(agency__kind=AgencyKind.HOTLINE)
    elif step == Step.LEADER:
        points = points.filter(agency__kind=AgencyKind.PROVINCE)
    else:
        points = points.filter(agency=assignment.agency, is_head=step == Step.HEAD)
    return [point for point in points.select_related("agency") if point.agency.is_in_force(day)]


def _text(assignment: Assignment, step: Step, clock: Running) -> tuple[str, str]:
    """(subject, body) of a reminder; no words of the citizen in it."""
    out = runs_out(assignment, clock)
    with override(settings.LANGUAGE_CODE):
        about = {
            "agency": assignment.agency.name,
            "code": assignment.incident.code,
            "due": date_format(timezone.localtime(out), "H:i d/m/Y") if out is not None else "",
            "link": f"{settings.AGENCY_URL}/inbox/",
        }
        about["missing"] = str(_MISSING[clock]) % about
        if step == Step.WARNING:
            return (
                gettext("Due soon: %(code)s") % about,
                gettext("%(missing)s. Due at %(due)s. Handle it at: %(link)s") % about,
            )
        return (
            gettext("Overdue: %(code)s") % about,
            gettext("%(missing)s. It was due at %(due)s. Handle it at: %(link)s") % about,
        )
