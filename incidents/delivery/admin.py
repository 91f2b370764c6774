"""Administration: which messages left, and what the other side said. Read-only, without addresses and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from incidents.delivery.models import Attempt, Delivery
from incidents.records.admin import LiveTableAdmin

if TYPE_CHECKING:
    Inline = admin.TabularInline[Any, Any]
else:
    Inline = admin.TabularInline


class AttemptInline(Inline):
    model = Attempt
    can_delete = False
    extra = 0
    max_num = 0
    fields = readonly_fields = ("at", "outcome", "code", "detail")


@admin.register(Delivery)
class DeliveryAdmin(LiveTableAdmin):
    list_display = ("id", "incident", "kind", "door", "state", "failure", "attempts", "created_at", "ended_at")
    list_select_related = ("incident",)
    list_filter = ("state", "door", "kind")
    search_fields = ("=incident__id",)
    # The text holds the citizen's tracking code, which opens the page.
    exclude = ("subject", "body", "link", "device", "reporter", "report", "contact_point", "message_id")
    inlines = (AttemptInline,)
