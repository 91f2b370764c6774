"""The words a category is recognised by. Reference data, see fixtures/keywords.csv."""

from __future__ import annotations

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
