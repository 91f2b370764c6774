"""Areas and places, to look at. They change through imports, which check what they load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from geo.models import Area, AreaLineage, AreaName, AreaSet, Generation, Place

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ReadOnly(ModelAdmin):
    """Shows rows and changes none."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AreaSet)
class AreaSetAdmin(ReadOnly):
    list_display = ("name", "valid_from", "valid_until", "current")
    list_select_related = ("current",)


@admin.register(Generation)
class GenerationAdmin(ReadOnly):
    list_display = ("token", "area_set", "source", "licence", "is_approximate", "complete", "made_at")
    list_select_related = ("area_set",)
    list_filter = ("area_set",)


@admin.register(Area)
class AreaAdmin(ReadOnly):
    list_display = ("code", "name", "level", "parent_code", "area_km2", "generation")
    list_select_related = ("generation",)
    list_filter = ("level", "generation__area_set")
    search_fields = ("code", "name")
    exclude = ("geometry",)


@admin.register(AreaName)
class AreaNameAdmin(ReadOnly):
    list_display = ("name", "code", "area_set", "valid_from", "valid_until", "is_official")
    list_select_related = ("area_set",)
    list_filter = ("area_set",)
    search_fields = ("code", "name")


@admin.register(AreaLineage)
class AreaLineageAdmin(ReadOnly):
    list_display = ("old_set", "old_code", "new_set", "new_code", "share_of_old")
    list_select_related = ("old_set", "new_set")
    search_fields = ("old_code", "new_code")


@admin.register(Place)
class PlaceAdmin(ReadOnly):
    list_display = ("name", "kind", "source", "licence", "added_by_people", "is_active")
    list_filter = ("source", "kind", "added_by_people", "is_active")
    search_fields = ("name", "folded")
    exclude = ("point",)
