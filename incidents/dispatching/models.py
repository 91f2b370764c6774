"""Thẩm quyền: who is responsible for what and where, by dated rules with their legal basis."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.records.models.categories import Group


class Target(models.TextChoices):
    """Whom a rule names: one agency, or the committee of the unit that the place lies in."""

    AGENCY = "agency", _("One agency")
    WARD_COMMITTEE = "ward_committee", _("The commune's People's Committee")
    DISTRICT_COMMITTEE = "district_committee", _("The district's People's Committee")


class RoadOwner(models.TextChoices):
    """Who looks after a road, as its number says: QL, ĐT, ĐH, ĐX."""

    NATIONAL = "national", _("National road (QL)")
    PROVINCIAL = "provincial", _("Provincial road (ĐT)")
    DISTRICT = "district", _("District road (ĐH)")
    COMMUNE = "commune", _("Communal road (ĐX)")


class CompetenceRuleQuerySet(models.QuerySet["CompetenceRule"]):
    def in_force(self, on: dt.date) -> CompetenceRuleQuerySet:
        """Rules that hold on a date; the range is half-open: [from, until)."""
        return self.filter(Q(valid_from__lte=on), Q(valid_until__isnull=True) | Q(valid_until__gt=on))


class CompetenceRule(models.Model):
    """One rule: a category or a whole group, perhaps only in one area, is this agency's from one date to another."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    category = models.ForeignKey(
        "records.Category", models.PROTECT, null=True, blank=True, related_name="rules", verbose_name=_("category")
    )
    group = models.PositiveSmallIntegerField(_("group"), choices=Group.choices, null=True, blank=True)
    target = models.CharField(_("responsible"), max_length=20, choices=Target.choices)
    agency = models.ForeignKey(
        "accounts.Agency", models.PROTECT, null=True, blank=True, related_name="rules", verbose_name=_("agency")
    )
    # Only inside this unit, a ward or a district of one set. A code means nothing without its set.
    area_set = models.CharField(_("area set"), max_length=40, blank=True)
    area_code = models.CharField(_("area code"), max_length=20, blank=True)
    # Only on a road of this owner, or at a place of this kind of the gazetteer; empty: wherever it is.
    road_owner = models.CharField(_("road owner"), max_length=12, choices=RoadOwner.choices, blank=True)
    place_kind = models.CharField(_("kind of place"), max_length=40, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    # Of the rules that fit, the smallest comes first.
    priority = models.PositiveSmallIntegerField(_("priority"), default=100)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    # Sends without a person's confirmation, when everything is sure.
    auto = models.BooleanField(_("automatic"), default=False)
    min_confidence = models.FloatField(
        _("least confidence in the category"),
        default=0.9,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
    )
    # A default that the owner has not confirmed.
    is_sample = models.BooleanField(_("sample"), default=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("entered by"),
    )

    entered_at = models.DateTimeField(_("entered at"), null=True, blank=True, editable=False)

    objects = CompetenceRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of competence")
        verbose_name_plural = _("rules of competence")
        ordering: ClassVar = ["priority", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(category__isnull=False, group__isnull=True) | Q(category__isnull=True, group__isnull=False),
                name="competence_category_or_group",
            ),
            models.CheckConstraint(
                condition=Q(target="agency", agency__isnull=False) | ~Q(target="agency") & Q(agency__isnull=True),
                name="competence_agency_named",
            ),
            models.CheckConstraint(
                condition=Q(area_set="", area_code="") | ~Q(area_set="") & ~Q(area_code=""),
                name="competence_area_has_set_and_code",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="competence_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(min_confidence__gte=0, min_confidence__lte=1), name="competence_confidence_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def is_in_force(self, on: dt.date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


class CoOrdinating(models.Model):
    """Who co-ordinates under a rule, beside the agency that leads."""

    rule = models.ForeignKey(CompetenceRule, models.CASCADE, related_name="co_ordinating", verbose_name=_("rule"))
    target = models.CharField(_("co-ordinates"), max_length=20, choices=Target.choices)
    agency = models.ForeignKey(
        "accounts.Agency", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agency")
    )

    class Meta:
        verbose_name = _("co-ordinating agency")
        verbose_name_plural = _("co-ordinating agencies")
        ordering: ClassVar = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target="agency", agency__isnull=False) | ~Q(target="agency") & Q(agency__isnull=True),
                name="co_ordinating_agency_named",
            ),
            models.UniqueConstraint(
                fields=["rule", "agency"], condition=Q(agency__isnull=False), name="co_ordinating_agency_once"
            ),
            models.UniqueConstraint(
                fields=["rule", "target"], condition=Q(agency__isnull=True), name="co_ordinating_committee_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.agency or self.get_target_display())


class RuleEdition(models.Model):
    """One row, whose token the database makes anew with every write that rules depend on (migration 0002): rules, who
    co-ordinates, agencies, categories. Processes hold the rules (`dispatching.book`) and compare it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    token = models.CharField(max_length=36)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="rule_edition_is_one_row")]

    def __str__(self) -> str:
        return self.token
