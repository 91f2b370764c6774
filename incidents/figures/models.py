"""What the figures are counted from: one packed row a day, made anew by the worker when that day changed."""

from __future__ import annotations

from typing import ClassVar

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
