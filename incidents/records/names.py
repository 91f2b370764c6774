"""What states and needs are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.records.lifecycles import AssignmentState, IncidentState

INCIDENT_STATES: Mapping[IncidentState, str | Promise] = {
    IncidentState.RECEIVED: _("New"),
    IncidentState.PLANNED: _("Planned"),
    IncidentState.ASSIGNED: _("Assigned"),
    IncidentState.IN_PROGRESS: _("In progress"),
    IncidentState.RESOLVED: _("Awaiting answer"),
    IncidentState.CLOSED: _("Closed"),
    IncidentState.CANCELLED: _("Cancelled"),
}
ASSIGNMENT_STATES: Mapping[AssignmentState, str | Promise] = {
    AssignmentState.PLANNED: _("Planned, not sent yet"),
    AssignmentState.SENT: _("Sent, not seen yet"),
    AssignmentState.SEEN: _("Seen"),
    AssignmentState.ACCEPTED: _("Accepted"),
    AssignmentState.IN_PROGRESS: _("In progress"),
    AssignmentState.ASKED: _("The citizen was asked for more"),
    AssignmentState.POSTPONED: _("Work planned for a later day"),
    AssignmentState.REPORTED: _("Unit has reported, focal point reads it"),
    AssignmentState.RESULT_GIVEN: _("Result given"),
    AssignmentState.APPROVED: _("Result taken in by the lead"),
    AssignmentState.ANSWERED: _("Answered"),
    AssignmentState.REOPENED: _("Opened again"),
    AssignmentState.RETURNED: _("Given back"),
    AssignmentState.TRANSFERRED: _("Passed on to another agency"),
    AssignmentState.CANCELLED: _("Taken back"),
}
