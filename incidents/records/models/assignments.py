from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.records.lifecycles import OPEN_ASSIGNMENTS, AssignmentState

# Plain texts, so that migrations do not depend on the enumeration.
_OPEN = sorted(state.value for state in OPEN_ASSIGNMENTS)


class Assignment(models.Model):
    """Giao việc: an incident given to an agency, which may hand it on to one of its handling units."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead")
        CO_ORDINATING = "co", _("Co-ordinating")

    incident = models.ForeignKey("records.Incident", models.PROTECT, related_name="assignments")
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="assignments")
    handling_unit = models.ForeignKey(
        "accounts.HandlingUnit", models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    role = models.CharField(max_length=4, choices=Role.choices, default=Role.LEAD)
    state = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in AssignmentState], default=AssignmentState.SENT.value
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # Why this agency: the suggestion as it stood, or a person's own choice with a note.
    trace = models.JSONField(default=dict, blank=True)
    note = models.TextField(blank=True)
    sent_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    result_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(blank=True)
    result = models.TextField(blank=True)
    # Why the hotline did not take the result, the last time.
    rejection = models.TextField(blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "agency"],
                condition=Q(state__in=_OPEN),
                name="assignment_open_once_an_agency",
            ),
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(role="lead", state__in=_OPEN),
                name="assignment_one_open_lead",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["agency", "due_at"],
                condition=Q(state__in=_OPEN),
                name="assignment_open_agency",
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} → {self.agency_id}"
