"""A shared incident in the mode of a major incident: who commands, where, how many are hurt, what is asked for."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MajorIncident(models.Model):
    """Sự cố lớn: a shared incident that was declared one, until it is stood down; declared again, it is open again."""

    shared = models.OneToOneField(
        "emergencies.SharedIncident", models.PROTECT, primary_key=True, related_name="major", verbose_name=_("incident")
    )
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField(max_length=500)
    stood_down_at = models.DateTimeField(null=True, blank=True)
    # What is dangerous there, and which way to come in and go out: what everybody has to know.
    dangers = models.TextField(blank=True, max_length=1000)
    access = models.TextField(blank=True, max_length=1000)
    # A report of the situation is due every so often; null: none, it is stood down.
    sitrep_every_min = models.PositiveSmallIntegerField(default=30)
    sitrep_due_at = models.DateTimeField(null=True, blank=True)
    # When the log says that it is late; null: it has been said.
    sitrep_alarm_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("major incident")
        verbose_name_plural = _("major incidents")
        indexes = [
            models.Index(fields=["sitrep_alarm_at"], condition=Q(sitrep_alarm_at__isnull=False), name="major_sitrep")
        ]

    def __str__(self) -> str:
        return f"1022-{self.pk:06d}"

    @property
    def is_on(self) -> bool:
        return self.stood_down_at is None


class Commander(models.Model):
    """Chỉ huy: who commands one service there, or (no agency) all of them; one at a time."""

    major = models.ForeignKey(MajorIncident, models.PROTECT, related_name="commanders")
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=100)
    position = models.CharField(max_length=100, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["major", "agency"], condition=Q(until__isnull=True), name="commander_one_a_service"
            ),
            models.UniqueConstraint(
                fields=["major"], condition=Q(until__isnull=True, agency__isnull=True), name="commander_one_of_all"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Sector(models.Model):
    """Khu vực: a part of the scene with somebody who leads it."""

    major = models.ForeignKey(MajorIncident, models.PROTECT, related_name="sectors")
    name = models.CharField(max_length=60)
    place = models.CharField(max_length=200, blank=True)
    lead = models.CharField(max_length=150, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["major", "name"], condition=Q(closed_at__isnull=True), name="sector_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Casualties(models.Model):
    """The newest count of a sector (or of the whole scene, no sector) by triage colour; every count before is an entry
    of the log. Numbers only, never who."""

    major = models.ForeignKey(MajorIncident, models.PROTECT, related_name="casualties")
    sector = models.ForeignKey(Sector, models.PROTECT, null=True, blank=True, related_name="casualties")
    red = models.PositiveIntegerField(default=0)
    yellow = models.PositiveIntegerField(default=0)
    green = models.PositiveIntegerField(default=0)
    black = models.PositiveIntegerField(default=0)
    # How often it was counted: whoever counts says which count they saw.
    version = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["major", "sector"], name="casualties_once_a_sector"),
            models.UniqueConstraint(
                fields=["major"], condition=Q(sector__isnull=True), name="casualties_once_without_sector"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.red}/{self.yellow}/{self.green}/{self.black}"


class ResourceRequest(models.Model):
    """Yêu cầu chi viện: what was asked for, of whom, how many were promised and how many have come."""

    major = models.ForeignKey(MajorIncident, models.PROTECT, related_name="resources")
    kind = models.CharField(max_length=100)
    number = models.PositiveIntegerField()
    asked_of = models.CharField(max_length=150)
    promised = models.PositiveIntegerField(default=0)
    arrived = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Who asks: a service, or (none) the room.
    agency = models.ForeignKey("accounts.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class Sitrep(models.Model):
    """Báo cáo tình hình: an entry of the log whose words are the whole sheet, as canonical JSON; numbered."""

    entry = models.OneToOneField("emergencies.LogEntry", models.PROTECT, primary_key=True, related_name="sitrep")
    major = models.ForeignKey(MajorIncident, models.PROTECT, related_name="sitreps")
    number = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["major", "number"]
        constraints = [models.UniqueConstraint(fields=["major", "number"], name="sitrep_number_once")]

    def __str__(self) -> str:
        return f"{self.major} {self.number}"
