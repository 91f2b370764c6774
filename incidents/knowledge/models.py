"""Answers that agencies supply, in versions with dates and legal basis; and every time one was quoted."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.knowledge.lifecycle import VersionState


class LegalDocument(models.Model):
    """A law, decree or decision. Repealing it withdraws every answer that rests on it."""

    number = models.CharField(_("number"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=300)
    in_force_from = models.DateField(_("in force from"))
    in_force_until = models.DateField(_("in force until"), null=True, blank=True)
    repealed_by = models.CharField(_("repealed by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("legal document")
        verbose_name_plural = _("legal documents")
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    def is_in_force(self, on: dt.date) -> bool:
        return self.in_force_from <= on and (self.in_force_until is None or on < self.in_force_until)


class Answer(models.Model):
    """One question that people ask, whoever answers it now."""

    # Set for what fixtures/ supply, so that loading them again finds it.
    key = models.SlugField(max_length=80, unique=True, null=True, blank=True)
    owner = models.ForeignKey("accounts.Agency", models.PROTECT, related_name="answers", verbose_name=_("agency"))
    category = models.ForeignKey(
        "records.Category", models.PROTECT, null=True, blank=True, related_name="answers", verbose_name=_("category")
    )
    is_sample = models.BooleanField(_("sample"), default=False)
    # The incident whose result it was drawn from.
    drawn_from = models.ForeignKey("records.Incident", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")

    def __str__(self) -> str:
        return f"#{self.pk}"


class QuestionForm(models.Model):
    """How people put the question; the more forms, the better it is found."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="forms")
    text = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.text


class VersionQuerySet(models.QuerySet["AnswerVersion"]):
    def in_force(self, on: dt.date) -> VersionQuerySet:
        """What may be read out on a date."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=on), state=VersionState.APPROVED, valid_from__lte=on
        )


class AnswerVersion(models.Model):
    """One text, as it was or is in force. What was quoted once is never rewritten."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    question = models.CharField(_("question"), max_length=300)
    text = models.TextField(_("answer"), max_length=6000)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in VersionState], default=VersionState.DRAFT.value
    )
    # Half-open: [from, until). A future `from` publishes it on that day by itself.
    valid_from = models.DateField(_("in force from"))
    valid_until = models.DateField(_("in force until"), null=True, blank=True)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    drafted_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    # What the reviewer wrote when sending it back.
    remark = models.TextField(max_length=2000, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # repealed, by_agency
    withdrawn_why = models.CharField(max_length=20, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of an answer")
        verbose_name_plural = _("versions of answers")
        ordering: ClassVar = ["answer_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["answer", "number"], name="answer_version_once"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="answer_version_dates_in_order",
            ),
            models.UniqueConstraint(
                fields=["answer"], condition=Q(state__in=["draft", "in_review"]), name="answer_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question} ({self.number})"

    def is_in_force(self, on: dt.date) -> bool:
        return (
            self.state == VersionState.APPROVED
            and self.valid_from <= on
            and (self.valid_until is None or on < self.valid_until)
        )

    def rests_on(self) -> list[str]:
        """The documents it rests on, each once, with its articles. No query where `bases__document` is prefetched."""
        articles: dict[LegalDocument, list[str]] = {}
        for basis in self.bases.all():
            articles.setdefault(basis.document, []).append(basis.article)
        return [", ".join([*filter(None, named), str(document)]) for document, named in articles.items()]


class Basis(models.Model):
    """What a version rests on: a document and its article."""

    version = models.ForeignKey(AnswerVersion, models.CASCADE, related_name="bases")
    document = models.ForeignKey(LegalDocument, models.PROTECT, related_name="bases")
    article = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "document", "article"], name="basis_once")]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.article, str(self.document)) if part)


class Synonym(models.Model):
    """Words people use for words of the answers: "sổ đỏ" means "giấy chứng nhận quyền sử dụng đất"."""

    said = models.CharField(_("what people say"), max_length=80, unique=True)
    means = models.CharField(_("what it means"), max_length=160)

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")

    def __str__(self) -> str:
        return f"{self.said} = {self.means}"


class Quote(models.Model):
    """An answer that was given: the exact version, to which report, by whom, how long it took."""

    version = models.ForeignKey(AnswerVersion, models.PROTECT, related_name="quotes")
    report = models.ForeignKey("records.Report", models.PROTECT, related_name="quotes")
    # None: it went out by itself.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_index=True)
    # From the beginning of the call, or of the report, to the answer.
    seconds = models.PositiveIntegerField()
    # How sure the machine was, 0 to 1; null when a person chose it.
    confidence = models.FloatField(null=True, blank=True)
    # A person said that it did not answer what was asked.
    wrong_at = models.DateTimeField(null=True, blank=True)
    wrong_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    exercise = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("answer given")
        verbose_name_plural = _("answers given")
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "report"], name="quote_once")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.report_id}"


class Generation(models.Model):
    """One row, raised by every change of an answer: each process builds its index anew when it has another number."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
