"""Keys of partners, the extra questions of a service, parts of SMS, and what chat platforms have sent and lent us."""

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
    """An extra question of a category; GeoReport v2 calls it an attribute of a service. Every door that can asks it."""

    class Datatype(models.TextChoices):
        STRING = "string", _("a few words")
        NUMBER = "number", _("a number")
        DATETIME = "datetime", _("date and time")
        TEXT = "text", _("several lines")
        SINGLE = "singlevaluelist", _("one of a list")
        MULTI = "multivaluelist", _("several of a list")

    category = models.ForeignKey(
        "records.Category", models.CASCADE, related_name="attributes", verbose_name=_("category")
    )
    code = models.SlugField(max_length=40)
    datatype = models.CharField(_("kind of answer"), max_length=20, choices=Datatype.choices)
    required = models.BooleanField(_("must be answered"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    description = models.CharField(_("question"), max_length=200)
    description_en = models.CharField(_("question in English"), max_length=200, blank=True)
    # [{"key": …, "name": …, "name_en": …}] for the two kinds of list.
    values = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("extra question")
        verbose_name_plural = _("extra questions")
        ordering: ClassVar = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["category", "code"], name="service_attribute_once_a_category")]

    def __str__(self) -> str:
        return self.question

    @property
    def question(self) -> str:
        """The description in the reader's language."""
        in_english = (get_language() or "vi").startswith("en")
        return (self.description_en if in_english else "") or self.description

    def named_values(self) -> list[dict[str, str]]:
        """The list's values as {"key", "name"}, the name in the reader's language."""
        in_english = (get_language() or "vi").startswith("en")
        rows: list[dict[str, Any]] = self.values
        return [
            {"key": str(row["key"]), "name": str((row.get("name_en") if in_english else "") or row["name"])}
            for row in rows
        ]

    def names(self) -> dict[str, str]:
        """The names of the list's keys in the reader's language."""
        return {row["key"]: row["name"] for row in self.named_values()}

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


class Media(models.Model):
    """A picture that a citizen sent by a platform, until the worker has fetched it: doors/media.py."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        TAKEN = "taken", _("Fetched")
        FAILED = "failed", _("Could not be fetched")

    message = models.ForeignKey("conversations.Message", models.CASCADE, related_name="media")
    # Emptied when it is over: whoever knows the address sees the picture.
    url = models.CharField(max_length=1000)
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    # Why not: a code of doors/media.py.
    failure = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("picture of a platform")
        verbose_name_plural = _("pictures of platforms")
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="media_once")]
        indexes: ClassVar = [
            models.Index(fields=["next_try_at"], condition=models.Q(state="waiting"), name="media_to_do")
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"


class ZaloToken(models.Model):
    """What we may send by Zalo with: one row an application, renewed by doors/zalo_token.py."""

    app_id = models.CharField(max_length=40, primary_key=True)
    # Digest of the setting it began with: another setting begins anew.
    given = models.CharField(max_length=64)
    access_token = models.TextField(blank=True)
    refresh_token = models.TextField()
    expires_at = models.DateTimeField()
    renewed_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    # Zalo refuses the refresh token: somebody has to set a new one.
    lost = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("Zalo token")
        verbose_name_plural = _("Zalo tokens")

    def __str__(self) -> str:
        return self.app_id


class KeptFile(models.Model):
    """A file that came with a mail and is no picture. `name` is the sender's; `path` lies below MEDIA_ROOT."""

    message = models.ForeignKey("conversations.Message", models.CASCADE, related_name="files")
    name = models.CharField(max_length=100)
    path = models.CharField(max_length=200)
    # Bytes.
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("kept file")
        verbose_name_plural = _("kept files")
        constraints = [models.UniqueConstraint(fields=["message", "sha256"], name="kept_file_once_a_message")]

    def __str__(self) -> str:
        return f"#{self.pk}"
