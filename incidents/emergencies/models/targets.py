"""What the services hold themselves to, and what an emergency needs: reference data that the owner edits."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.emergencies.models.units import UnitKind


class Target(models.Model):
    """So many percent of something within so many seconds. See fixtures/targets.csv."""

    class Measure(models.TextChoices):
        ANSWER = "answer", _("Call answered")
        TAKEN = "taken", _("Emergency taken by the service")
        DISPATCH = "dispatch", _("First unit sent")
        SCENE = "scene", _("First unit on scene")

    measure = models.CharField(_("what"), max_length=20, choices=Measure.choices, unique=True)
    percent = models.PositiveSmallIntegerField(
        _("percent"), default=90, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    seconds = models.PositiveIntegerField(_("within seconds"), validators=[MinValueValidator(1)])
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("target of emergencies")
        verbose_name_plural = _("targets of emergencies")
        ordering: ClassVar = ["order", "measure"]

    def __str__(self) -> str:
        return f"{self.get_measure_display()}: {self.percent} % ≤ {self.seconds} s"


class UnitNeed(models.Model):
    """How many units of a kind an emergency of a category needs. See fixtures/unit_needs.csv."""

    category = models.ForeignKey(
        "records.Category", models.CASCADE, related_name="unit_needs", verbose_name=_("category")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=UnitKind.choices)
    number = models.PositiveSmallIntegerField(_("how many"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("needed units")
        verbose_name_plural = _("needed units")
        ordering: ClassVar = ["category", "kind"]
        constraints = [models.UniqueConstraint(fields=["category", "kind"], name="unit_need_once")]

    def __str__(self) -> str:
        return f"{self.category_id}: {self.number} × {self.kind}"
