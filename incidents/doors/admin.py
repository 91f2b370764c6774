"""Administration: partners' keys can be looked at and revoked; the questions of services can be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.doors.models import ApiKey, ServiceAttribute

if TYPE_CHECKING:
    ApiKeyAdminBase = admin.ModelAdmin[ApiKey]
    ServiceAttributeAdminBase = admin.ModelAdmin[ServiceAttribute]
else:
    ApiKeyAdminBase = ServiceAttributeAdminBase = admin.ModelAdmin


@admin.register(ApiKey)
class ApiKeyAdmin(ApiKeyAdminBase):
    """Keys are made by `manage.py make_api_key`, which shows them once."""

    list_display = ("prefix", "partner", "label", "exercise", "created_at", "revoked_at")
    list_select_related = ("partner",)
    fields = readonly_fields = ("partner", "label", "prefix", "exercise", "created_at", "revoked_at")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Revoke these keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        keys.filter(revoked_at=None).update(revoked_at=timezone.now())


@admin.register(ServiceAttribute)
class ServiceAttributeAdmin(ServiceAttributeAdminBase):
    list_display = ("code", "category", "datatype", "required", "order")
    list_select_related = ("category",)
    list_filter = ("category",)
