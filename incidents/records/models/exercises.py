from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_token() -> str:
    return secrets.token_urlsafe(24)


class Exercise(models.Model):
    """Thử nghiệm: a flagged run. Its number stands on every row that comes of it; 0 is the live service."""

    name = models.CharField(max_length=150)
    # Who opens the portal by this token, or names it in a partner's call, takes part in the exercise.
    token = models.CharField(max_length=64, unique=True, default=new_token)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")

    def __str__(self) -> str:
        return self.name
