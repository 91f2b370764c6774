"""Administration: sentences that are written often. What citizens said is not here: each look at it is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from incidents.conversations.models import CannedText

if TYPE_CHECKING:
    CannedTextAdminBase = admin.ModelAdmin[CannedText]
else:
    CannedTextAdminBase = admin.ModelAdmin


@admin.register(CannedText)
class CannedTextAdmin(CannedTextAdminBase):
    list_display = ("title", "code", "order", "is_active")
    list_filter = ("is_active",)
    search_fields = ("title", "text")
