"""What people call places here, learnt from where they put the pin."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models as gis
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AliasQuerySet(models.QuerySet["Alias"]):
    def in_use(self) -> AliasQuerySet:
        return self.filter(revoked_at__isnull=True)


class Alias(models.Model):
    """Tên gọi địa phương: a phrase and the place a person meant by it.

    It names no report and no reporter. `exercise` keeps what an exercise taught out of the live service and the
    other way round. A revoked row stays, so that who taught and who took back can be read.
    """

    phrase = models.CharField(_("phrase"), max_length=120)
    folded = models.CharField(max_length=120, db_index=True, editable=False)
    label = models.CharField(_("place"), max_length=250, blank=True)
    point = gis.PointField(srid=4326, spatial_index=False)
    radius_m = models.FloatField(_("radius (m)"), default=100.0)
    exercise = models.PositiveIntegerField(_("exercise"), default=0)
    times = models.PositiveIntegerField(_("times"), default=1)
    learnt_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("taught by")
    )
    learnt_at = models.DateTimeField(_("taught at"))
    last_at = models.DateTimeField(_("last confirmed at"))
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("revoked by")
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = AliasQuerySet.as_manager()

    class Meta:
        verbose_name = _("learnt alias")
        verbose_name_plural = _("learnt aliases")
        ordering = ["-last_at"]
        constraints = [
            models.CheckConstraint(condition=Q(radius_m__gt=0), name="alias_radius_positive"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="alias_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.phrase
