"""Điểm danh an toàn: whether crews are well. A timer that its crew puts back; whoever misses it is looked for."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SafetyTimer(models.Model):
    """A unit has to report every so many minutes: at an incident (with its sortie), or alone at work (without)."""

    unit = models.ForeignKey("emergencies.Unit", models.PROTECT, related_name="safety_timers")
    sortie = models.ForeignKey(
        "emergencies.Sortie", models.PROTECT, null=True, blank=True, related_name="safety_timers"
    )
    every_min = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    # When the next alarm is due while nobody reports; null: it has ended, or the last alarm was sounded.
    alarm_at = models.DateTimeField(null=True, blank=True)
    # Alarms since it last reported.
    missed = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("check-in timer")
        verbose_name_plural = _("check-in timers")
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(ended_at__isnull=True), name="safety_timer_one_a_unit")
        ]
        indexes: ClassVar = [
            models.Index(fields=["alarm_at"], condition=Q(alarm_at__isnull=False), name="safety_timer_alarm")
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.every_min} min"


class SafetyEvent(models.Model):
    """What happened to a timer. Appended by the code, never changed; at an incident its log has it too."""

    class Kind(models.TextChoices):
        STARTED = "check_in_started", _("Check-ins begun")
        REPORTED = "checked_in", _("Checked in: well")
        MISSED = "check_in_missed", _("Check-in missed")
        ENDED = "check_in_ended", _("Check-ins ended")

    timer = models.ForeignKey(SafetyTimer, models.PROTECT, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.timer_id} {self.kind}"
