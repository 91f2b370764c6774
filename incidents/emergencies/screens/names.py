"""How states of services and sorties are called on the screens."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.emergencies.units.lifecycles import SortieState
from incidents.records.lifecycles import AssignmentState
from incidents.records.names import ASSIGNMENT_STATES

# Where the services say it otherwise than other agencies.
STATES_OF_SERVICES: dict[AssignmentState, str | Promise] = {
    **ASSIGNMENT_STATES,
    AssignmentState.SENT: _("not taken yet"),
    AssignmentState.SEEN: _("seen, not taken yet"),
    AssignmentState.ACCEPTED: _("taken"),
    AssignmentState.IN_PROGRESS: _("units on the way or there"),
    AssignmentState.RETURNED: _("handed back"),
    AssignmentState.RESULT_GIVEN: _("finished"),
    AssignmentState.APPROVED: _("finished"),
    AssignmentState.CANCELLED: _("left"),
}
SORTIE_STATES: dict[SortieState, str | Promise] = {
    SortieState.SENT: _("Sent out"),
    SortieState.ACKNOWLEDGED: _("Acknowledged"),
    SortieState.EN_ROUTE: _("On the way"),
    SortieState.ON_SCENE: _("On scene"),
    SortieState.TRANSPORTING: _("Taking a patient"),
    SortieState.AT_HOSPITAL: _("At the hospital"),
    SortieState.RETURNING: _("Returning"),
    SortieState.DONE: _("Free again"),
    SortieState.WITHDRAWN: _("Called back"),
}
