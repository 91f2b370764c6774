"""What comes after receiving: triage, then the suggestion of an agency. Each step is one change and runs once.

The report stores its next step and from when on somebody else may take it up. The process that received the report
runs both steps at once; what a killed process left, or what failed, the worker claims by a conditional UPDATE.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from django.utils import timezone

from incidents.conversations import listening
from incidents.dispatching import suggesting
from incidents.dispatching.deadlines import due_at
from incidents.records import editing, needs
from incidents.records.history import HistoryKind, append
from incidents.records.models import Incident, NextStep, Report
from incidents.triage import categorise, surges
from realtime.change import change

log = logging.getLogger(__name__)

# Nobody else touches a report's steps for this long after they were taken up.
LEFT_AFTER = dt.timedelta(seconds=5)
FIRST_WAIT = dt.timedelta(seconds=10)
LONGEST_WAIT = dt.timedelta(minutes=30)


def run(report_id: int) -> bool:
    """Runs the steps that are left for a report, in order; True when none is left.

    A step that fails is written down with the incident, which then waits for a person, and is tried again later.
    Never raises for a failing step.
    """
    while True:
        step = Report.objects.values_list("next_step", flat=True).get(pk=report_id)
        if step == NextStep.DONE:
            return True
        try:
            _STEPS[NextStep(step)](report_id)
        except Exception as error:
            log.exception("the step %s of report %s failed", step, report_id)
            _write_down(report_id, step, error)
            return False


def left(at: dt.datetime | None = None, most: int = 20) -> list[int]:
    """The reports whose next step may be taken up at `at`, those that have waited longest first."""
    due = Report.objects.exclude(next_step=NextStep.DONE).filter(next_step_at__lte=at or timezone.now())
    return list(due.order_by("next_step_at", "pk").values_list("pk", flat=True)[:most])


def claim(report_id: int, at: dt.datetime | None = None) -> bool:
    """Takes a report's steps up for LEFT_AFTER; False when somebody else just did, or nothing is left."""
    at = at or timezone.now()
    with change():
        mine = Report.objects.exclude(next_step=NextStep.DONE).filter(pk=report_id, next_step_at__lte=at)
        return mine.update(next_step_at=at + LEFT_AFTER) == 1


# --- the steps --------------------------------------------------------------------------------------------------


def triage(report_id: int) -> None:
    """Decides category, group, priority and deadline from the words, unless a person decided already."""
    report = Report.objects.select_related("given_category", "taken_by").get(pk=report_id)
    words = listening.words_of(report_id)
    suggestion = categorise.suggest(words, report.given_category, exercise=report.exercise)
    with change() as c:
        locked = _take(report_id, NextStep.TRIAGE)
        if locked is None:
            return
        report, incident = locked
        if incident.category_trace.get("by") != "person":
            incident.category = suggestion.category
            incident.group = suggestion.group
            incident.priority = suggestion.priority
            incident.category_trace = {"by": _decided_by(report), **suggestion.as_json()}
            incident.due_at = due_at(suggestion.category, incident.received_at)
            incident.save(update_fields=["category", "group", "priority", "category_trace", "due_at"])
            append(
                incident,
                HistoryKind.CATEGORY_SUGGESTED,
                by=None,
                data={
                    "report": report.pk,
                    "category": suggestion.category.pk if suggestion.category else None,
                    "group": suggestion.group,
                    "priority": suggestion.priority,
                    "confidence": suggestion.confidence,
                    "sure": suggestion.sure,
                },
            )
        surges.notice(incident)
        _go_on(report, incident, NextStep.DISPATCH, c.at)


def _decided_by(report: Report) -> str:
    """A category that a call-taker chose is a person's decision; one that a citizen chose is what the citizen says."""
    by_room = report.taken_by is not None and report.taken_by.works_in_room
    return "person" if by_room and report.given_category_id is not None else "words"


def dispatch(report_id: int) -> None:
    """Suggests an agency, with reasons; gives it the incident only where a rule of competence says so."""
    with change() as c:
        locked = _take(report_id, NextStep.DISPATCH)
        if locked is None:
            return
        report, incident = locked
        suggesting.suggest(incident)
        _go_on(report, incident, NextStep.DONE, c.at)


_STEPS: dict[NextStep, Callable[[int], None]] = {NextStep.TRIAGE: triage, NextStep.DISPATCH: dispatch}


def _take(report_id: int, step: NextStep) -> tuple[Report, Incident] | None:
    """Locks the incident of a report and reads the report again; None when somebody did this step meanwhile."""
    incident_id = Report.objects.values_list("incident_id", flat=True).get(pk=report_id)
    incident = editing.lock(incident_id)
    report = Report.objects.select_related("taken_by").get(pk=report_id)
    return (report, incident) if report.next_step == step and report.incident_id == incident.pk else None


def _go_on(report: Report, incident: Incident, next_step: NextStep, at: dt.datetime) -> None:
    report.next_step = next_step
    report.next_step_at = at + LEFT_AFTER
    report.next_step_failures = 0
    report.save(update_fields=["next_step", "next_step_at", "next_step_failures"])
    needs.recompute(incident)


def _write_down(report_id: int, step: str, error: Exception) -> None:
    with change() as c:
        incident = editing.lock(Report.objects.values_list("incident_id", flat=True).get(pk=report_id))
        report = Report.objects.get(pk=report_id)
        if report.next_step != step:
            return
        report.next_step_failures += 1
        wait = min(FIRST_WAIT * 2 ** min(report.next_step_failures - 1, 8), LONGEST_WAIT)
        report.next_step_at = c.at + wait
        report.save(update_fields=["next_step_at", "next_step_failures"])
        # The kind of error, not its text: that may hold somebody's words.
        data = {"report": report.pk, "step": step, "error": type(error).__name__, "times": report.next_step_failures}
        append(incident, HistoryKind.STEP_FAILED, by=None, why=str(step), data=data)
        needs.recompute(incident)
