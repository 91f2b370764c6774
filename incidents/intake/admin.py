"""Administration: what arrived and could not be taken up. Read-only, without what it says; it can be tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from incidents.intake import arrivals
from incidents.intake.models import Arrival
from incidents.records.admin import LiveTableAdmin

if TYPE_CHECKING:
    Rows = QuerySet[Arrival]
else:
    Rows = Any


@admin.register(Arrival)
class ArrivalAdmin(LiveTableAdmin):
    list_display = ("id", "door", "state", "at", "tries", "error", "taken_at")
    list_filter = ("state", "door")
    exclude = ("sender", "body", "source_id")
    actions = ("again",)

    @admin.action(description=_("Try again what failed"))
    def again(self, request: HttpRequest, rows: Rows) -> None:
        """For when the cause was mended."""
        number = arrivals.try_again(list(rows.values_list("pk", flat=True)))
        self.message_user(request, _("%(number)d will be tried again.") % {"number": number})
