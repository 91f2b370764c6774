from __future__ import annotations

from django.db import models

from incidents.records.keys import PROFILES


class IncidentAudience(models.Model):
    """Who sees an incident, and with which fields: written by each change from incident_audience() alone."""

    incident = models.ForeignKey("records.Incident", models.CASCADE, related_name="audience")
    key = models.CharField(max_length=40)
    profile = models.CharField(max_length=10, choices=[(profile, profile) for profile in PROFILES])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "incident"], name="incident_audience_once")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.key} {self.profile}"
