"""Calls, who called, what is being typed, who sits at the desks, and what the exchange is asked to do."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.calls.lifecycle import UNSERVED, CallState


class Callback(models.TextChoices):
    """What became of somebody whom nobody answered."""

    NONE = "", _("Not to be called back")
    DUE = "due", _("To be called back")
    CALLING = "calling", _("Being called back")
    REACHED = "reached", _("Reached")
    CALLED_AGAIN = "called_again", _("The caller called again")
    DROPPED = "dropped", _("Not called back")


class CallQuerySet(models.QuerySet["Call"]):
    def live(self) -> CallQuerySet:
        """What the room still has something to do with."""
        return self.filter(is_live=True)

    def to_call_back(self) -> CallQuerySet:
        """The call-back list, those who have waited longest first."""
        return self.filter(callback__in=[Callback.DUE, Callback.CALLING]).order_by("rang_at", "pk")


class Call(models.Model):
    """Cuộc gọi. Times and lines, nothing that says who called: that lies in Caller."""

    # The exchange's own number of the call.
    call_id = models.CharField(max_length=100, unique=True)
    version = models.PositiveIntegerField(default=0)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in CallState], default=CallState.RINGING.value
    )
    # Which of our numbers was dialled.
    line = models.CharField(max_length=30, blank=True)
    # When it first reached us, whatever report came first.
    began_at = models.DateTimeField(db_index=True)
    rang_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Who of the room has it, and until when it was written up.
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="calls")
    taken_at = models.DateTimeField(null=True, blank=True)
    wrapped_at = models.DateTimeField(null=True, blank=True)
    # The telephone of the desk, as the exchange names it.
    extension = models.CharField(max_length=40, blank=True)
    # 113, 114 or 115, when it was passed on.
    transferred_to = models.CharField(max_length=10, blank=True)
    transferred_at = models.DateTimeField(null=True, blank=True)
    # Where the exchange keeps the recording; the recording itself never comes here.
    recording = models.CharField(max_length=300, blank=True)
    callback = models.CharField(max_length=12, choices=Callback.choices, default=Callback.NONE, blank=True)
    callback_tries = models.PositiveSmallIntegerField(default=0)
    report = models.ForeignKey("records.Report", models.PROTECT, null=True, blank=True, related_name="calls")
    is_live = models.BooleanField(default=True)
    exercise = models.PositiveIntegerField(default=0)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True, taken_at__isnull=True)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="call_taken_by_has_time",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["began_at"], condition=Q(is_live=True), name="call_live")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.state}"

    def wait(self) -> dt.timedelta | None:
        """How long the caller waited: until the answer, or until the end of a call that nobody answered."""
        until = self.answered_at or (self.ended_at if self.state in UNSERVED else None)
        return max(until - self.began_at, dt.timedelta(0)) if until else None

    def talk(self) -> dt.timedelta | None:
        """How long it was talked, once it is over."""
        if self.answered_at is None or self.ended_at is None:
            return None
        return max(self.ended_at - self.answered_at, dt.timedelta(0))


class Caller(models.Model):
    """Who called, apart from the call: erasing this row leaves the call and its figures."""

    call = models.OneToOneField(Call, models.CASCADE, primary_key=True, related_name="caller")
    # E.164; empty for a withheld number.
    number = models.CharField(max_length=20, blank=True, db_index=True)
    name = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("caller")
        verbose_name_plural = _("callers")

    def __str__(self) -> str:
        return f"#{self.call_id}"


class CallerLook(models.Model):
    """Who was shown a caller's identity, and when."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.call_id} {self.by_id}"


class CallDraft(models.Model):
    """What was typed so far in a call's form: gone once the report is saved or the call is wrapped up."""

    call = models.OneToOneField(Call, models.CASCADE, primary_key=True, related_name="draft")
    fields = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"#{self.call_id}"


class SeatStatus(models.TextChoices):
    OFF = "off", _("Off duty")
    FREE = "free", _("Free")
    IN_CALL = "in_call", _("In a call")
    WRAP_UP = "wrap_up", _("Wrap-up")
    PAUSE = "pause", _("Pause")


class Seat(models.Model):
    """A call-taker's desk: on duty or not, and at which telephone."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="seat")
    version = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=SeatStatus.choices, default=SeatStatus.OFF)
    since = models.DateTimeField()
    # When its page was last heard from: a desk whose browser vanished does not stay on duty.
    heard_at = models.DateTimeField(null=True, blank=True)
    # As the exchange names the telephone: "PJSIP/101". A call it answers is this person's at once.
    extension = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["extension"], condition=~Q(extension=""), name="seat_extension_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.status}"


class PhoneAction(models.Model):
    """Something the exchange is to do: a row that the bridge claims, does once, and answers."""

    class Kind(models.TextChoices):
        TRANSFER = "transfer", _("Transfer")
        CALL_BACK = "call_back", _("Call back")
        CALL_OUT = "call_out", _("Call a crew out")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DOING = "doing", _("Being done")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    # None for a crew that is called out, whose own number is read from `person` when it is dialled.
    call = models.ForeignKey(Call, models.CASCADE, null=True, blank=True, related_name="actions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # 113, 114, 115; empty for a call-back, whose number is read from the caller when it is dialled.
    target = models.CharField(max_length=10, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    done_at = models.DateTimeField(null=True, blank=True)
    # Why not: a code.
    failure = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("telephone action")
        verbose_name_plural = _("telephone actions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(call__isnull=False) | Q(person__isnull=False), name="phone_action_is_about_somebody"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["at"], condition=Q(state="waiting"), name="phone_action_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.target}".strip()


class BridgeBeat(models.Model):
    """A running bridge to an exchange, renewed every few seconds: without one, nobody offers to dial."""

    name = models.CharField(max_length=100, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
