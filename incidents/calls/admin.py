"""Administration: calls, desks and what the exchange was asked can be looked at, never edited; callers do not show."""

from __future__ import annotations

from django.contrib import admin

from incidents.calls.models import Call, PhoneAction, Seat
from incidents.records.admin import LiveTableAdmin


@admin.register(Call)
class CallAdmin(LiveTableAdmin):
    list_display = ("id", "began_at", "state", "line", "taken_by", "transferred_to", "callback", "exercise")
    list_select_related = ("taken_by",)
    list_filter = ("state", "callback")
    search_fields = ("=id", "=call_id")


@admin.register(Seat)
class SeatAdmin(LiveTableAdmin):
    list_display = ("person", "status", "since", "extension")
    list_select_related = ("person",)
    list_filter = ("status",)


@admin.register(PhoneAction)
class PhoneActionAdmin(LiveTableAdmin):
    list_display = ("id", "at", "kind", "target", "state", "failure", "by")
    list_select_related = ("by",)
    list_filter = ("kind", "state")
