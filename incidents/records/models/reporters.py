from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Reporter(models.Model):
    """Người phản ánh: who told us. Personal data lives in this table and in no other."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ORGANISATION = "organisation", _("Organisation")

    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(max_length=150, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    # For whom they speak, when it is somebody else: a name, a relation, a number.
    on_behalf_of = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, blank=True, db_index=True)
    email = models.EmailField(blank=True)
    # Who it is on a door that knows people by its own number: ("zalo", "8123…").
    door = models.CharField(max_length=20, blank=True)
    door_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("reporter")
        verbose_name_plural = _("reporters")
        constraints = [
            models.UniqueConstraint(fields=["door", "door_id"], condition=~Q(door_id=""), name="reporter_door_once")
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
