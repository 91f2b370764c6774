"""The words a category is recognised by (reference data, see fixtures/keywords.csv), and which incidents are one."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Keyword(models.Model):
    """A phrase that speaks for a category, with a weight: 1 is a hint, 2 is usual, 3 leaves little doubt."""

    category = models.ForeignKey("records.Category", models.CASCADE, related_name="keywords")
    phrase = models.CharField(max_length=100)
    weight = models.FloatField(default=1.0)
    # Every process keeps the phrases in memory until this shows that some changed.
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("keyword")
        verbose_name_plural = _("keywords")
        constraints = [
            models.UniqueConstraint(fields=["category", "phrase"], name="keyword_once_a_category"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="keyword_weight_positive"),
        ]

    def __str__(self) -> str:
        return self.phrase


class Lesson(models.Model):
    """What a person confirmed a report to be about. The words stay with the report: what is erased there is forgotten.

    Revoked, it counts no more. An exercise learns for itself alone.
    """

    report = models.OneToOneField("records.Report", models.PROTECT, related_name="lesson", verbose_name=_("report"))
    category = models.ForeignKey("records.Category", models.PROTECT, related_name="lessons", verbose_name=_("category"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("confirmed by"))
    at = models.DateTimeField(_("confirmed at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering: ClassVar = ["-at"]
        # Asked for every report: which is the newest, and the last that changed.
        indexes: ClassVar = [
            models.Index(fields=["exercise", "id"], name="lesson_newest"),
            models.Index(fields=["exercise", "changed_at"], name="lesson_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} → {self.category_id}"


class Merge(models.Model):
    """One incident taken into another, and all that is needed to part them again. Nothing is deleted."""

    into = models.ForeignKey("records.Incident", models.PROTECT, related_name="took_in", verbose_name=_("into"))
    other = models.ForeignKey("records.Incident", models.PROTECT, related_name="merged_into", verbose_name=_("merged"))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # Ids of what moved: {"reports", "photos", "assignments": [[id, role]], "ended": [[agency, role]]}.
    moved = models.JSONField(default=dict)
    parted_at = models.DateTimeField(null=True, blank=True)
    parted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering: ClassVar = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["other"], condition=models.Q(parted_at__isnull=True), name="merge_one_at_a_time"
            ),
            models.CheckConstraint(condition=~models.Q(into=models.F("other")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.other_id} → {self.into_id}"


class Surge(models.Model):
    """Many reports of what looks like one event within a short time: proposed, until a supervisor decides.

    The middle in degrees (WGS 84), how far the reports lie apart in metres.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CONFIRMED = "confirmed", _("Confirmed")
        DISMISSED = "dismissed", _("Not one event")

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PROPOSED)
    lon = models.FloatField()
    lat = models.FloatField()
    spread_m = models.FloatField(default=0.0)
    count = models.PositiveIntegerField(_("reports"), default=0)
    first_at = models.DateTimeField(_("first report"))
    last_at = models.DateTimeField(_("last report"), db_index=True)
    # The incident that all the others are taken into; set when it is confirmed.
    master = models.ForeignKey(
        "records.Incident", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("incident")
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("surge")
        verbose_name_plural = _("surges")
        ordering: ClassVar = ["-last_at"]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SurgeMember(models.Model):
    """An incident that looks like part of a surge. `approved`: a supervisor said so, and it is taken in."""

    surge = models.ForeignKey(Surge, models.CASCADE, related_name="members")
    incident = models.OneToOneField("records.Incident", models.PROTECT, related_name="surge_member")
    approved = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.surge_id} {self.incident_id}"


class SurgeGuess(models.Model):
    """An incident known only by its ward that may be part of a surge: never grouped by itself, a person is asked."""

    surge = models.ForeignKey(Surge, models.CASCADE, related_name="guesses")
    incident = models.OneToOneField("records.Incident", models.PROTECT, related_name="surge_guess")
    # From 0 to 1.
    certainty = models.FloatField()
    # Null until somebody has decided.
    is_same = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-certainty", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(certainty__gte=0, certainty__lte=1), name="surge_guess_certainty_is_a_share"
            )
        ]

    def __str__(self) -> str:
        return f"{self.surge_id}? {self.incident_id}"
