"""What the figures are counted from: one packed row a day, made anew by the worker when that day changed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DayColumns(models.Model):
    """Everything that came in on one local day, in columns (see columns.py). Derived: it may be thrown away."""

    day = models.DateField(primary_key=True)
    # The layout of the columns; a row of another layout is made anew.
    layout = models.PositiveSmallIntegerField()
    # Another one with every making, so that readers know what they have to read again.
    made = models.UUIDField()
    incidents = models.BinaryField()
    assignments = models.BinaryField()
    # Only a ward is known of these; from here the wards as of any set are worked out, as from the points.
    homes = models.BinaryField(default=bytes)
    calls = models.BinaryField(default=bytes)

    class Meta:
        verbose_name = _("day of the figures")
        verbose_name_plural = _("days of the figures")

    def __str__(self) -> str:
        return self.day.isoformat()


class DayAreas(models.Model):
    """The wards of one day's incidents as of one area set, in the order of the day's columns."""

    day = models.ForeignKey(DayColumns, models.CASCADE, related_name="areas")
    area_set = models.CharField(max_length=40)
    # The generation of polygons that was asked; of another one it is made anew.
    generation = models.CharField(max_length=12)
    made = models.UUIDField()
    wards = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "area_set"], name="figures_areas_once_a_day_and_set")
        ]

    def __str__(self) -> str:
        return f"{self.day_id} {self.area_set}"


class Followed(models.Model):
    """How far the numbered log has been followed: whose incidents changed is read there."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    epoch = models.CharField(max_length=32)
    offset = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.epoch}: {self.offset}"


class StaleDay(models.Model):
    """A day whose columns are older than its incidents."""

    day = models.DateField(primary_key=True)
    # When it was first marked after it was last made.
    since = models.DateTimeField()
    # Another one with every mark, so that whoever makes the day sees that it changed meanwhile.
    mark = models.UUIDField()

    def __str__(self) -> str:
        return self.day.isoformat()


class FileKind(models.TextChoices):
    """What the worker writes. Lists hold one line an incident; the report and the map tell the figures."""

    CSV = "csv", _("List, CSV")
    XLSX = "xlsx", _("List, Excel")
    GEOJSON = "geojson", _("List, GeoJSON")
    DOCX = "docx", _("Report, Word")
    PDF = "pdf", _("Report, PDF")
    HTML = "html", _("Map, one file")


class FileState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    WRITING = "writing", _("Being written")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Could not be written")


class File(models.Model):
    """A file that somebody asked for: the worker writes it, its asker fetches it, and after some days it is gone."""

    kind = models.CharField(max_length=10, choices=FileKind.choices)
    # The question as in the page's address, after "?".
    question = models.TextField()
    language = models.CharField(max_length=5)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=FileState.choices, default=FileState.WAITING)
    # Until then the worker that writes it is believed to be alive.
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("file of figures")
        verbose_name_plural = _("files of figures")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(state__in=["waiting", "writing"]), name="figures_file_to_do")
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
