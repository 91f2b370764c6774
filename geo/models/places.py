"""Named places, the sources they come from, and the loadings of each source.

A source is loaded whole, as a new loading, in short transactions; one UPDATE of `PlaceSource.current` puts it in
force. Rows that people added belong to no loading, so no import ever touches them.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models as gis
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geo.models.areas import new_token


class PlaceSource(models.Model):
    """Nguồn: a file that is imported again and again, with its licence and what must be shown for it."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    attribution = models.CharField(_("attribution"), max_length=200, blank=True)
    current = models.ForeignKey(
        "Loading", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("loading in force")
    )

    class Meta:
        verbose_name = _("source of places")
        verbose_name_plural = _("sources of places")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Loading(models.Model):
    """One loading of a source: which file, when, and whether all of it is in."""

    source = models.ForeignKey(PlaceSource, models.CASCADE, related_name="loadings", verbose_name=_("source"))
    token = models.CharField(max_length=12, unique=True, default=new_token, editable=False)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    # Set when every batch is in; a loading without it is what a killed import left behind.
    complete = models.BooleanField(_("complete"), default=False)

    class Meta:
        verbose_name = _("loading of places")
        verbose_name_plural = _("loadings of places")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.token}"


class PlaceQuerySet(models.QuerySet["Place"]):
    def in_force(self) -> PlaceQuerySet:
        """What people added and the rows of each source's current loading, without those put out of use."""
        return self.filter(Q(loading__isnull=True) | Q(loading=F("loading__source__current")), is_active=True)


class Place(models.Model):
    """Địa điểm: a named point, line or area of the gazetteer. `point` lies on it, whatever its shape."""

    name = models.CharField(_("name"), max_length=200)
    folded = models.CharField(max_length=200, db_index=True, editable=False)
    other_names = models.JSONField(_("other names"), default=list, blank=True)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    point = gis.PointField(srid=4326)
    # The line or area itself, where it is more than a point.
    shape = gis.GeometryField(_("shape"), srid=4326, null=True, blank=True, spatial_index=False)
    radius_m = models.FloatField(_("radius (m)"), default=100.0)
    source = models.CharField(_("source"), max_length=120)
    source_key = models.CharField(_("key in the source"), max_length=200)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    loading = models.ForeignKey(
        Loading, models.CASCADE, null=True, blank=True, related_name="places", verbose_name=_("loading")
    )
    added_by_people = models.BooleanField(_("added by people"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    # Who added it and who took it back; an imported row has neither.
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added at"), null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("removed by")
    )
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            models.UniqueConstraint(fields=["loading", "source_key"], name="place_once_a_loading"),
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=Q(loading__isnull=True), name="place_once_a_source"
            ),
            models.CheckConstraint(condition=Q(radius_m__gt=0), name="place_radius_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class PlaceEdition(models.Model):
    """One row (id 1) that readers compare once a second.

    `number` is raised with every change of units' names or sources' places, `learnt` with everything that people add
    or teach, which comes often and is little.
    """

    number = models.PositiveBigIntegerField(default=0)
    learnt = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("edition of the places")
        verbose_name_plural = _("edition of the places")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="place_edition_is_one_row")]

    def __str__(self) -> str:
        return f"{self.number}/{self.learnt}"
