from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def _in_language(vietnamese: str, english: str) -> str:
    return english if english and (get_language() or "vi").startswith("en") else vietnamese


class Protocol(models.Model):
    """Kịch bản hỏi: the few questions for one kind of emergency. Reference data, see fixtures/protocols.csv."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    # The category whose needed units this kind of emergency needs (targets/needing.py).
    category = models.ForeignKey(
        "records.Category", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("needs units as")
    )
    # What a hospital should be able to treat, as codes of facilities.Capability.
    hospital = models.JSONField(_("needs of a hospital"), default=list, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("call protocol")
        verbose_name_plural = _("call protocols")
        ordering: ClassVar = ["order", "code"]

    def __str__(self) -> str:
        return _in_language(self.name, self.name_en)


class ProtocolQuestion(models.Model):
    """One question, short enough to be read out."""

    protocol = models.ForeignKey(Protocol, models.CASCADE, related_name="questions", verbose_name=_("call protocol"))
    code = models.SlugField(_("code"), max_length=40)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text = models.CharField(_("question"), max_length=250)
    text_en = models.CharField(_("question in English"), max_length=250, blank=True)
    # What is answered here is for 115 alone.
    is_medical = models.BooleanField(_("medical"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering: ClassVar = ["order", "code"]
        constraints = [models.UniqueConstraint(fields=["protocol", "code"], name="protocol_question_once")]

    def __str__(self) -> str:
        return _in_language(self.text, self.text_en)


class ProtocolAnswer(models.Model):
    """One answer to choose, what follows from it, and what the call-taker then tells the caller."""

    question = models.ForeignKey(ProtocolQuestion, models.CASCADE, related_name="answers", verbose_name=_("question"))
    code = models.SlugField(_("code"), max_length=40)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text = models.CharField(_("answer"), max_length=100)
    text_en = models.CharField(_("answer in English"), max_length=100, blank=True)
    # The incident is at least as urgent as this; empty: as it is.
    priority = models.PositiveSmallIntegerField(_("priority"), null=True, blank=True)
    # police, fire, ambulance: who comes as well.
    service = models.CharField(_("service that comes as well"), max_length=20, blank=True)
    advice = models.CharField(_("what to tell the caller"), max_length=400, blank=True)
    advice_en = models.CharField(_("what to tell the caller, in English"), max_length=400, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering: ClassVar = ["order", "code"]
        constraints = [models.UniqueConstraint(fields=["question", "code"], name="protocol_answer_once")]

    def __str__(self) -> str:
        return _in_language(self.text, self.text_en)

    @property
    def told(self) -> str:
        """The advice in the reader's language."""
        return _in_language(self.advice, self.advice_en)
