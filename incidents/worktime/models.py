"""The calendar as data: office hours, the days that differ, how long each step may take, and who is away."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.records.models.categories import Group


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OfficeHours(models.Model):
    """One open span of a weekday. Without any row the usual hours of calendar.OFFICE_HOURS count."""

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("office hours")
        verbose_name_plural = _("office hours")
        ordering: ClassVar = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="office_hours_in_order"),
            models.UniqueConstraint(fields=["weekday", "opens"], name="office_hours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Day(models.Model):
    """A day that differs from its weekday. Only confirmed ones count: a library proposes, people decide."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Holiday")
        WORKED = "worked", _("Make-up working day")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Rejected")

    date = models.DateField(_("date"), unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=150, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PROPOSED)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering: ClassVar = ["date"]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name}"


class Clock(models.Model):
    """How long each step may take, for one category or a whole group. Defaults until the owner has confirmed them."""

    category = models.OneToOneField(
        "records.Category", models.CASCADE, null=True, blank=True, related_name="clock", verbose_name=_("category")
    )
    group = models.PositiveSmallIntegerField(_("group"), choices=Group.choices, null=True, blank=True, unique=True)
    working_time = models.BooleanField(_("only working time counts"), default=True)
    seen_minutes = models.PositiveIntegerField(_("until seen, minutes"), default=60)
    accept_minutes = models.PositiveIntegerField(_("until accepted, minutes"), default=240)
    # The rest of the time until the citizen's answer is the hotline's own.
    result_percent = models.PositiveSmallIntegerField(
        _("until the result, percent of the time for the answer"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    step_minutes = models.PositiveIntegerField(_("between two steps of the escalation, minutes"), default=240)
    is_sample = models.BooleanField(_("a default that nobody has confirmed"), default=True)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering: ClassVar = ["group", "category"]
        constraints = [
            models.CheckConstraint(
                condition=Q(category__isnull=False, group__isnull=True) | Q(category__isnull=True, group__isnull=False),
                name="clock_category_or_group",
            ),
            models.CheckConstraint(
                condition=Q(result_percent__gte=1, result_percent__lte=100), name="clock_percent_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return str(self.category) if self.category is not None else self.get_group_display() or ""


class CalendarChange(models.Model):
    """Days or hours changed: the deadlines of what is open are worked out anew, a few at a time, by the worker."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # Incidents up to this number are done.
    done_up_to = models.PositiveBigIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("change of the calendar")
        verbose_name_plural = _("changes of the calendar")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: dt.date) -> AbsenceQuerySet:
        """Who is away on a day; both ends are included."""
        return self.filter(starts__lte=day, ends__gte=day)


class Absence(models.Model):
    """Nghỉ phép: somebody of an agency is away, and who stands in."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences", verbose_name=_("person")
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stands_in",
        verbose_name=_("deputy"),
    )
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering: ClassVar = ["starts", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="absence_dates_in_order"),
            models.CheckConstraint(condition=~Q(person=F("deputy")), name="absence_deputy_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts:%d/%m}-{self.ends:%d/%m/%Y}"
