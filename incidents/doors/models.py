"""Keys of partners' machines, the extra questions a service asks by Open311, and parts of SMS that wait for others."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def digest_of(key: str) -> str:
    """What is stored of a key: keys are 256 random bits, so a plain SHA-256 cannot be tried backwards."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


class ApiKey(models.Model):
    """The key of a partner's machine. Only its digest is kept; it is shown once, when it is made."""

    partner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_keys")
    label = models.CharField(max_length=100, blank=True)
    # The first letters, so that people can tell keys apart.
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    # What comes in by this key belongs to this exercise; 0 is the live service.
    exercise = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.prefix}… {self.label}".strip()

    @staticmethod
    def new_key() -> str:
        """A fresh key from the system's random source."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def of(key: str) -> ApiKey | None:
        """The key's row; None when it is unknown, revoked, or its partner may no longer sign in."""
        if not key:
            return None
        return (
            ApiKey.objects.select_related("partner")
            .filter(digest=digest_of(key), revoked_at=None, partner__is_active=True, partner__role="partner")
            .first()
        )


class ServiceAttribute(models.Model):
    """An extra question of a service, as GeoReport v2 names it. Without any the service has no metadata."""

    class Datatype(models.TextChoices):
        STRING = "string", "string"
        NUMBER = "number", "number"
        DATETIME = "datetime", "datetime"
        TEXT = "text", "text"
        SINGLE = "singlevaluelist", "singlevaluelist"
        MULTI = "multivaluelist", "multivaluelist"

    category = models.ForeignKey("records.Category", models.CASCADE, related_name="attributes")
    code = models.SlugField(max_length=40)
    datatype = models.CharField(max_length=20, choices=Datatype.choices)
    required = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    description = models.CharField(max_length=200)
    description_en = models.CharField(max_length=200, blank=True)
    # [{"key": …, "name": …}] for the two kinds of list.
    values = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("service attribute")
        verbose_name_plural = _("service attributes")
        ordering: ClassVar = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["category", "code"], name="service_attribute_once_a_category")]

    def __str__(self) -> str:
        return f"{self.category_id} {self.code}"

    @property
    def question(self) -> str:
        """The description in the reader's language."""
        in_english = (get_language() or "vi").startswith("en")
        return (self.description_en if in_english else "") or self.description

    def keys(self) -> set[str]:
        """The keys a list allows."""
        rows: list[dict[str, Any]] = self.values
        return {str(row["key"]) for row in rows}


class SmsPart(models.Model):
    """One part of a long SMS, until the others have come; it is gone with the whole message or after a few minutes."""

    sender = models.CharField(max_length=40)
    # The sender's telephone's own number of the whole message, used again after a while.
    ref = models.CharField(max_length=40)
    parts = models.PositiveSmallIntegerField()
    part = models.PositiveSmallIntegerField()
    source_id = models.CharField(max_length=150)
    text = models.TextField()
    # False when characters had to be replaced.
    whole = models.BooleanField(default=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("part of an SMS")
        verbose_name_plural = _("parts of SMS")
        constraints = [models.UniqueConstraint(fields=["sender", "ref", "parts", "part"], name="sms_part_once")]

    def __str__(self) -> str:
        return f"{self.part}/{self.parts}"
