from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def new_device_code() -> str:
    """The id a phone sends with each fix: whoever knows it may move the unit, so it cannot be guessed."""
    return secrets.token_urlsafe(12)


def new_secret() -> str:
    return secrets.token_urlsafe(32)


class Feed(models.Model):
    """A partner's system that posts many positions at once, signed with this secret."""

    name = models.SlugField(_("name"), max_length=40, unique=True)
    secret = models.CharField(_("secret"), max_length=64, default=new_secret)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("feed of positions")
        verbose_name_plural = _("feeds of positions")

    def __str__(self) -> str:
        return self.name


class Device(models.Model):
    """What tells a unit's position: a phone with Traccar's client, or a vehicle's box in a feed."""

    code = models.CharField(_("id it sends"), max_length=60, unique=True, default=new_device_code)
    unit = models.ForeignKey("emergencies.Unit", models.CASCADE, related_name="devices", verbose_name=_("unit"))
    # Only this feed may send it; without one it is a phone that sends by itself.
    feed = models.ForeignKey(Feed, models.CASCADE, null=True, blank=True, verbose_name=_("feed of positions"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("tracking device")
        verbose_name_plural = _("tracking devices")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.code[:4]}…"


class Position(models.Model):
    """Where a unit is: the newest fix by the time it was made. Degrees, WGS 84; metres; metres a second.

    Plain columns, no geometry: it is written two thousand times a second and read whole.
    """

    unit = models.OneToOneField("emergencies.Unit", models.CASCADE, primary_key=True, related_name="position")
    fix_at = models.DateTimeField()
    written_at = models.DateTimeField(db_index=True)
    lat = models.FloatField()
    lon = models.FloatField()
    speed = models.FloatField(null=True)
    heading = models.FloatField(null=True)
    altitude = models.FloatField(null=True)
    accuracy = models.FloatField(null=True)
    battery = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lat__gte=-90, lat__lte=90, lon__gte=-180, lon__lte=180), name="position_on_earth"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.fix_at}"


class TrackPoint(models.Model):
    """Where a unit was; kept for OPSCENTER_TRACKS_KEPT_H hours."""

    unit = models.ForeignKey("emergencies.Unit", models.CASCADE, related_name="track")
    fix_at = models.DateTimeField(db_index=True)
    lat = models.FloatField()
    lon = models.FloatField()
    speed = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "fix_at"], name="track_point_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.fix_at}"


class RefusedFix(models.Model):
    """Fixes that were not taken, counted by device, reason and hour: a broken sender must not fill the disk."""

    hour = models.DateTimeField(db_index=True)
    # osmand, crew, or the name of the feed; "?" when nobody could be told.
    source = models.CharField(max_length=40)
    device = models.CharField(max_length=60)
    reason = models.CharField(max_length=30)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("refused position")
        verbose_name_plural = _("refused positions")
        ordering: ClassVar = ["-hour", "source"]
        constraints = [
            models.UniqueConstraint(fields=["hour", "source", "device", "reason"], name="refused_fix_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.device} {self.reason}"
