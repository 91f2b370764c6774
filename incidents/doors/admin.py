"""Administration: partners' keys can be looked at and revoked; the questions of services can be edited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
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


class ExtraQuestionForm(forms.ModelForm[ServiceAttribute] if TYPE_CHECKING else forms.ModelForm):  # type: ignore[misc]
    """One line for each value of a list, so that nobody has to write JSON."""

    values_text = forms.CharField(
        label=_("Values of a list"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "cols": 60}),
        help_text=_(
            "One in a line: key = name = name in English. For example: deep = Sâu hơn 10 cm = Deeper than 10 cm"
        ),
    )

    class Meta:
        model = ServiceAttribute
        fields = ("category", "code", "description", "description_en", "datatype", "required", "order")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["values_text"] = "\n".join(
            " = ".join(filter(None, (row["key"], row["name"], row.get("name_en")))) for row in self.instance.values
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        values, is_list = [], data.get("datatype") in {"singlevaluelist", "multivaluelist"}
        for line in str(data.get("values_text", "")).splitlines():
            parts = [part.strip() for part in line.split("=")]
            if not line.strip():
                continue
            if len(parts) not in {2, 3} or not re.fullmatch(r"[a-z0-9_-]{1,40}", parts[0]) or not parts[1]:
                self.add_error("values_text", _("“%(line)s” is not: key = name.") % {"line": line[:80]})
                return data
            values.append({"key": parts[0], "name": parts[1][:100], "name_en": (parts[2] if parts[2:] else "")[:100]})
        if len({row["key"] for row in values}) < len(values):
            self.add_error("values_text", _("Each key may stand there once."))
        if is_list and not 2 <= len(values) <= 20:
            self.add_error("values_text", _("A list has 2 to 20 values."))
        self.instance.values = values if is_list else []
        return data


@admin.register(ServiceAttribute)
class ServiceAttributeAdmin(ServiceAttributeAdminBase):
    """The extra questions of a category: what is written here is asked from the next report on."""

    form = ExtraQuestionForm
    list_display = ("description", "category", "datatype", "required", "order")
    list_select_related = ("category",)
    list_filter = ("category",)
