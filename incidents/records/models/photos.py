from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Photo(models.Model):
    """One picture. The original lies apart and is not shown; `shown` has no metadata left in it."""

    class Phase(models.TextChoices):
        REPORT = "report", _("From the reporter")
        BEFORE = "before", _("Before")
        AFTER = "after", _("After")

    incident = models.ForeignKey("records.Incident", models.PROTECT, related_name="photos")
    report = models.ForeignKey("records.Report", models.PROTECT, null=True, blank=True, related_name="photos")
    assignment = models.ForeignKey("records.Assignment", models.PROTECT, null=True, blank=True, related_name="photos")
    phase = models.CharField(max_length=6, choices=Phase.choices, default=Phase.REPORT)
    original = models.CharField(max_length=200)
    shown = models.CharField(max_length=200)
    thumbnail = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    # What the camera wrote, read before it was stripped. SRID 4326.
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_point = models.PointField(srid=4326, null=True, blank=True)
    added_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "sha256", "phase"], condition=~Q(sha256=""), name="photo_once_an_incident"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.phase}"


class Redaction(models.Model):
    """What people outside may see of a photo, as one person decided it; the newest of a photo counts.

    Rows are appended, so they are the history; undoing appends what was before. The files are made from `Photo.shown`,
    which stays as it is.
    """

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="redactions")
    number = models.PositiveIntegerField()
    # [[x, y, width, height], …] in ten-thousandths of the picture's width and height.
    boxes = models.JSONField(default=list)
    is_public = models.BooleanField(default=False)
    # Part of the public address: another decision has another address.
    key = models.CharField(max_length=32, unique=True)
    shown = models.CharField(max_length=200)
    thumbnail = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("redaction")
        verbose_name_plural = _("redactions")
        constraints = [models.UniqueConstraint(fields=["photo", "number"], name="redaction_number_once")]

    def __str__(self) -> str:
        return f"{self.photo_id} {self.number}"
