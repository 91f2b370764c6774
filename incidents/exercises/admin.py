"""Supervisors open an exercise: a name, its dates, and the link by which the portal belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from incidents.records.models import Exercise

if TYPE_CHECKING:
    ExerciseFormBase = forms.ModelForm[Exercise]
    ExerciseAdminBase = admin.ModelAdmin[Exercise]
else:
    ExerciseFormBase, ExerciseAdminBase = forms.ModelForm, admin.ModelAdmin


class ExerciseForm(ExerciseFormBase):
    class Meta:
        model = Exercise
        fields = ("name", "starts_at", "ends_at")
        labels = {"name": _("Name of the exercise"), "starts_at": _("Begins"), "ends_at": _("Ends")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("An exercise ends after it began."))
        return data


def portal_link(exercise: Exercise) -> str:
    """The address of the citizens' form whose reports belong to this exercise."""
    return f"{settings.PUBLIC_URL}{reverse('portal:home')}?thu-nghiem={exercise.token}"


@admin.register(Exercise)
class ExerciseAdmin(ExerciseAdminBase):
    form = ExerciseForm
    list_display = ("name", "starts_at", "ends_at", "phase")
    search_fields = ("name",)
    ordering = ("-starts_at",)
    readonly_fields = ("link",)
    actions = None
    fieldsets = (
        (None, {"fields": ("name", "starts_at", "ends_at")}),
        (
            _("Taking part"),
            {
                "fields": ("link",),
                "description": _(
                    "Whoever reports by this link takes part: such reports are marked, and left out of live figures."
                ),
            },
        ),
    )

    @admin.display(description=_("phase"))
    def phase(self, exercise: Exercise) -> str:
        """Planned, running or over."""
        now = timezone.now()
        if now < exercise.starts_at:
            return str(_("Planned"))
        return str(_("Over")) if exercise.ends_at and exercise.ends_at <= now else str(_("Running"))

    @admin.display(description=_("link for the portal"))
    def link(self, exercise: Exercise) -> str:
        """The link, once the exercise is saved."""
        if not exercise.pk:
            return "—"
        return format_html('<a href="{0}">{0}</a>', portal_link(exercise))

    def has_delete_permission(self, request: HttpRequest, obj: Exercise | None = None) -> bool:
        """Its number stands on what came of it: an exercise ends, it is not deleted."""
        return False
