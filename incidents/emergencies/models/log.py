from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LogScope(models.TextChoices):
    """Who reads an entry of a shared incident's log."""

    COMMON = "common", _("Everybody in it")
    # Also what a helper that was called in does not read: how many are hurt.
    SERVICES = "services", _("113, 114, 115 and 1022")
    OWN = "own", _("The service alone")
    MEDICAL = "medical", _("115 alone")


class LogEntry(models.Model):
    """One entry of a shared incident's log, chained to the one before. Appended, never changed: triggers refuse it.

    `record` is the canonical text that the hash is over; the columns beside it repeat what queries ask for, and
    verification holds them against it. Words of people lie apart, in LogText.
    """

    shared = models.ForeignKey("emergencies.SharedIncident", models.PROTECT, related_name="log")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    scope = models.CharField(max_length=10, choices=LogScope.choices, default=LogScope.COMMON)
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    record = models.TextField()
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        ordering: ClassVar = ["shared", "seq"]
        constraints = [models.UniqueConstraint(fields=["shared", "seq"], name="log_entry_once")]

    def __str__(self) -> str:
        return f"{self.shared_id} {self.seq} {self.kind}"


class LogText(models.Model):
    """The words of an entry, with the salt of their digest: erasing both leaves a tombstone that is no tampering."""

    entry = models.OneToOneField(LogEntry, models.PROTECT, primary_key=True, related_name="text")
    salt = models.CharField(max_length=32, blank=True)
    words = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    erased_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"#{self.pk}"


class Seal(models.Model):
    """The nightly seal over the heads of all logs that grew since the one before, chained in its turn."""

    at = models.DateTimeField()
    # Canonical text: [[incident, length, head], …], by incident.
    heads = models.TextField()
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.hash[:12]}"
