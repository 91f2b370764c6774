"""Who had personal data exported or erased, when and why. It names rows, never the person it was about."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DataAct(models.Model):
    class Kind(models.TextChoices):
        EXPORTED = "exported", _("Exported")
        ERASED = "erased", _("Erased")

    class Why(models.TextChoices):
        REQUESTED = "requested", _("The person asked for it")
        RETENTION = "retention", _("The time to keep it was over")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    why = models.CharField(max_length=10, choices=Why.choices)
    # The reporter's row, which stays, empty; None for the words of an anonymous report.
    reporter = models.ForeignKey("records.Reporter", models.PROTECT, null=True, related_name="+")
    reports = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("act on personal data")
        verbose_name_plural = _("acts on personal data")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
