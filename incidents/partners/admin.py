"""Administration: keys, sources of warnings and TAK servers are kept here; what came and went is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from incidents.partners.models import AreaWarning, CapMessage, SystemKey, TakServer, WarningSource
from incidents.records.admin import LiveTableAdmin

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    SourceModelForm = forms.ModelForm[WarningSource]
else:
    ModelAdmin, SourceModelForm = admin.ModelAdmin, forms.ModelForm


class KeptAdmin(ModelAdmin):
    """It is switched off, never deleted: what happened by it names it."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SystemKey)
class SystemKeyAdmin(KeptAdmin):
    """The key itself is shown once, after saving a new one or renewing it."""

    list_display = ("name", "agency", "prefix", "with_exercises", "is_active")
    list_select_related = ("agency",)
    readonly_fields = ("prefix",)
    actions = ("renew",)

    def save_model(self, request: HttpRequest, obj: SystemKey, form: Any, change: bool) -> None:
        key = "" if change else obj.renew()
        super().save_model(request, obj, form, change)
        if key:
            self._show(request, obj, key)

    @admin.action(description=_("Renew the key: the old one ends"), permissions=["change"])
    def renew(self, request: HttpRequest, rows: QuerySet[SystemKey]) -> None:
        for row in rows:
            key = row.renew()
            row.save()
            self._show(request, row, key)

    def _show(self, request: HttpRequest, row: SystemKey, key: str) -> None:
        told = _("The key of %(name)s, shown only now: %(key)s") % {"name": row.name, "key": key}
        self.message_user(request, told, messages.WARNING)


class SourceForm(SourceModelForm):
    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            parts = urlsplit(url)
        except ValueError:
            raise ValidationError(_("This is no web address.")) from None
        schemes = {"https", "http"} if settings.PARTNER_NETWORKS else {"https"}
        if url and (parts.scheme not in schemes or not parts.hostname or parts.username or parts.password):
            raise ValidationError(_("Give an address that begins with https:// and holds no password."))
        return url


@admin.register(WarningSource)
class WarningSourceAdmin(KeptAdmin):
    form = SourceForm
    list_display = ("name", "label", "url", "is_active", "asked_at", "failure", "failures")
    readonly_fields = ("asked_at", "failure", "failures")
    fields = ("name", "label", "url", "every_s", "secret", "senders", "is_active", "asked_at", "failure", "failures")


@admin.register(AreaWarning)
class AreaWarningAdmin(LiveTableAdmin):
    list_display = ("event", "source", "status", "msg_type", "severity", "area", "starts_at", "until", "is_shown",
                    "why_not")  # fmt: skip
    list_select_related = ("source",)
    list_filter = ("is_shown", "status", "source")
    exclude = ("geometry",)


@admin.register(CapMessage)
class CapMessageAdmin(LiveTableAdmin):
    list_display = ("identifier", "msg_type", "sent")
    search_fields = ("=identifier",)


@admin.register(TakServer)
class TakServerAdmin(KeptAdmin):
    list_display = ("name", "agency", "host", "port", "tls", "is_active", "connected_at", "failure")
    list_select_related = ("agency",)
    readonly_fields = ("connected_at", "failure")
