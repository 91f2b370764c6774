from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from incidents.roster.models import ShiftKind

if TYPE_CHECKING:
    ShiftKindAdminBase = admin.ModelAdmin[ShiftKind]
else:
    ShiftKindAdminBase = admin.ModelAdmin


@admin.register(ShiftKind)
class ShiftKindAdmin(ShiftKindAdminBase):
    """The shifts of a day; planned ones keep the hours they had."""

    list_display = ("name", "begins", "ends", "is_active")
