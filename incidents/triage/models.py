"""The words a category is recognised by (reference data, see fixtures/keywords.csv), and which incidents are one."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Keyword(models.Model):
    """A phrase that speaks for a category, with a weight: 1 is a hint, 2 is usual, 3 leaves little doubt."""

    category = models.ForeignKey("records.Category", models.CASCADE, related_name="keywords")
    phrase = models.CharField(max_length=100)
    weight = models.FloatField(default=1.0)

    class Meta:
        verbose_name = _("keyword")
        verbose_name_plural = _("keywords")
        constraints = [
            models.UniqueConstraint(fields=["category", "phrase"], name="keyword_once_a_category"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="keyword_weight_positive"),
        ]

    def __str__(self) -> str:
        return self.phrase


class Merge(models.Model):
    """One incident taken into another, and all that is needed to part them again. Nothing is deleted."""

    into = models.ForeignKey("records.Incident", models.PROTECT, related_name="took_in", verbose_name=_("into"))
    other = models.ForeignKey("records.Incident", models.PROTECT, related_name="merged_into", verbose_name=_("merged"))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # Ids of what moved: {"reports", "photos", "assignments": [[id, role]], "ended": [[agency, role]]}.
    moved = models.JSONField(default=dict)
    parted_at = models.DateTimeField(null=True, blank=True)
    parted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering: ClassVar = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["other"], condition=models.Q(parted_at__isnull=True), name="merge_one_at_a_time"
            ),
            models.CheckConstraint(condition=~models.Q(into=models.F("other")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.other_id} → {self.into_id}"
