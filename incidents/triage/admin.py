from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from incidents.triage.models import Keyword

if TYPE_CHECKING:
    KeywordAdminBase = admin.ModelAdmin[Keyword]
else:
    KeywordAdminBase = admin.ModelAdmin


@admin.register(Keyword)
class KeywordAdmin(KeywordAdminBase):
    """The phrases by which triage recognises a category."""

    list_display = ("phrase", "category", "weight")
    list_select_related = ("category",)
    list_filter = ("category__group", "category")
    search_fields = ("phrase",)
    ordering = ("category", "phrase")
