"""What a citizen and the hotline said to each other, over all doors, and who belongs together."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from incidents.records.models import Source


class Conversation(models.Model):
    """One person's, by whatever door they write. Of an exercise and of the live service are never one."""

    created_at = models.DateTimeField()
    # Of the newest message in either direction.
    last_at = models.DateTimeField()
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")

    def __str__(self) -> str:
        return f"#{self.pk}"


class Participant(models.Model):
    """Which conversation a reporter's messages go to, and why."""

    class Because(models.TextChoices):
        FIRST = "first", _("First message")
        SAME_PHONE = "same_phone", _("Same phone number")
        PERSON = "person", _("Put together by a person")

    reporter = models.OneToOneField("records.Reporter", models.CASCADE, primary_key=True, related_name="participant")
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="participants")
    because = models.CharField(max_length=12, choices=Because.choices, default=Because.FIRST)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.reporter_id} → {self.conversation_id}"


class Message(models.Model):
    """Tin nhắn: one thing said. Each belongs to a report; the first of a report has its words there."""

    class Direction(models.TextChoices):
        IN = "in", _("From the citizen")
        OUT = "out", _("To the citizen")

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="messages")
    report = models.ForeignKey("records.Report", models.PROTECT, related_name="messages")
    reporter = models.ForeignKey("records.Reporter", models.PROTECT, null=True, blank=True, related_name="messages")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    door = models.CharField(max_length=12, choices=Source.choices)
    # The door's own number of it: the same one twice is one message.
    source_id = models.CharField(max_length=150, blank=True)
    # The message that the report began with: its words are the report's.
    opens = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    point = models.PointField(srid=4326, null=True, blank=True)
    photos = models.ManyToManyField("records.Photo", blank=True, related_name="messages")
    # Why it was taken as part of this report: a code of intake/messages.py.
    because = models.CharField(max_length=40, blank=True)
    # Of an answer: who wrote it (None: nobody did, it went by itself) and how it left.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    delivery = models.OneToOneField("delivery.Delivery", models.PROTECT, null=True, blank=True, related_name="message")
    at = models.DateTimeField()
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering: ClassVar = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["door", "source_id"], condition=~Q(source_id=""), name="message_once"),
            models.CheckConstraint(
                condition=Q(direction="in", delivery__isnull=True) | Q(direction="out", opens=False),
                name="message_direction",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["reporter", "at"], name="message_of_reporter")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.direction} {self.door}"


class Rating(models.Model):
    """What a citizen thinks of the answer to their report: once. `words` are a message of the report."""

    report = models.OneToOneField("records.Report", models.PROTECT, related_name="rating")
    happy = models.BooleanField()
    # It opened the incident again: once an incident.
    reopened = models.BooleanField(default=False)
    at = models.DateTimeField()
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")

    def __str__(self) -> str:
        return f"{self.report_id} {self.happy}"


class CannedText(models.Model):
    """A sentence that is written often: data, edited in the administration, chosen in the room."""

    code = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=80)
    text = models.TextField()
    title_en = models.CharField(max_length=80, blank=True)
    text_en = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("canned text")
        verbose_name_plural = _("canned texts")
        ordering: ClassVar = ["order", "code"]

    def __str__(self) -> str:
        return self.title

    @property
    def label(self) -> str:
        """The title in the reader's language; the text itself goes out in the citizen's."""
        return self.title_en if self.title_en and (get_language() or "vi").startswith("en") else self.title

    def in_language(self, language: str) -> str:
        """The text as the citizen reads it."""
        return self.text_en if language == "en" and self.text_en else self.text
