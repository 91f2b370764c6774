"""Area sets with dates, their areas, names over time, and lineage between sets.

A code means nothing without its set: everything is keyed by (set, code). The polygons of a set are loaded as
a generation; one UPDATE of `AreaSet.current` puts a generation in force, and readers notice within a second.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.contrib.gis.db import models as gis
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    PROVINCE = "province", _("Province")
    DISTRICT = "district", _("District level")
    WARD = "ward", _("Commune level")


class AreaKind(models.TextChoices):
    """What a unit is called by law; the value is the folded Vietnamese label."""

    PROVINCE = "tinh", _("Province (tỉnh)")
    CITY = "thanh_pho", _("City (thành phố)")
    TOWN = "thi_xa", _("Town (thị xã)")
    URBAN_DISTRICT = "quan", _("Urban district (quận)")
    RURAL_DISTRICT = "huyen", _("Rural district (huyện)")
    WARD = "phuong", _("Ward (phường)")
    TOWNSHIP = "thi_tran", _("Township (thị trấn)")
    COMMUNE = "xa", _("Commune (xã)")
    SPECIAL_ZONE = "dac_khu", _("Special zone (đặc khu)")
    OTHER = "khac", _("Other")


def new_token() -> str:
    """Twelve hexadecimal digits: names a generation in a URL that is cached for ever, also across databases."""
    return secrets.token_hex(6)


class AreaSetQuerySet(models.QuerySet["AreaSet"]):
    def in_force(self, on: dt.date) -> AreaSetQuerySet:
        """The sets whose dates [from, until) hold the date: at most one, the database sees to it."""
        return self.filter(Q(valid_from__lte=on), Q(valid_until__isnull=True) | Q(valid_until__gt=on))

    def overlapping(self, valid_from: dt.date, valid_until: dt.date | None) -> AreaSetQuerySet:
        """The sets that share at least one day with [valid_from, valid_until)."""
        found = self.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=valid_from))
        return found if valid_until is None else found.filter(valid_from__lt=valid_until)


class AreaSet(models.Model):
    """Bộ đơn vị hành chính: the units in force from one date until (not including) another.

    Two sets never share a day: an exclusion constraint on PostGIS, triggers on SpatiaLite (migration 0002).
    """

    name = models.SlugField(_("name"), max_length=40, unique=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    current = models.ForeignKey(
        "Generation", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("generation in force")
    )

    objects = AreaSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("area set")
        verbose_name_plural = _("area sets")
        ordering = ["valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="area_set_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Generation(models.Model):
    """One loading of a set's polygons: where from, under which licence, and whether it is only approximate."""

    area_set = models.ForeignKey(AreaSet, models.CASCADE, related_name="generations", verbose_name=_("area set"))
    token = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    source = models.CharField(_("source"), max_length=300, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    # Cells grown from points and boxes: for a first look, never for dispatch without a person.
    is_approximate = models.BooleanField(_("approximate"), default=False)
    file_sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    # Set when every batch is in; a generation without it is what a killed import left behind.
    complete = models.BooleanField(_("complete"), default=False)

    class Meta:
        verbose_name = _("generation of areas")
        verbose_name_plural = _("generations of areas")

    def __str__(self) -> str:
        return f"{self.area_set_id}/{self.token}"


class Area(models.Model):
    """Đơn vị hành chính: one unit with its polygon in one generation of a set."""

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="areas", verbose_name=_("generation"))
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    code = models.CharField(_("code"), max_length=20)
    parent_code = models.CharField(_("parent code"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=AreaKind.choices)
    name = models.CharField(_("name"), max_length=120)
    area_km2 = models.FloatField(_("area (km²)"))
    geometry = gis.MultiPolygonField(srid=4326)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["generation", "code"]
        constraints = [models.UniqueConstraint(fields=["generation", "code"], name="area_code_once_a_generation")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class AreaName(models.Model):
    """What a unit was called from one date until another; also other spellings people use (`is_official` false).

    Keyed by (set, code), not by generation: names outlive a new loading of the polygons.
    """

    area_set = models.ForeignKey(AreaSet, models.CASCADE, related_name="names", verbose_name=_("area set"))
    code = models.CharField(_("code"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=AreaKind.choices)
    name = models.CharField(_("name"), max_length=120)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    is_official = models.BooleanField(_("official"), default=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("area name")
        verbose_name_plural = _("area names")
        ordering = ["area_set", "code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["area_set", "code", "name", "valid_from"], name="area_name_once"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="area_name_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AreaLineage(models.Model):
    """Which part of an old unit lies in which new one, measured on the polygons in force of both sets."""

    old_set = models.ForeignKey(AreaSet, models.CASCADE, related_name="lineage_to", verbose_name=_("old set"))
    old_code = models.CharField(_("old code"), max_length=20)
    new_set = models.ForeignKey(AreaSet, models.CASCADE, related_name="lineage_from", verbose_name=_("new set"))
    new_code = models.CharField(_("new code"), max_length=20)
    share_of_old = models.FloatField(_("share of the old unit"))

    class Meta:
        verbose_name = _("lineage of an area")
        verbose_name_plural = _("lineage of areas")
        constraints = [
            models.UniqueConstraint(
                fields=["old_set", "old_code", "new_set", "new_code"], name="area_lineage_pair_once"
            ),
            models.CheckConstraint(
                condition=Q(share_of_old__gt=0, share_of_old__lte=1), name="area_lineage_share_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code} ({self.share_of_old:.0%})"
