from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.records.lifecycles import OPEN_ASSIGNMENTS, AssignmentState

# Plain texts, so that migrations do not depend on the enumeration.
_OPEN = sorted(state.value for state in OPEN_ASSIGNMENTS)


class ReturnReason(models.TextChoices):
    """Why an agency gives it back."""

    NOT_COMPETENT = "not_competent", _("Not within our competence")
    OTHER_AREA = "other_area", _("Not in our area")
    NOT_CLEAR = "not_clear", _("Not clear enough to act on")
    ALREADY_DONE = "already_done", _("Dealt with already")
    OTHER = "other", _("Another reason")


class Assignment(models.Model):
    """Giao việc: an incident given to an agency, which may hand it on to its handling units."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead")
        CO_ORDINATING = "co", _("Co-ordinating")
        # Who decides when agencies do not agree.
        ARBITER = "arb", _("Deciding")

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
    # Work for later: sent by the worker then; empty for what goes out at once.
    planned_for = models.DateTimeField(null=True, blank=True)
    # The assignment this one takes the place of: transferred, or opened again.
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    sent_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    result_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Four clocks, as instants: until it is seen, accepted, has its result (due_at); the answer's is the incident's.
    seen_due_at = models.DateTimeField(null=True, blank=True)
    accept_due_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    # When the worker looks at it next: a clock that runs low or out, a pause that ends, a planned day that comes.
    alarm_at = models.DateTimeField(null=True, blank=True)
    # Which clock that is, how many steps of its ladder were taken, and who was told last.
    alarm_clock = models.CharField(max_length=10, blank=True)
    alarm_step = models.PositiveSmallIntegerField(default=0)
    alarm_told = models.CharField(max_length=12, blank=True)
    # While it is paused: how long at most.
    paused_until = models.DateTimeField(null=True, blank=True)
    return_code = models.CharField(max_length=20, choices=ReturnReason.choices, blank=True)
    return_reason = models.TextField(blank=True)
    # Whom the agency that gave it back holds to be the right one.
    proposed_agency = models.ForeignKey("accounts.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    result = models.TextField(blank=True)
    # Why the hotline, the lead or the focal point did not take the result, the last time.
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
            ),
            models.Index(fields=["alarm_at"], condition=Q(alarm_at__isnull=False), name="assignment_alarm"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} → {self.agency_id}"


class UnitWork(models.Model):
    """Giao bộ phận: one handling unit's part of an assignment, perhaps of one person in it. Ended ones stay."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="unit_works")
    unit = models.ForeignKey("accounts.HandlingUnit", models.PROTECT, related_name="works")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    handed_at = models.DateTimeField()
    result = models.TextField(blank=True)
    result_at = models.DateTimeField(null=True, blank=True)
    # Handed elsewhere, or the assignment is over.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("unit's part")
        verbose_name_plural = _("units' parts")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "unit"], condition=Q(ended_at__isnull=True), name="unit_work_open_once_a_unit"
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} → {self.unit_id}"


class Pause(models.Model):
    """Tạm dừng: the clocks of an assignment stand still from `since`, at most until `until`."""

    class Why(models.TextChoices):
        ASKED = "asked", _("The citizen was asked for more")
        POSTPONED = "postponed", _("The work is planned for a later date")

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="pauses")
    why = models.CharField(max_length=10, choices=Why.choices)
    # The question to the citizen, or why the work waits.
    text = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(ended_at__isnull=True), name="pause_one_open_an_assignment"
            ),
            models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="pause_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.why}"
