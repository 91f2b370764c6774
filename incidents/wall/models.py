"""Links that open the wall without an account (read-only, named, revocable), and the scenes it shows in turn."""

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class SceneKind(models.TextChoices):
    """What a scene shows; each is a part of wall.html."""

    MAP = "map", _("Map of what is open")
    FIGURES = "figures", _("Figures of today")
    AGENCIES = "agencies", _("On time by agency")
    EMERGENCIES = "emergencies", _("Emergencies (left out while there are none)")
    SOURCES = "sources", _("Channels: when the last report came")
    LAUNCH = "launch", _("Title over the whole screen")


class Scene(models.Model):
    """Cảnh: what the wall shows in turn. Without any, it shows queries.DEFAULT_SCENES."""

    position = models.PositiveSmallIntegerField(_("position"), default=1)
    kind = models.CharField(_("what it shows"), max_length=12, choices=SceneKind.choices)
    seconds = models.PositiveSmallIntegerField(
        _("seconds"), default=20, validators=[MinValueValidator(5), MaxValueValidator(3600)]
    )
    # Of a launch: the official title, and a line below it.
    title = models.CharField(pgettext_lazy("of a scene", "title"), max_length=300, blank=True)
    subtitle = models.CharField(_("line below the title"), max_length=300, blank=True)
    is_shown = models.BooleanField(_("is shown"), default=True)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        verbose_name = _("scene of the wall")
        verbose_name_plural = _("scenes of the wall")

    def __str__(self) -> str:
        return f"{self.position}. {self.get_kind_display()}"

    def clean(self) -> None:
        if self.kind == SceneKind.LAUNCH and not self.title.strip():
            raise ValidationError({"title": _("A launch needs its title.")})
