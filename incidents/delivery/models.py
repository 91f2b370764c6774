"""Outgoing messages: what is to be sent to whom, by which door, and every attempt at it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Door(models.TextChoices):
    """By which door a message leaves."""

    # In the order in which a citizen is reached by them, when the door they wrote by cannot carry an answer.
    EMAIL = "email", _("E-mail")
    # Shown on the citizen's tracking page; there from the moment the change commits.
    PAGE = "page", _("Tracking page")
    SMS = "sms", _("SMS")
    ZALO = "zalo", "Zalo"
    VIBER = "viber", "Viber"
    FACEBOOK = "facebook", "Facebook"
    CHAT = "chat", _("Web chat")
    PUSH = "push", _("Notification of the app")
    # Somebody rings up.
    CALL = "call", _("Phone call")


class Kind(models.TextChoices):
    """What a message says. Each has its texts in templates/delivery/, unless somebody writes it (`FREE`)."""

    RECEIVED = "received", _("Report received")
    FORWARDED = "forwarded", _("Forwarded to an agency")
    ANSWERED = "answered", _("Answered")
    ASSIGNMENT = "assignment", _("New assignment")
    REPLY = "reply", _("Reply in a conversation")
    # The same, but nobody typed it.
    BY_ITSELF = "by_itself", _("Automatic reply")
    # To a contact that wrote N, T, C or X.
    NOTED = "noted", _("Reply to a contact")
    QUESTION = "question", _("Question to the citizen")
    REMINDER = "reminder", _("Reminder of a deadline")
    # To an agency: reported by its unit, or its result was not taken.
    NEWS = "news", _("News of an assignment")
    DRILL = "drill", _("Contact drill")
    # To people of 113, 114, 115: a crew is sent out; nobody of a service takes an emergency.
    CALL_OUT = "call_out", _("Crew called out")
    ALARM = "alarm", _("Alarm: nobody has taken it")
    CREW_SILENT = "crew_silent", _("Alarm: a crew does not check in")


# Of use only within minutes: tried again at once, and soon not any more.
URGENT = frozenset({Kind.CALL_OUT, Kind.ALARM, Kind.CREW_SILENT})
# Messages whose words come with them.
FREE = frozenset({Kind.REPLY, Kind.BY_ITSELF, Kind.NOTED, Kind.QUESTION, Kind.REMINDER, Kind.NEWS, Kind.DRILL}) | URGENT


class Receipt(models.TextChoices):
    """What the other side told about a message after it had taken it."""

    NONE = "", _("None")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    FAILED = "failed", _("Not delivered")


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be sent")
    CANCELLED = "cancelled", _("Not sent")


class PushDevice(models.Model):
    """A browser that takes notifications: of a person's work, or of reports whose tracking codes it has shown us.

    Its address and keys are the browser maker's; they say nothing about who holds it.
    """

    endpoint = models.TextField()
    # SHA-256: an address is too long for an index of every database.
    endpoint_digest = models.CharField(max_length=64, unique=True)
    # The browser's public key and the secret by which alone it can be written to (RFC 8291), as base64url.
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=32)
    language = models.CharField(max_length=5, default="vi")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="push_devices"
    )
    reports = models.ManyToManyField("records.Report", related_name="push_devices", blank=True)
    # When its page last said that it is still there.
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("device with notifications")
        verbose_name_plural = _("devices with notifications")

    def __str__(self) -> str:
        return f"device #{self.pk}"


class Delivery(models.Model):
    """Tin gửi đi. To whom is a reference, not a copied address: personal data stays with the reporter."""

    # None for what is about no incident: a contact drill, the beginning of a conversation.
    incident = models.ForeignKey("records.Incident", models.PROTECT, null=True, blank=True, related_name="deliveries")
    # To a citizen: the report and its reporter. To an agency: the assignment and the contact point.
    report = models.ForeignKey("records.Report", models.PROTECT, null=True, blank=True, related_name="deliveries")
    reporter = models.ForeignKey("records.Reporter", models.PROTECT, null=True, blank=True, related_name="deliveries")
    assignment = models.ForeignKey(
        "records.Assignment", models.PROTECT, null=True, blank=True, related_name="deliveries"
    )
    contact_point = models.ForeignKey(
        "accounts.ContactPoint", models.PROTECT, null=True, blank=True, related_name="deliveries"
    )
    # To somebody with an account, at their own number; with a device, to that browser.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="deliveries"
    )
    device = models.ForeignKey(PushDevice, models.SET_NULL, null=True, blank=True, related_name="deliveries")
    # The page that a notification opens, as a path.
    link = models.CharField(max_length=200, blank=True)
    # The message that could not be delivered and that this one says again by another door.
    instead_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="again")
    # A value of Kind. Not `choices`: rooms add kinds, and a kind is no change of the table.
    kind = models.CharField(max_length=20)
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
    # The other side's own number of the message, by which its receipts name it.
    provider_id = models.CharField(max_length=150, blank=True)
    receipt = models.CharField(max_length=10, choices=Receipt.choices, blank=True, default=Receipt.NONE)
    receipt_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(report__isnull=False)
                | Q(assignment__isnull=False)
                | Q(reporter__isnull=False)
                | Q(contact_point__isnull=False)
                | Q(person__isnull=False),
                name="delivery_is_to_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(lease_until__isnull=False), name="delivery_sending_has_lease"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_try_at"], condition=Q(state__in=["sending", "waiting"]), name="delivery_to_do"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="delivery_provider_id"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.door} #{self.pk}"


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
