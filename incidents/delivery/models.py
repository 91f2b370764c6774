"""Outgoing messages: what is to be sent to whom, by which door, and every attempt at it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Door(models.TextChoices):
    """By which door a message leaves."""

    EMAIL = "email", _("E-mail")
    # Shown on the citizen's tracking page; there from the moment the change commits.
    PAGE = "page", _("Tracking page")


class Kind(models.TextChoices):
    """What a message says. Each has its texts in templates/delivery/."""

    RECEIVED = "received", _("Report received")
    FORWARDED = "forwarded", _("Forwarded to an agency")
    ANSWERED = "answered", _("Answered")
    ASSIGNMENT = "assignment", _("New assignment")


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be sent")
    CANCELLED = "cancelled", _("Not sent")


class Delivery(models.Model):
    """Tin gửi đi. To whom is a reference, not a copied address: personal data stays with the reporter."""

    incident = models.ForeignKey("records.Incident", models.PROTECT, related_name="deliveries")
    # To a citizen: the report and its reporter. To an agency: the assignment and the contact point.
    report = models.ForeignKey("records.Report", models.PROTECT, null=True, blank=True, related_name="deliveries")
    reporter = models.ForeignKey("records.Reporter", models.PROTECT, null=True, blank=True, related_name="deliveries")
    assignment = models.ForeignKey(
        "records.Assignment", models.PROTECT, null=True, blank=True, related_name="deliveries"
    )
    contact_point = models.ForeignKey(
        "accounts.ContactPoint", models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    door = models.CharField(max_length=10, choices=Door.choices)
    language = models.CharField(max_length=5, default="vi")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    # The same for every attempt: a mail server or reader that gets it twice can tell.
    message_id = models.UUIDField(unique=True, default=uuid.uuid4)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    # Until then the process that claimed it is believed to be alive.
    lease_until = models.DateTimeField(null=True, blank=True)
    # Why it was not sent: a code of delivery/outcomes.py.
    failure = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(report__isnull=False) | Q(assignment__isnull=False), name="delivery_is_to_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(lease_until__isnull=False), name="delivery_sending_has_lease"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_try_at"], condition=Q(state__in=["sending", "waiting"]), name="delivery_to_do")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.door} #{self.pk}"

    @property
    def address(self) -> str:
        """Where it goes, read now: an erased reporter or a removed contact point has none."""
        if self.contact_point is not None:
            return self.contact_point.address if self.contact_point.is_active else ""
        return self.reporter.email if self.reporter is not None and self.door == Door.EMAIL else ""


class Attempt(models.Model):
    """One try at sending, and what came of it. `detail` is the other side's answer without addresses."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempt_rows")
    at = models.DateTimeField()
    # sent, temporary, permanent: delivery/outcomes.py
    outcome = models.CharField(max_length=10)
    code = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.outcome}"
