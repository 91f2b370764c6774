from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Complaint(models.Model):
    """Whom a report complains of: agency, official, procedure. Such a report never goes to that agency.

    `no_unit`: a person decided that no unit is complained of (a law, the weather, somebody in private).

    The official's name is personal data; a row of its own, so that erasing leaves the report and the agency that is
    barred from it.
    """

    report = models.OneToOneField("records.Report", models.CASCADE, primary_key=True, related_name="complaint")
    agency = models.ForeignKey(
        "accounts.Agency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name=_("agency complained of"),
    )
    no_unit = models.BooleanField(_("no unit is complained of"), default=False)
    official = models.CharField(_("official complained of"), max_length=200, blank=True)
    procedure = models.CharField(_("procedure complained of"), max_length=200, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(no_unit=False) | models.Q(agency__isnull=True), name="complaint_of_a_unit_or_of_none"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id}"

    @property
    def is_decided(self) -> bool:
        """Whether it is known which unit must not get it: one, or none."""
        return self.agency_id is not None or self.no_unit
