"""Administration: what was asked can be looked at; the exact place belongs to the pages that ask for rights."""

from __future__ import annotations

from django.contrib import admin

from incidents.geocoding.models import Proposal
from incidents.records.admin import LiveTableAdmin


@admin.register(Proposal)
class ProposalAdmin(LiveTableAdmin):
    list_display = ("id", "incident", "state", "source", "tries", "asked_at", "due_at")
    list_select_related = ("incident",)
    list_filter = ("state", "source")
    search_fields = ("=incident__id",)
    exclude = ("point", "label")
