"""Hospitals as they declare themselves: what they can do, how many beds are free, whether they turn patients away."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _


class Capability(models.TextChoices):
    """What a hospital can treat at any hour."""

    SURGERY = "surgery", _("Injuries, surgery")
    INTENSIVE = "intensive", _("Intensive care")
    CARDIAC = "cardiac", _("Heart")
    STROKE = "stroke", _("Stroke")
    BURNS = "burns", _("Burns")
    CHILDREN = "children", _("Children")
    BIRTH = "birth", _("Births")
    POISON = "poison", _("Poisoning")


class Facility(models.Model):
    """Cơ sở y tế: a hospital that ambulances go to. Its newest declaration stands beside it; null: it said nothing."""

    name = models.CharField(_("name"), max_length=150)
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    # SRID 4326.
    point = models.PointField(_("place"), srid=4326)
    capabilities = models.JSONField(_("capabilities"), default=list, blank=True)
    # Whose accounts declare for it, and whose machine; 115's dispatchers always may.
    agency = models.ForeignKey(
        "accounts.Agency", models.PROTECT, null=True, blank=True, related_name="facilities", verbose_name=_("agency")
    )
    feed = models.ForeignKey(
        "emergencies.Feed", models.PROTECT, null=True, blank=True, related_name="facilities", verbose_name=_("feed")
    )
    # How a partner's machine names it.
    code = models.SlugField(_("code"), max_length=60, unique=True)
    is_sample = models.BooleanField(_("sample"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    beds = models.PositiveIntegerField(_("free emergency beds"), null=True, blank=True)
    intensive_beds = models.PositiveIntegerField(_("free intensive care beds"), null=True, blank=True)
    is_diverted = models.BooleanField(_("turns patients away"), default=False)
    diverted_why = models.CharField(_("why"), max_length=200, blank=True)
    declared_at = models.DateTimeField(_("declared"), null=True, blank=True)

    class Meta:
        verbose_name = _("hospital")
        verbose_name_plural = _("hospitals")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Declaration(models.Model):
    """One declaration of a hospital. Appended, never changed."""

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="declarations")
    at = models.DateTimeField()
    # None: the machine of the feed.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    beds = models.PositiveIntegerField(null=True, blank=True)
    intensive_beds = models.PositiveIntegerField(null=True, blank=True)
    is_diverted = models.BooleanField(default=False)
    diverted_why = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("declaration of a hospital")
        verbose_name_plural = _("declarations of hospitals")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.at}"
