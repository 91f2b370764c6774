"""Administration: what happened can be looked at and never edited; words of logs do not show here at all."""

from __future__ import annotations

from django.contrib import admin

from incidents.emergencies.models import LogEntry, Seal, ServicePart, SharedIncident, Sortie
from incidents.records.admin import LiveTableAdmin


@admin.register(SharedIncident)
class SharedIncidentAdmin(LiveTableAdmin):
    list_display = ("incident", "opened_at", "opened_by", "kind", "major", "log_length")
    list_select_related = ("incident", "opened_by")
    search_fields = ("=incident__id",)


@admin.register(ServicePart)
class ServicePartAdmin(LiveTableAdmin):
    list_display = ("assignment", "shared", "acknowledge_by", "alarms", "is_aid", "until")
    list_select_related = ("assignment__incident", "assignment__agency", "shared__incident")
    # A service's own record is its own.
    exclude = ("record",)


@admin.register(Sortie)
class SortieAdmin(LiveTableAdmin):
    list_display = ("unit", "incident", "state", "sent_at", "acknowledged_at", "on_scene_at", "ended_at")
    list_select_related = ("unit", "incident")
    search_fields = ("=incident__id", "unit__call_sign")


@admin.register(LogEntry)
class LogEntryAdmin(LiveTableAdmin):
    list_display = ("shared", "seq", "at", "kind", "scope", "agency", "by", "hash")
    list_select_related = ("shared__incident", "agency", "by")
    search_fields = ("=shared__incident__id",)


@admin.register(Seal)
class SealAdmin(LiveTableAdmin):
    list_display = ("at", "hash")
