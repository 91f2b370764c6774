"""Administration: what happened can be looked at and never edited here; categories can be edited.

Words of citizens and who they are do not show here at all: each look at them is written down, and here it would not be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from incidents.records.models import Assignment, Category, History, Incident, PersonalLook, Photo, Report

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    # Django's class takes no type parameter when it runs.
    ModelAdmin = admin.ModelAdmin


class LiveTableAdmin(ModelAdmin):
    """Read-only for everybody. Made for a million rows: no counting, no sorting but by number, newest first."""

    ordering = ("-pk",)
    show_full_result_count = False
    list_per_page = 50
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Incident)
class IncidentAdmin(LiveTableAdmin):
    list_display = ("code", "state", "group", "category", "source", "received_at", "due_at", "exercise")
    list_select_related = ("category",)
    list_filter = ("state", "group", "source")
    search_fields = ("=id",)
    # The citizen's answer and the shortened words belong to the pages that ask for rights row by row.
    exclude = ("summary", "answer")


@admin.register(Report)
class ReportAdmin(LiveTableAdmin):
    list_display = ("id", "incident", "source", "received_at", "next_step", "next_step_failures", "exercise")
    list_select_related = ("incident",)
    list_filter = ("source", "next_step")
    search_fields = ("=id", "=incident__id")
    # The tracking code opens the citizen's page; door data may name accounts.
    exclude = ("tracking_code", "reporter", "door_data", "source_id")


@admin.register(Assignment)
class AssignmentAdmin(LiveTableAdmin):
    list_display = ("id", "incident", "agency", "handling_unit", "role", "state", "sent_at", "due_at")
    list_select_related = ("incident", "agency", "handling_unit")
    list_filter = ("state", "role")
    search_fields = ("=incident__id",)


@admin.register(History)
class HistoryAdmin(LiveTableAdmin):
    list_display = ("id", "incident", "version", "at", "by", "kind", "why", "exercise")
    list_select_related = ("incident", "by")
    list_filter = ("kind",)
    search_fields = ("=incident__id",)


@admin.register(Photo)
class PhotoAdmin(LiveTableAdmin):
    list_display = ("id", "incident", "phase", "width", "height", "added_at", "by")
    list_select_related = ("incident", "by")
    search_fields = ("=incident__id",)
    # Where a citizen stood is personal data.
    exclude = ("taken_point", "original")


@admin.register(PersonalLook)
class PersonalLookAdmin(LiveTableAdmin):
    list_display = ("id", "incident", "by", "at")
    list_select_related = ("incident", "by")
    search_fields = ("=incident__id", "by__username")


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    list_display = ("name", "code", "group", "priority", "hours", "is_complaint", "is_public", "is_active", "order")
    list_filter = ("group", "is_active", "is_public")
    search_fields = ("name", "name_en", "code")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        # Old incidents name it; it is switched off instead.
        return False
