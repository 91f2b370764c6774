from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonalLook(models.Model):
    """Who looked at a reporter's personal data, when, and for which incident."""

    incident = models.ForeignKey("records.Incident", models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("look at a reporter")
        verbose_name_plural = _("looks at reporters")

    def __str__(self) -> str:
        return f"{self.incident_id} {self.by_id}"
