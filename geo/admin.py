"""Areas and places, to look at. They change through imports, which check what they load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from geo.models import Alias, Area, AreaLineage, AreaName, AreaSet, Generation, Loading, Place, PlaceSource, Street

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
    exclude = ("point", "shape")


@admin.register(PlaceSource)
class PlaceSourceAdmin(ReadOnly):
    list_display = ("name", "licence", "attribution", "current")
    list_select_related = ("current",)


@admin.register(Loading)
class LoadingAdmin(ReadOnly):
    list_display = ("token", "source", "file_name", "complete", "made_at")
    list_select_related = ("source",)
    list_filter = ("source",)


@admin.register(Street)
class StreetAdmin(ReadOnly):
    list_display = ("name", "ref", "is_road", "kind", "length_m", "loading")
    list_select_related = ("loading",)
    list_filter = ("is_road", "loading__source")
    search_fields = ("name", "folded", "ref")
    exclude = ("geometry",)


@admin.register(Alias)
class AliasAdmin(ReadOnly):
    list_display = ("phrase", "label", "times", "exercise", "learnt_by", "last_at", "revoked_at")
    list_select_related = ("learnt_by",)
    search_fields = ("phrase", "folded", "label")
    exclude = ("point",)
