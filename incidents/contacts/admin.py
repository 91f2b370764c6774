"""Administration: which links are out, and what contacts did from outside. Links can be ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from incidents.contacts import links
from incidents.contacts.models import Drill, Instruction, TaskLink
from incidents.records.admin import LiveTableAdmin
from opscenter.accounts.models import Person

if TYPE_CHECKING:
    Links = QuerySet[TaskLink]
else:
    Links = Any


@admin.register(TaskLink)
class TaskLinkAdmin(LiveTableAdmin):
    list_display = ("id", "assignment", "contact_point", "purpose", "made_at", "expires_at", "used_at", "revoked_at")
    list_select_related = ("assignment", "contact_point__agency")
    list_filter = ("purpose",)
    search_fields = ("=assignment__id", "contact_point__agency__name")
    exclude = ("token_hash",)
    actions = ("revoke",)

    @admin.action(description=_("End these links"))
    def revoke(self, request: HttpRequest, rows: Links) -> None:
        """For good; the assignment itself stays as it is."""
        assert isinstance(request.user, Person)
        number = links.revoke(links=list(rows.values_list("pk", flat=True)), by=request.user)
        self.message_user(request, _("%(number)d links were ended.") % {"number": number})


@admin.register(Instruction)
class InstructionAdmin(LiveTableAdmin):
    list_display = ("id", "door", "contact_point", "assignment", "act", "refusal", "at")
    list_select_related = ("assignment", "contact_point__agency")
    list_filter = ("door", "act", "refusal")
    search_fields = ("=assignment__id", "contact_point__agency__name")
    exclude = ("source_id",)


@admin.register(Drill)
class DrillAdmin(LiveTableAdmin):
    list_display = ("id", "contact_point", "started_at", "started_by", "confirmed_at", "how", "confirmed_by")
    list_select_related = ("contact_point__agency", "started_by", "confirmed_by")
    list_filter = ("how",)
    search_fields = ("contact_point__agency__name",)
    exclude = ("token_hash",)
