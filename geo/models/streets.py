"""Streets and numbered roads with what fixes a point on them: house numbers, crossroads, kilometre posts."""

from __future__ import annotations

from django.contrib.gis.db import models as gis
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geo.models.places import Loading


class StreetQuerySet(models.QuerySet["Street"]):
    def in_force(self) -> StreetQuerySet:
        """The streets of each source's current loading."""
        return self.filter(loading=F("loading__source__current"))


class Street(models.Model):
    """Đường: all pieces of one street, or of one numbered road (`is_road`: QL13, ĐT743) whatever its streets' names.

    A name that two towns use is two streets; a numbered road is one throughout.
    """

    loading = models.ForeignKey(Loading, models.CASCADE, related_name="streets", verbose_name=_("loading"))
    source_key = models.CharField(_("key in the source"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    folded = models.CharField(max_length=200, db_index=True, editable=False)
    other_names = models.JSONField(_("other names"), default=list, blank=True)
    ref = models.CharField(_("number of the road"), max_length=60, blank=True)
    is_road = models.BooleanField(_("numbered road"), default=False)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    length_m = models.FloatField(_("length (m)"))
    geometry = gis.MultiLineStringField(srid=4326, spatial_index=False)

    objects = StreetQuerySet.as_manager()

    class Meta:
        verbose_name = _("street")
        verbose_name_plural = _("streets")
        constraints = [models.UniqueConstraint(fields=["loading", "source_key"], name="street_once_a_loading")]

    def __str__(self) -> str:
        return self.name


class HouseNumber(models.Model):
    """Số nhà: where a number of a street is."""

    loading = models.ForeignKey(Loading, models.CASCADE, related_name="houses", verbose_name=_("loading"))
    street = models.ForeignKey(Street, models.CASCADE, related_name="houses", verbose_name=_("street"))
    number = models.CharField(_("number"), max_length=40)
    point = gis.PointField(srid=4326, spatial_index=False)

    class Meta:
        verbose_name = _("house number")
        verbose_name_plural = _("house numbers")

    def __str__(self) -> str:
        return self.number


class Crossroad(models.Model):
    """Giao lộ: where two streets share a node; three streets that meet are three rows."""

    loading = models.ForeignKey(Loading, models.CASCADE, related_name="crossroads", verbose_name=_("loading"))
    first = models.ForeignKey(Street, models.CASCADE, related_name="+", verbose_name=_("first street"))
    second = models.ForeignKey(Street, models.CASCADE, related_name="+", verbose_name=_("second street"))
    point = gis.PointField(srid=4326, spatial_index=False)
    # How far the carriageways' common nodes lie from the point.
    radius_m = models.FloatField(_("radius (m)"), default=15.0)
    arms = models.PositiveSmallIntegerField(_("arms"), default=0)

    class Meta:
        verbose_name = _("crossroad")
        verbose_name_plural = _("crossroads")
        constraints = [models.CheckConstraint(condition=Q(first__lt=F("second")), name="crossroad_in_one_order")]

    def __str__(self) -> str:
        return f"{self.first_id} × {self.second_id}"


class KmPost(models.Model):
    """Cột mốc: a kilometre post of a numbered road."""

    loading = models.ForeignKey(Loading, models.CASCADE, related_name="posts", verbose_name=_("loading"))
    street = models.ForeignKey(Street, models.CASCADE, related_name="posts", verbose_name=_("road"))
    km = models.FloatField(_("kilometre"))
    point = gis.PointField(srid=4326, spatial_index=False)

    class Meta:
        verbose_name = _("kilometre post")
        verbose_name_plural = _("kilometre posts")

    def __str__(self) -> str:
        return f"Km{self.km:g}"
