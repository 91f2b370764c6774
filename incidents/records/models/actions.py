from __future__ import annotations

from django.conf import settings
from django.db import models


class ActionRecord(models.Model):
    """One writing request and the answer it got: the same id again gets the same answer and changes nothing."""

    id = models.UUIDField(primary_key=True)
    # Null for citizens; the id alone is the secret then.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=60)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
