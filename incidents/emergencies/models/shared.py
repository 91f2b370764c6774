from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SharedIncident(models.Model):
    """Vụ việc phối hợp: an incident that 113, 114 or 115 have, with the head of its log. Its lock guards it."""

    incident = models.OneToOneField(
        "records.Incident", models.PROTECT, primary_key=True, related_name="shared", verbose_name=_("incident")
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # The protocol that was asked last: what kind of emergency it is. Empty: not asked.
    kind = models.CharField(max_length=40, blank=True)
    # The hash of the newest entry of the log and how many there are; up to where the last seal went.
    log_head = models.CharField(max_length=64, blank=True)
    log_length = models.PositiveIntegerField(default=0)
    sealed_length = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("shared incident")
        verbose_name_plural = _("shared incidents")
        constraints = [
            models.CheckConstraint(
                condition=Q(log_length=0, log_head="") | Q(log_length__gt=0) & ~Q(log_head=""),
                name="shared_log_has_head",
            ),
        ]

    def __str__(self) -> str:
        return f"1022-{self.pk:06d}"


class ServicePart(models.Model):
    """A service's own part in a shared incident, beside its assignment: its clock, its record, until when it helps."""

    assignment = models.OneToOneField(
        "records.Assignment", models.PROTECT, primary_key=True, related_name="part", verbose_name=_("assignment")
    )
    shared = models.ForeignKey(SharedIncident, models.PROTECT, related_name="parts")
    # Until then somebody there has to have taken it.
    acknowledge_by = models.DateTimeField()
    # When the next alarm is due while nobody has; null: none.
    next_alarm_at = models.DateTimeField(null=True, blank=True)
    alarms = models.PositiveSmallIntegerField(default=0)
    # Mutual aid: it was asked to help, perhaps only until then.
    is_aid = models.BooleanField(default=False)
    until = models.DateTimeField(null=True, blank=True)
    # How often its units report while they are on scene; null: they need not.
    check_in_min = models.PositiveSmallIntegerField(null=True, blank=True)
    # What the service writes down for itself; nobody else reads it.
    record = models.TextField(blank=True, max_length=8000)

    class Meta:
        verbose_name = _("service's part")
        verbose_name_plural = _("services' parts")
        indexes = [
            models.Index(fields=["next_alarm_at"], condition=Q(next_alarm_at__isnull=False), name="part_next_alarm"),
            models.Index(fields=["until"], condition=Q(until__isnull=False), name="part_until"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
