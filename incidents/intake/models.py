"""Messages that completed an earlier report instead of becoming one, and the workers that are alive."""

from __future__ import annotations

from django.db import models


class JoinedMessage(models.Model):
    """A message that was taken as part of an earlier report: the same one again changes nothing."""

    report = models.ForeignKey("records.Report", models.PROTECT, related_name="joined_messages")
    source = models.CharField(max_length=12)
    source_id = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="joined_message_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"


class WorkerBeat(models.Model):
    """One row a running worker, renewed every few seconds: whoever asks can see that somebody works."""

    name = models.CharField(max_length=100, primary_key=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
