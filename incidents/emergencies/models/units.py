from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.emergencies.units.lifecycles import SortieState, UnitStatus


class UnitKind(models.TextChoices):
    """What a unit is; which service it belongs to is its agency's."""

    PATROL_CAR = "patrol_car", _("Patrol car")
    PATROL_BIKE = "patrol_bike", _("Patrol motorcycle")
    ENGINE = "engine", _("Fire engine")
    LADDER = "ladder", _("Ladder truck")
    RESCUE = "rescue", _("Rescue vehicle")
    BOAT = "boat", _("Boat")
    AMBULANCE = "ambulance", _("Ambulance vehicle")
    INTENSIVE_CARE = "intensive_care", _("Intensive care ambulance")
    UTILITY = "utility", _("Utility vehicle")


class Unit(models.Model):
    """Tổ, xe: an ambulance, a patrol, a fire engine. Its crew signs in with accounts of its handling unit."""

    agency = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="units", verbose_name=_("agency"))
    handling_unit = models.ForeignKey(
        "accounts.HandlingUnit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="units",
        verbose_name=_("handling unit"),
    )
    # As it is called by radio: "115-03".
    call_sign = models.CharField(_("call sign"), max_length=30)
    kind = models.CharField(_("kind"), max_length=20, choices=UnitKind.choices)
    # Words of a closed list that the owner keeps: "oxy", "cắt kim loại".
    capabilities = models.JSONField(_("capabilities"), default=list, blank=True)
    # SRID 4326.
    home = models.PointField(_("home"), srid=4326, null=True, blank=True)
    # The wards or districts it is there for, as codes of one set; empty: everywhere.
    area_set = models.CharField(_("area set"), max_length=40, blank=True)
    area_codes = models.JSONField(_("areas it is there for"), default=list, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    status = models.CharField(
        _("status"), max_length=16, choices=[(s.value, s.value) for s in UnitStatus], default=UnitStatus.AVAILABLE.value
    )
    status_since = models.DateTimeField(_("status since"))
    version = models.PositiveIntegerField(default=1, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    exercise = models.PositiveIntegerField(_("exercise"), default=0)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering: ClassVar = ["call_sign"]
        constraints = [models.UniqueConstraint(fields=["agency", "call_sign"], name="unit_call_sign_once")]

    def __str__(self) -> str:
        return self.call_sign


class Aboard(models.Model):
    """Who is on which unit now."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="aboard")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="crew")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} {self.unit_id}"


class Sortie(models.Model):
    """Lượt điều xe: a unit sent to a shared incident, with every step of it. It has one open sortie at most."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sorties")
    incident = models.ForeignKey("records.Incident", models.PROTECT, related_name="sorties")
    assignment = models.ForeignKey("records.Assignment", models.PROTECT, related_name="sorties")
    state = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in SortieState], default=SortieState.SENT.value
    )
    since = models.DateTimeField()
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    on_scene_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # The hospital it takes a patient to.
    facility = models.ForeignKey(
        "emergencies.Facility",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sorties",
        verbose_name=_("hospital"),
    )
    # Where it works in a major incident.
    sector = models.ForeignKey(
        "emergencies.Sector", models.PROTECT, null=True, blank=True, related_name="sorties", verbose_name=_("sector")
    )
    # What was expected when it was sent: metres, seconds.
    metres = models.PositiveIntegerField(null=True, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    # The crew is called out until it acknowledges: how far that got, and when the next step is due.
    calls = models.PositiveSmallIntegerField(default=0)
    call_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("sortie")
        verbose_name_plural = _("sorties")
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(ended_at__isnull=True), name="sortie_one_open_a_unit")
        ]
        indexes: ClassVar = [
            models.Index(fields=["call_at"], condition=Q(call_at__isnull=False), name="sortie_call"),
            models.Index(fields=["incident"], condition=Q(ended_at__isnull=True), name="sortie_open"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.incident_id}"
