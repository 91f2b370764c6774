from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Group(models.IntegerChoices):
    """The three groups of plan 5179/KH-UBND, section II.1."""

    PROCEDURES = 1, _("Administrative procedures")
    EMERGENCY = 2, _("Emergency")
    FIELD = 3, _("Field report")


class Category(models.Model):
    """Lĩnh vực: a leaf of one of the three groups. Reference data, see fixtures/."""

    code = models.SlugField(max_length=60, unique=True)
    group = models.PositiveSmallIntegerField(choices=Group.choices)
    # A sub-category follows the rules of its parent where it has none of its own.
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    name = models.CharField(max_length=150)
    name_en = models.CharField(max_length=150)
    description = models.CharField(max_length=500, blank=True)
    description_en = models.CharField(max_length=500, blank=True)
    # 1 is the most urgent.
    priority = models.PositiveSmallIntegerField(default=3)
    # How long until the citizen is answered, in hours; a default that the owner sets.
    hours = models.PositiveIntegerField(default=72)
    # A complaint about an official never shows outside and never goes to the official's own unit.
    is_complaint = models.BooleanField(default=False)
    # Offered to citizens in the portal and by Open311.
    is_public = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["group", "order", "code"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if (get_language() or "vi").startswith("en") else self.name

    @property
    def explanation(self) -> str:
        """The description in the reader's language."""
        return self.description_en if (get_language() or "vi").startswith("en") else self.description

    @property
    def asks_whom(self) -> bool:
        """Whether the forms ask for agency, official and procedure: complaints, and rules that do not fit."""
        return self.is_complaint or self.code.startswith("rules-")
