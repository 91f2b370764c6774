"""Who is on which shift of the control room, and what one shift hands over to the next."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ShiftKind(models.Model):
    """A shift as it comes every day: its name and local hours. One that ends before it begins ends the next day."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    begins = models.TimeField(_("begins"))
    ends = models.TimeField(_("ends"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("kind of shift")
        verbose_name_plural = _("kinds of shifts")
        ordering: ClassVar = ["begins", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(begins=F("ends")), name="shift_kind_has_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.begins:%H:%M}–{self.ends:%H:%M}"

    def hours(self, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
        """When the shift of a local day begins and ends."""
        zone = timezone.get_current_timezone()
        last = day + dt.timedelta(days=1) if self.ends <= self.begins else day
        return dt.datetime.combine(day, self.begins, zone), dt.datetime.combine(last, self.ends, zone)


class Shift(models.Model):
    """One shift on one day. Its hours are those of its kind when it was planned."""

    kind = models.ForeignKey(ShiftKind, models.PROTECT, related_name="shifts")
    day = models.DateField()
    begins_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    # Raised by every change, for calendars and for two who edit at once.
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="shifts")

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering: ClassVar = ["begins_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "day"], name="shift_once_a_day"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="shift_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class Handover(models.Model):
    """Biên bản bàn giao ca: what the shift found and left, as it stood when it was written; read and confirmed by the
    next one. `matters` are the system's: codes and counts, no words and no names of citizens."""

    shift = models.OneToOneField(Shift, models.PROTECT, related_name="handover")
    text = models.TextField(blank=True)
    matters = models.JSONField(default=list)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # What the next shift has to say about it.
    remark = models.TextField(blank=True)

    class Meta:
        verbose_name = _("hand-over note")
        verbose_name_plural = _("hand-over notes")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("written_by")),
                name="handover_confirmed_by_somebody_else",
            )
        ]

    def __str__(self) -> str:
        return f"{self.shift}"
