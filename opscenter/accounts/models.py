"""People, and the agencies they work for, with dates: an agency that ended keeps its past."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opscenter.accounts.roles import AGENCY_ROLES, ROOM_ROLES, Role


class AgencyKind(models.TextChoices):
    HOTLINE = "hotline", _("Hotline 1022")
    PROVINCE = "province", _("People's Committee of the province")
    DEPARTMENT = "department", _("Department")
    BOARD = "board", _("Management board")
    DISTRICT = "district", _("People's Committee of a district")
    COMMUNE = "commune", _("People's Committee of a commune")
    POLICE = "police", _("Police 113")
    FIRE = "fire", _("Fire and rescue 114")
    AMBULANCE = "ambulance", _("Ambulance 115")
    UTILITY = "utility", _("Utility company")


class AgencyQuerySet(models.QuerySet["Agency"]):
    def in_force(self, on: dt.date) -> AgencyQuerySet:
        """Agencies that exist on a date; the range is half-open: [from, until)."""
        return self.filter(Q(valid_from__lte=on), Q(valid_until__isnull=True) | Q(valid_until__gt=on))


class Agency(models.Model):
    """Cơ quan, đơn vị: who is given incidents. `code` is stable and unique over all time."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=AgencyKind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("higher agency")
    )
    # A committee governs one unit of one area set. A code means nothing without its set.
    area_set = models.CharField(_("area set"), max_length=40, blank=True)
    area_code = models.CharField(_("area code"), max_length=20, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)
    source = models.CharField(_("source"), max_length=300, blank=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="agency_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(area_set="", area_code="") | (~Q(area_set="") & ~Q(area_code="")),
                name="agency_area_has_set_and_code",
            ),
        ]
        indexes = [models.Index(fields=["area_set", "area_code"])]

    def __str__(self) -> str:
        return self.name

    def is_in_force(self, on: dt.date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


class HandlingUnit(models.Model):
    """Bộ phận xử lý: who does the work inside an agency, the second hop."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="handling_units", verbose_name=_("agency"))
    name = models.CharField(_("name"), max_length=200)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("handling unit")
        verbose_name_plural = _("handling units")
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="handling_unit_name_once")]

    def __str__(self) -> str:
        return self.name


class ContactPoint(models.Model):
    """How a focal point is reached when nobody looks at the inbox; lower `order` first."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        PHONE = "phone", _("Phone")

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="contact_points", verbose_name=_("agency"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    address = models.CharField(_("address or number"), max_length=200)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    # Whose telephone or mailbox it is: what comes from it is this person's act. Empty: nobody's in particular.
    person = models.ForeignKey(
        "accounts.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contact_points",
        verbose_name=_("person"),
    )
    # Hears only of what the focal point let run over its time.
    is_head = models.BooleanField(_("head of the agency"), default=False)

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        ordering: ClassVar = ["agency", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["agency", "kind", "address"], name="contact_point_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.address}"


class People(UserManager["Person"]):
    """Accounts; `manage.py createsuperuser` makes the first administrator of a new installation."""

    use_in_migrations = False

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> Person:
        return super().create_superuser(username, email, password, **{"role": Role.ADMINISTRATOR, **fields})


class Person(AbstractUser):
    """Somebody with an account, in one role, for the hotline or for one agency."""

    full_name = models.CharField(_("full name"), max_length=150)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.CALL_TAKER)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("agency")
    )
    handling_unit = models.ForeignKey(
        HandlingUnit, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("handling unit")
    )
    language = models.CharField(_("language"), max_length=5, default="vi")
    # Their own telephone, +84…: crews are called out by it, dispatchers told of an emergency that nobody takes.
    phone = models.CharField(_("phone"), max_length=20, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects: ClassVar[People] = People()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=~Q(role__in=sorted(AGENCY_ROLES)) | Q(agency__isnull=False), name="agency_role_has_agency"
            ),
            models.CheckConstraint(
                condition=~Q(role__in=[Role.HANDLER, Role.CREW]) | Q(handling_unit__isnull=False),
                name="handler_has_handling_unit",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    @property
    def works_in_room(self) -> bool:
        return self.role in ROOM_ROLES


class PersonalKey(models.Model):
    """A key with which a program of somebody's reads for them: a calendar, a map. Only its digest is kept."""

    class Purpose(models.TextChoices):
        CALENDAR = "calendar", _("Calendar")
        MAP = "map", _("Map program (QGIS)")

    person = models.ForeignKey(Person, models.CASCADE, related_name="keys")
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    label = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("personal key")
        verbose_name_plural = _("personal keys")
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.label
