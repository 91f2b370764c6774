"""How each incident looked from when to when: what replay folds. Made from the numbered log, which is pruned."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Course(models.Model):
    """One look of an incident, as a wall shows it: no words, a coarse point. Exercises have none.

    `at` to `until`, half-open; the latest look has no `until`. A change that altered nothing of this makes no row.
    """

    incident = models.ForeignKey("records.Incident", models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    at = models.DateTimeField(db_index=True)
    until = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=12)
    on_board = models.BooleanField()
    group = models.PositiveSmallIntegerField(null=True)
    category = models.CharField(max_length=60, blank=True)
    # Degrees, WGS 84, to about 110 m.
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    due_at = models.DateTimeField(null=True)
    # Whether leaders' walls show it: complaints about officials are not for them.
    for_walls = models.BooleanField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["incident", "version"], name="course_once_a_version")]
        indexes: ClassVar = [
            models.Index(fields=["until"], condition=Q(on_board=True), name="course_on_board_until"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} v{self.version}"


class CourseFollowed(models.Model):
    """How far the numbered log has been followed."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    epoch = models.CharField(max_length=32)
    offset = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.epoch}: {self.offset}"
