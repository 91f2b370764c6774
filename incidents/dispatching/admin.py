"""Administration of the rules of competence: the owner checks each rule, its basis and its dates here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.dispatching.models import CompetenceRule, CoOrdinating

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[CompetenceRule]
    InlineAdmin = admin.TabularInline[CoOrdinating, CompetenceRule]
    AnyForm = ModelForm[CompetenceRule]
else:
    # Django's classes take no type parameters when they run.
    ModelAdmin, InlineAdmin, AnyForm = admin.ModelAdmin, admin.TabularInline, ModelForm


class CoOrdinatingInline(InlineAdmin):
    model = CoOrdinating
    extra = 0
    autocomplete_fields = ("agency",)


@admin.register(CompetenceRule)
class CompetenceRuleAdmin(ModelAdmin):
    list_display = (
        "code",
        "category",
        "group",
        "target",
        "agency",
        "area_set",
        "area_code",
        "priority",
        "valid_from",
        "valid_until",
        "auto",
        "is_sample",
    )
    list_select_related = ("category", "agency")
    list_filter = ("is_sample", "auto", "target", "group", "area_set")
    search_fields = ("code", "category__name", "category__code", "agency__name", "legal_basis")
    autocomplete_fields = ("category", "agency")
    inlines = (CoOrdinatingInline,)
    fieldsets = (
        (None, {"fields": ("code", ("category", "group"), ("target", "agency"), "legal_basis", "is_sample")}),
        (_("Where"), {"fields": (("area_set", "area_code"), ("road_owner", "place_kind"))}),
        (_("When"), {"fields": (("valid_from", "valid_until"),)}),
        (_("Which comes first, and what it may do by itself"), {"fields": ("priority", ("auto", "min_confidence"))}),
    )

    def save_model(self, request: HttpRequest, obj: CompetenceRule, form: AnyForm, change: Any) -> None:
        """Notes who entered or changed the rule."""
        obj.entered_by_id = request.user.pk
        obj.entered_at = timezone.now()
        super().save_model(request, obj, form, change)
