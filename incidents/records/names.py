"""What states and needs are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.records.lifecycles import AssignmentState, IncidentState

INCIDENT_STATES: Mapping[IncidentState, str | Promise] = {
    IncidentState.RECEIVED: _("New"),
    IncidentState.ASSIGNED: _("Assigned"),
    IncidentState.IN_PROGRESS: _("In progress"),
    IncidentState.RESOLVED: _("Awaiting answer"),
    IncidentState.CLOSED: _("Closed"),
    IncidentState.CANCELLED: _("Cancelled"),
}
ASSIGNMENT_STATES: Mapping[AssignmentState, str | Promise] = {
    AssignmentState.SENT: _("Sent, not seen yet"),
    AssignmentState.SEEN: _("Seen"),
    AssignmentState.ACCEPTED: _("Accepted"),
    AssignmentState.IN_PROGRESS: _("In progress"),
    AssignmentState.RETURNED: _("Given back"),
    AssignmentState.RESULT_GIVEN: _("Result given"),
    AssignmentState.APPROVED: _("Result taken"),
    AssignmentState.CANCELLED: _("Taken back"),
}
