from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from incidents.wall.models import Scene

if TYPE_CHECKING:
    SceneAdminBase = admin.ModelAdmin[Scene]
else:
    SceneAdminBase = admin.ModelAdmin


@admin.register(Scene)
class SceneAdmin(SceneAdminBase):
    """What the wall shows in turn, for how long; walls take it up within a minute."""

    list_display = ("position", "kind", "seconds", "title", "is_shown")
    list_display_links = ("kind",)
    list_editable = ("position", "seconds", "is_shown")
