"""Links that open the wall without an account: read-only, named, revocable."""

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def hash_of(token: str) -> str:
    """What is stored of a token. It has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(32)


class WallLink(models.Model):
    """One screen's link. The token itself is shown once, when it is made; here lies only its hash."""

    token_hash = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        verbose_name = _("wall link")
        verbose_name_plural = _("wall links")

    def __str__(self) -> str:
        return self.name


def is_in_force(token: str) -> bool:
    """Whether a token opens the wall now. One query."""
    return WallLink.objects.filter(token_hash=hash_of(token), revoked_at=None).exists()
