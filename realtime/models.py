"""The event log: numbered without gaps in the order of commits, and prunable, since it delivers and does not record."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

LOG_ID = 1


class Log(models.Model):
    """The one counter row. Whoever updates it holds its lock until the commit, so offsets appear in order."""

    id = models.SmallIntegerField(primary_key=True, default=LOG_ID)
    # Another one after a restore: positions of before then mean nothing.
    epoch = models.CharField(max_length=32)
    # The offset of the newest event.
    top = models.BigIntegerField(default=0)
    # Events up to and including this offset may have been pruned.
    floor = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=LOG_ID), name="realtime_log_one_row"),
            models.CheckConstraint(condition=Q(floor__gte=0, floor__lte=F("top")), name="realtime_log_floor_below_top"),
        ]

    def __str__(self) -> str:
        return f"{self.epoch}: {self.floor} to {self.top}"


class Event(models.Model):
    """One entity as one change left it, for everybody at once.

    The three texts are JSON, kept as text because the bodies are sent as they were written (jsonb would reorder them):
    `audience` {key: profile}, `removed` [key], `bodies` {profile: canonical JSON text}.
    """

    offset = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    entity = models.CharField(max_length=40)
    entity_id = models.BigIntegerField()
    version = models.BigIntegerField()
    exercise = models.BigIntegerField()
    audience = models.TextField()
    removed = models.TextField()
    bodies = models.TextField()

    class Meta:
        ordering: ClassVar = ["offset"]

    def __str__(self) -> str:
        return f"{self.offset}: {self.entity} {self.entity_id} v{self.version}"
