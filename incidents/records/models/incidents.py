from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar

from django.contrib.gis.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from incidents.records.keys import EVERYTHING, WITH_WORDS, keys_of_person
from incidents.records.lifecycles import LIVE_STATES, SERVICE_KINDS, IncidentState
from incidents.records.models.categories import Group
from incidents.records.models.tilekeys import TileKeyField

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from opscenter.accounts.models import Person

# Plain texts, so that migrations do not depend on the enumeration.
_LIVE = sorted(state.value for state in LIVE_STATES)
# What was answered stays on the public map for so long.
SHOWN_AFTERWARDS = dt.timedelta(days=30)
_CODE = re.compile(r"^(?:1022-)?0*([1-9]\d{0,17})$")


class IncidentQuerySet(models.QuerySet["Incident"]):
    def on_board(self) -> IncidentQuerySet:
        """The live set: what maps and queues show."""
        return self.filter(on_board=True)

    def live(self) -> IncidentQuerySet:
        """Not of an exercise."""
        return self.filter(exercise=0)

    def overdue(self, at: dt.datetime) -> IncidentQuerySet:
        """Still open past the deadline."""
        return self.filter(on_board=True, due_at__lt=at)

    def visible_to(self, person: Person | AnonymousUser, profiles: Collection[str] = WITH_WORDS) -> IncidentQuerySet:
        """What this person may see: the rows whose audience holds one of the person's keys.

        `profiles` says with which fields at least: without it, the profiles that carry words (so a leader, who
        sees the wall's fields, finds nothing here). Anonymous and inactive people see nothing.
        """
        return self.with_key(keys_of_person(person), profiles)

    def with_key(self, keys: Collection[str], profiles: Collection[str] = WITH_WORDS) -> IncidentQuerySet:
        """The incidents that an audience row opens to one of these keys with one of these profiles."""
        from incidents.records.models.audiences import IncidentAudience

        rows = IncidentAudience.objects.filter(key__in=sorted(keys), profile__in=sorted(profiles))
        if not keys:
            return self.none()
        if EVERYTHING.isdisjoint(keys):
            return self.filter(pk__in=rows.values("incident_id"))
        # These keys open nearly every incident: SQLite would list them all to answer IN for one of them.
        return self.filter(Exists(rows.filter(incident_id=OuterRef("pk"))))

    def for_everybody(self, at: dt.datetime) -> IncidentQuerySet:
        """What people outside may see at all: live field reports with a place, open or answered of late.

        Never emergencies, complaints about officials, exercises, and whatever 113, 114 or 115 were called to.
        """
        from incidents.records.models.assignments import Assignment

        service = Assignment.objects.filter(incident=OuterRef("pk"), agency__kind__in=sorted(SERVICE_KINDS))
        rows = self.live().filter(
            ~Exists(service),
            group=Group.FIELD,
            category__group=Group.FIELD,
            category__is_public=True,
            category__is_complaint=False,
            point__isnull=False,
        )
        return rows.filter(Q(on_board=True) | Q(state=IncidentState.CLOSED, closed_at__gt=at - SHOWN_AFTERWARDS))

    def by_code(self, code: str) -> IncidentQuerySet:
        """The incident of a code such as 1022-000123; nothing for what is not a code."""
        match = _CODE.match(code.strip())
        return self.filter(pk=int(match.group(1))) if match else self.none()


class Incident(models.Model):
    """Vụ việc: what is to be handled; one or more reports point to it. The root that is locked first."""

    # Raised by every change to the incident or to anything that hangs on it.
    version = models.PositiveIntegerField(default=0)
    state = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in IncidentState], default=IncidentState.RECEIVED.value
    )
    group = models.PositiveSmallIntegerField(choices=Group.choices, null=True, blank=True)
    category = models.ForeignKey("records.Category", models.PROTECT, null=True, blank=True, related_name="incidents")
    priority = models.PositiveSmallIntegerField(default=3)
    # The citizen's words shortened, with phone numbers and e-mail addresses masked: for lists.
    summary = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=12)
    # SRID 4326, radius of uncertainty in metres; both null while nobody knows where it is.
    point = models.PointField(srid=4326, null=True, blank=True)
    radius_m = models.FloatField(null=True, blank=True)
    # The point's number on the web map (geo.tiles), written with it: maps of the past find what is in a square by it.
    tile_key = TileKeyField(null=True, editable=False)
    # Decided from areas that are only approximate.
    approximate = models.BooleanField(default=False)
    place_label = models.CharField(max_length=250, blank=True)
    area_set = models.CharField(max_length=40, blank=True)
    # The token of the generation of polygons that was asked.
    area_generation = models.CharField(max_length=12, blank=True)
    ward_code = models.CharField(max_length=20, blank=True)
    district_code = models.CharField(max_length=20, blank=True)
    # Why: the resolver's whole answer, the category's reasons, the suggested agency with its trace.
    place_trace = models.JSONField(default=dict, blank=True)
    category_trace = models.JSONField(default=dict, blank=True)
    agency_trace = models.JSONField(default=dict, blank=True)
    suggested_agency = models.ForeignKey(
        "accounts.Agency", models.PROTECT, null=True, blank=True, related_name="suggested_incidents"
    )
    # Codes of what a person has to decide; not empty means the "needs a person" queue.
    needs = models.JSONField(default=list, blank=True)
    received_at = models.DateTimeField(db_index=True)
    due_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=30, blank=True)  # answered_at_once, handled, cancelled
    # The text the citizen reads. Written by staff, shown on the tracking page.
    answer = models.TextField(blank=True)
    on_board = models.BooleanField(default=True)
    # A citizen wrote and nobody has answered since then; null when nobody waits. On the board only.
    waiting_since = models.DateTimeField(null=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    exercise = models.PositiveIntegerField(default=0)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.CheckConstraint(
                condition=Q(point__isnull=True, radius_m__isnull=True)
                | Q(point__isnull=False, radius_m__isnull=False, radius_m__gte=0),
                name="incident_point_has_radius",
            ),
            models.CheckConstraint(
                condition=Q(on_board=True, state__in=_LIVE) | Q(on_board=False) & ~Q(state__in=_LIVE),
                name="incident_on_board_is_live",
            ),
            models.CheckConstraint(
                condition=Q(area_set="", ward_code="", district_code="") | ~Q(area_set=""),
                name="incident_area_code_has_set",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["received_at"], condition=Q(on_board=True), name="incident_board"),
            models.Index(fields=["due_at"], condition=Q(on_board=True), name="incident_due"),
            models.Index(fields=["resolved_at"], condition=Q(resolved_at__isnull=False), name="incident_resolved"),
            # Holds all that a count by square, period and group asks for.
            models.Index(
                fields=["tile_key", "received_at", "group"],
                condition=Q(exercise=0, tile_key__isnull=False),
                name="incident_tile",
            ),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="incident_closed"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """How people name it: 1022-000123."""
        return f"1022-{self.pk:06d}"
