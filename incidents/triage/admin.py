from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.triage import lessons
from incidents.triage.models import Keyword, Lesson
from realtime.change import change

if TYPE_CHECKING:
    KeywordAdminBase = admin.ModelAdmin[Keyword]
    LessonAdminBase = admin.ModelAdmin[Lesson]
else:
    KeywordAdminBase = LessonAdminBase = admin.ModelAdmin


@admin.register(Keyword)
class KeywordAdmin(KeywordAdminBase):
    """The phrases by which triage recognises a category."""

    list_display = ("phrase", "category", "weight")
    list_select_related = ("category",)
    list_filter = ("category__group", "category")
    search_fields = ("phrase",)
    ordering = ("category", "phrase")


@admin.register(Lesson)
class LessonAdmin(LessonAdminBase):
    """What people confirmed: to be read, and to be revoked where somebody taught the wrong thing."""

    list_display = ("report", "category", "by", "at", "revoked_at", "exercise")
    list_select_related = ("report", "category", "by")
    list_filter = ("category", "exercise", "by")
    actions = ("revoke_them",)

    @admin.action(description=gettext_lazy("Revoke: they count no more"))
    def revoke_them(self, request: HttpRequest, queryset: QuerySet[Lesson]) -> None:
        with change():
            count = lessons.revoke(queryset, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, _("%(n)d lessons are revoked.") % {"n": count})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Lesson | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Lesson | None = None) -> bool:
        return False
