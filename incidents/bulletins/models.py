"""Reports that leave by e-mail at their time: the schedules, what was made of each period, and each mail."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Rhythm(models.TextChoices):
    DAILY = "daily", _("Every day, about the day before")
    WEEKLY = "weekly", _("Every week, about the seven days before")
    MONTHLY = "monthly", _("Every month, about the month before")


class To(models.TextChoices):
    ADDRESSES = "addresses", _("To these addresses")
    AGENCIES = "agencies", _("To each agency, about what it was given")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Schedule(models.Model):
    """When which report goes to whom. It sees what its owner may see, and rests while its owner may not sign in."""

    name = models.CharField(_("name"), max_length=100)
    rhythm = models.CharField(_("rhythm"), max_length=10, choices=Rhythm.choices, default=Rhythm.DAILY)
    at = models.TimeField(_("time"), default=dt.time(7))
    weekday = models.PositiveSmallIntegerField(_("day of the week"), choices=Weekday.choices, default=Weekday.MONDAY)
    # Every month has a 28th.
    day = models.PositiveSmallIntegerField(
        _("day of the month"), default=1, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    # Values of figures.models.FileKind.
    kinds = models.JSONField(_("attached"), default=list)
    to = models.CharField(_("to whom"), max_length=10, choices=To.choices, default=To.ADDRESSES)
    # One a line.
    addresses = models.TextField(_("addresses"), blank=True)
    language = models.CharField(_("language"), max_length=5, default="vi")
    is_active = models.BooleanField(_("active"), default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # No period is sent whose time lay before this.
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("scheduled report")
        verbose_name_plural = _("scheduled reports")
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def address_list(self) -> list[str]:
        """The addresses, each once, in their order."""
        return list(dict.fromkeys(line.strip() for line in self.addresses.splitlines() if line.strip()))


class Issue(models.Model):
    """One period's report of a schedule, of one agency or of everything: made once."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="issues")
    first = models.DateField()
    last = models.DateField()
    # 0: everything the owner may see.
    agency = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField()
    files = models.ManyToManyField("figures.File", related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schedule", "first", "last", "agency"], name="bulletin_once_a_period")
        ]
        ordering: ClassVar = ["-first", "-id"]

    def __str__(self) -> str:
        return f"{self.schedule} {self.first} – {self.last}"


class MailState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be sent")


class Mail(models.Model):
    """One mail to one official address, with its attempts. `key` keeps the same one from being queued twice."""

    issue = models.ForeignKey(Issue, models.CASCADE, null=True, blank=True, related_name="mails")
    key = models.CharField(max_length=200, unique=True)
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    # The same for every attempt: a mail server or reader that gets it twice can tell.
    message_id = models.UUIDField(unique=True, default=uuid.uuid4)
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    # Until then the worker that sends it is believed to be alive.
    lease_until = models.DateTimeField(null=True, blank=True)
    # A code of delivery/outcomes.py.
    failure = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mail with a report")
        verbose_name_plural = _("mails with reports")
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"], condition=Q(state__in=["waiting", "sending"]), name="bulletin_mail_to_do"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.state}"
