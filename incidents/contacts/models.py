"""Links that show one assignment to a contact without an account, what contacts told us to do, and contact drills."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskLink(models.Model):
    """One link for one step of one assignment, sent to one contact point. Of its token only the hash is kept."""

    class Purpose(models.TextChoices):
        RECEIVE = "receive", _("Accept or return")
        REPORT = "report", _("Hand on or give the result")

    token_hash = models.CharField(max_length=64, unique=True)
    assignment = models.ForeignKey("records.Assignment", models.PROTECT, related_name="task_links")
    contact_point = models.ForeignKey("accounts.ContactPoint", models.PROTECT, related_name="task_links")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # By a POST that did something; looking at it uses nothing up.
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("task link")
        verbose_name_plural = _("task links")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.purpose}"


class Instruction(models.Model):
    """What a contact did from outside, and by which door: the same message again does nothing. Without its words."""

    class Door(models.TextChoices):
        SMS = "sms", _("SMS")
        EMAIL = "email", _("E-mail")
        LINK = "link", _("Link")

    contact_point = models.ForeignKey("accounts.ContactPoint", models.PROTECT, related_name="instructions")
    door = models.CharField(max_length=5, choices=Door.choices)
    source_id = models.CharField(max_length=150)
    # Null when it named none of theirs.
    assignment = models.ForeignKey(
        "records.Assignment", models.PROTECT, null=True, blank=True, related_name="instructions"
    )
    # An act of commands.py, and "" or why it was not done.
    act = models.CharField(max_length=10)
    refusal = models.CharField(max_length=30, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("instruction of a contact")
        verbose_name_plural = _("instructions of contacts")
        ordering: ClassVar = ["-id"]
        constraints = [models.UniqueConstraint(fields=["door", "source_id"], name="instruction_once")]

    def __str__(self) -> str:
        return f"{self.door} {self.act}"


class Drill(models.Model):
    """Thử liên lạc: a contact point was asked to confirm that somebody is there."""

    class How(models.TextChoices):
        LINK = "link", _("Link")
        SMS = "sms", _("SMS")
        EMAIL = "email", _("E-mail")
        CALL = "call", _("Phone call")

    contact_point = models.ForeignKey("accounts.ContactPoint", models.PROTECT, related_name="drills")
    # Of the link in the message; only its hash is kept. Empty when somebody rang up.
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    started_at = models.DateTimeField()
    # Who asked; null: the schedule.
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    how = models.CharField(max_length=5, choices=How.choices, blank=True)
    # Who heard it on the telephone.
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("contact drill")
        verbose_name_plural = _("contact drills")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["contact_point", "-id"])]

    def __str__(self) -> str:
        return f"{self.contact_point_id} #{self.pk}"
