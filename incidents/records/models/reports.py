from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

# No 0/O, 1/I/L: a code is read aloud over the phone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_tracking_code() -> str:
    """Twelve letters and digits out of 31, 59 bits from the system's random source: cannot be guessed."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


class Source(models.TextChoices):
    """The doors, kênh."""

    PHONE = "phone", _("Phone")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")
    WEB = "web", _("Web portal")
    CHAT = "chat", _("Web chat")
    ZALO = "zalo", "Zalo"
    VIBER = "viber", "Viber"
    FACEBOOK = "facebook", "Facebook"
    APP = "app", _("App 1022")
    OPEN311 = "open311", "Open311"


class NextStep(models.TextChoices):
    """What intake still has to do for a report; the worker takes up what was left."""

    TRIAGE = "triage", _("Triage")
    DISPATCH = "dispatch", _("Suggest an agency")
    DONE = "", _("Done")


class Report(models.Model):
    """Phản ánh, kiến nghị: one thing one person or organisation told us by one door."""

    incident = models.ForeignKey("records.Incident", models.PROTECT, related_name="reports")
    source = models.CharField(max_length=12, choices=Source.choices)
    # The door's own number for this message: the same one twice is one report.
    source_id = models.CharField(max_length=150)
    reporter = models.ForeignKey("records.Reporter", models.PROTECT, null=True, blank=True, related_name="reports")
    # Who typed it, when it was not the citizen.
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=5, default="vi")
    received_at = models.DateTimeField(db_index=True)
    # Where the citizen says it is: a pin or GPS. SRID 4326, accuracy in metres.
    given_point = models.PointField(srid=4326, null=True, blank=True)
    given_accuracy_m = models.FloatField(null=True, blank=True)
    # What the citizen chose, before anybody looked at it.
    given_category = models.ForeignKey("records.Category", models.PROTECT, null=True, blank=True, related_name="+")
    tracking_code = models.CharField(max_length=20, unique=True, default=new_tracking_code)
    # What only this door knows (answers to extra questions, ids of threads), never personal data.
    door_data = models.JSONField(default=dict, blank=True)
    next_step = models.CharField(max_length=10, choices=NextStep.choices, default=NextStep.TRIAGE, blank=True)
    next_step_at = models.DateTimeField()
    next_step_failures = models.PositiveSmallIntegerField(default=0)
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="report_source_once")]
        indexes: ClassVar = [
            models.Index(fields=["next_step_at"], condition=~models.Q(next_step=""), name="report_next_step")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"


class ReportWords(models.Model):
    """The words as typed, never rewritten; a row of its own so that erasing leaves the report."""

    report = models.OneToOneField(Report, models.CASCADE, primary_key=True, related_name="text")
    words = models.TextField(blank=True)
    # Where it is, in the citizen's own words, when the door asks for it apart.
    address = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.words[:60]
