from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class History(models.Model):
    """What was done to an incident: who, when, what, why. Appended, never changed: triggers refuse it.

    `data` holds ids, codes and numbers, never words of people nor personal data.
    """

    incident = models.ForeignKey("records.Incident", models.PROTECT, related_name="history")
    # The incident's version that this row led to.
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=40)
    why = models.CharField(max_length=60, blank=True)
    data = models.JSONField(default=dict, blank=True)
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("history")
        verbose_name_plural = _("history")
        indexes: ClassVar = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind}"
