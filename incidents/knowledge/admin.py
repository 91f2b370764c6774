"""Administration: legal documents and synonyms can be edited; answers are written on their own page, quotes never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from incidents.knowledge.models import AnswerVersion, LegalDocument, Quote, Synonym
from incidents.records.admin import LiveTableAdmin

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(LegalDocument)
class LegalDocumentAdmin(LiveTableAdmin):
    list_display = ("number", "title", "in_force_from", "in_force_until", "repealed_by")
    search_fields = ("number", "title")


@admin.register(Synonym)
class SynonymAdmin(ModelAdmin):
    list_display = ("said", "means")
    search_fields = ("said", "means")


@admin.register(AnswerVersion)
class AnswerVersionAdmin(LiveTableAdmin):
    list_display = ("question", "number", "state", "valid_from", "valid_until", "reviewed_by")
    list_select_related = ("reviewed_by",)
    list_filter = ("state",)
    search_fields = ("question",)


@admin.register(Quote)
class QuoteAdmin(LiveTableAdmin):
    list_display = ("id", "version", "by", "at", "seconds", "confidence", "wrong_at")
    list_select_related = ("version", "by")
