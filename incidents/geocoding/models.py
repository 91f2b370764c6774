"""What the outside geocoder was asked and proposed: one row an incident, for a person to judge."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ProposalState(models.TextChoices):
    NO_ADDRESS = "no_address", _("No address to ask for")
    ASKING = "asking", _("Being asked")
    WAITING = "waiting", _("Waiting to be asked again")
    PROPOSED = "proposed", _("Proposed")
    NOTHING = "nothing", _("Nothing found")
    OUTSIDE = "outside", _("Only outside the province")
    FAILED = "failed", _("No answer")


class Source(models.TextChoices):
    NOMINATIM = "nominatim", "Nominatim"
    PHOTON = "photon", "Photon"


class Proposal(models.Model):
    """Where the outside geocoder believes an incident is. It never becomes the incident's place by itself.

    The address that was sent is not kept.
    """

    incident = models.OneToOneField("records.Incident", models.PROTECT, related_name="proposal")
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.NO_ADDRESS)
    source = models.CharField(max_length=10, choices=Source.choices, blank=True)
    point = models.PointField(srid=4326, null=True, blank=True)
    radius_m = models.FloatField(null=True, blank=True)
    label = models.CharField(max_length=250, blank=True)
    # The incident's version whose words held no address; later words may.
    seen_version = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    # When it may be asked again: the end of the lease, or of the wait after a failure.
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("proposal of the outside geocoder")
        verbose_name_plural = _("proposals of the outside geocoder")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="proposed", point__isnull=False, radius_m__isnull=False)
                | ~Q(state="proposed") & Q(point__isnull=True, radius_m__isnull=True),
                name="proposal_has_point",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.state}"
