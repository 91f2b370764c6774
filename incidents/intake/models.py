"""What arrived and waits to be taken up, and the workers that are alive."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Arrival(models.Model):
    """What came in at a door and was acknowledged before anything was done with it; see arrivals.py."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        TAKEN = "taken", _("Taken")
        FAILED = "failed", _("Failed")

    door = models.CharField(max_length=20)
    # The door's own number: the same one again is not kept twice.
    source_id = models.CharField(max_length=150)
    # A digest of who sent it.
    sender = models.CharField(max_length=64)
    # Empty once it was taken up.
    body = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    # The kind of error of the last try.
    error = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        constraints = [models.UniqueConstraint(fields=["door", "source_id"], name="arrival_once")]
        indexes: ClassVar = [
            models.Index(fields=["door", "sender", "id"], condition=models.Q(state="waiting"), name="arrival_in_order"),
            models.Index(fields=["taken_at"], condition=models.Q(state="taken"), name="arrival_taken"),
        ]

    def __str__(self) -> str:
        return f"{self.door} #{self.pk}"


class WorkerBeat(models.Model):
    """One row a running worker, renewed every few seconds: whoever asks can see that somebody works."""

    name = models.CharField(max_length=100, primary_key=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
