"""Webhooks: which partner's system hears of what, and every message to it with its attempts."""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def new_secret() -> str:
    return secrets.token_urlsafe(32)


class Webhook(models.Model):
    """An address of a partner's system. It is told what the live stream tells its agency, or its machine's account."""

    name = models.SlugField(_("name"), max_length=40, unique=True)
    # Whose eyes it has: exactly one of the two.
    agency = models.ForeignKey(
        "accounts.Agency", models.PROTECT, null=True, blank=True, related_name="webhooks", verbose_name=_("agency")
    )
    partner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="webhooks",
        verbose_name=_("partner's machine"),
    )
    topic = models.CharField(_("what it is told"), max_length=40)
    url = models.CharField(_("web address"), max_length=500)
    secret = models.CharField(_("secret"), max_length=64, default=new_secret)
    # Exercises too; each message says which one it belongs to.
    with_exercises = models.BooleanField(_("exercises too"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    # Up to where in the event log it has been told; without an epoch it starts with what comes next.
    epoch = models.CharField(max_length=32, blank=True, editable=False)
    offset = models.BigIntegerField(default=0, editable=False)
    # How often in a row it was not reached, and until when nothing more is tried.
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering: ClassVar = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agency__isnull=False, partner__isnull=True) | Q(agency__isnull=True, partner__isnull=False),
                name="webhook_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return self.name


class NoticeState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    GIVEN_UP = "given_up", _("Given up")


class NoticeKind(models.TextChoices):
    CHANGED = "changed", _("Changed")
    # It is not this partner's any more, or closed.
    REMOVED = "removed", _("Removed")
    # Some changes were missed: everything is to be fetched anew.
    RESYNC = "resync", _("Fetch everything anew")


class Notice(models.Model):
    """One message to a webhook. It is told again under the same number until it was taken or given up."""

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="notices", verbose_name=_("webhook"))
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=NoticeKind.choices)
    entity = models.CharField(max_length=40, blank=True)
    entity_id = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)
    # The JSON text as it is signed and sent.
    body = models.TextField()
    state = models.CharField(_("state"), max_length=10, choices=NoticeState.choices, default=NoticeState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Why the last attempt failed, as a code.
    failure = models.CharField(_("reason"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("created"))
    # Since when it waits in this round of attempts: a person may have it sent again.
    waiting_since = models.DateTimeField()
    next_try_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(pgettext_lazy("time", "ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("message to a webhook")
        verbose_name_plural = _("messages to webhooks")
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"], condition=Q(state__in=["waiting", "sending"]), name="notice_to_be_sent"
            ),
            models.Index(fields=["webhook", "entity", "entity_id"], name="notice_of_entity"),
            models.Index(fields=["ended_at"], name="notice_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.uid}"


class Attempt(models.Model):
    """One request to a webhook, and what came of it."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="tries")
    at = models.DateTimeField(_("at"))
    # The HTTP status; null when there was no answer.
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    failure = models.CharField(_("reason"), max_length=60, blank=True)
    took_ms = models.PositiveIntegerField(_("took (ms)"))

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.status} {self.failure}"
