"""Administration of people, agencies and their handling units. Nobody is deleted: who left is switched off."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opscenter.accounts.issuing import issue_password
from opscenter.accounts.models import Agency, AgencyKind, ContactPoint, HandlingUnit, Person
from opscenter.accounts.permissions import ISSUED_BY_SUPERVISORS, may_issue_to
from opscenter.accounts.phones import normal
from opscenter.accounts.roles import AGENCY_ROLES, Role
from opscenter.accounts.watchers import announce_rights

if TYPE_CHECKING:
    PersonFormBase = forms.ModelForm[Person]
    PersonAdminBase = admin.ModelAdmin[Person]
    AgencyAdminBase = admin.ModelAdmin[Agency]
    HandlingUnitAdminBase = admin.ModelAdmin[HandlingUnit]
    HandlingUnitInlineBase = admin.TabularInline[HandlingUnit, Agency]
    ContactPointInlineBase = admin.TabularInline[ContactPoint, Agency]
else:
    # Django's classes take no type parameters when they run.
    PersonFormBase = forms.ModelForm
    PersonAdminBase = AgencyAdminBase = HandlingUnitAdminBase = admin.ModelAdmin
    HandlingUnitInlineBase = ContactPointInlineBase = admin.TabularInline

EMERGENCY_KINDS = frozenset({AgencyKind.POLICE, AgencyKind.FIRE, AgencyKind.AMBULANCE})


class PersonForm(PersonFormBase):
    """An account: who, in which role, for which agency. The password is never typed here."""

    class Meta:
        model = Person
        fields = ("username", "full_name", "email", "phone", "language", "role", "agency", "handling_unit", "is_active")

    # Set by PersonAdmin.get_form.
    editor: Person

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Somebody who may only look has no fields.
        if "role" in self.fields:
            roles = frozenset(Role) if self.editor.role == Role.ADMINISTRATOR else ISSUED_BY_SUPERVISORS
            self.fields["role"] = forms.ChoiceField(
                label=_("Role"), choices=[(role.value, role.label) for role in Role if role in roles]
            )
            self.fields["language"] = forms.ChoiceField(
                label=_("Language"), choices=[("vi", "Tiếng Việt"), ("en", "English")]
            )

    def clean_phone(self) -> str:
        return normal(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        role, agency, unit = data.get("role"), data.get("agency"), data.get("handling_unit")
        if role in AGENCY_ROLES and agency is None and "agency" not in self.errors:
            self.add_error("agency", _("This role works for an agency: choose it."))
        if role in {Role.HANDLER, Role.CREW} and unit is None and "handling_unit" not in self.errors:
            self.add_error("handling_unit", _("This role works in a handling unit: choose it."))
        if unit is not None and agency is not None and unit.agency_id != agency.pk:
            self.add_error("handling_unit", _("This handling unit belongs to another agency."))
        if role in {Role.DISPATCHER, Role.CREW} and agency is not None and agency.kind not in EMERGENCY_KINDS:
            self.add_error("agency", _("Dispatchers and crews work for 113, 114 or 115."))
        if self.instance.pk is not None and self.instance.pk == self.editor.pk:
            # Nobody locks themselves out, and nobody raises themselves.
            if role is not None and role != self.instance.role:
                self.add_error("role", _("Nobody changes their own role: ask another administrator."))
            if data.get("is_active") is False:
                self.add_error("is_active", _("Nobody switches themselves off: ask another administrator."))
        return data


@admin.register(Person)
class PersonAdmin(PersonAdminBase):
    form = PersonForm
    change_form_template = "admin/accounts/person/change_form.html"
    list_display = ("full_name", "username", "role", "agency", "handling_unit", "is_active", "last_login")
    list_filter = ("role", "is_active", "agency__kind")
    list_select_related = ("agency", "handling_unit")
    search_fields = ("full_name", "username", "agency__name", "agency__short_name")
    ordering = ("full_name", "username")
    autocomplete_fields = ("agency", "handling_unit")
    readonly_fields = ("last_login", "date_joined")
    list_per_page = 50
    actions = None
    fieldsets = (
        (None, {"fields": ("full_name", "username", "email", "phone", "language")}),
        (
            _("Work"),
            {
                "fields": ("role", "agency", "handling_unit"),
                "description": _("Agency and handling unit are for those who work outside the hotline."),
            },
        ),
        (_("Account"), {"fields": ("is_active", "last_login", "date_joined")}),
    )

    def get_form(self, request: HttpRequest, obj: Person | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.editor = request.user  # type: ignore[attr-defined]
        return form

    def has_change_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or may_issue_to(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        """Their name stands in the history: accounts are switched off, not deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        announce_rights(obj.pk)

    def response_add(self, request: HttpRequest, obj: Person, post_url_continue: str | None = None) -> HttpResponse:
        return self._issued(request, obj)

    def get_urls(self) -> list[URLPattern]:
        issue = self.admin_site.admin_view(self.issue)
        return [path("<int:pk>/password/", issue, name="accounts_person_issue"), *super().get_urls()]

    def issue(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST gives a person a new password and shows it, this once."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        person = get_object_or_404(Person, pk=pk)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if person.pk == request.user.pk:
            # It would end one's own session before the password was read.
            return redirect("account_change_password")
        return self._issued(request, person)

    def _issued(self, request: HttpRequest, person: Person) -> HttpResponse:
        password = issue_password(person)
        announce_rights(person.pk)
        self.log_change(request, person, [{"changed": {"fields": ["password"]}}])
        context = {
            **self.admin_site.each_context(request),
            "title": _("The new password"),
            "opts": self.opts,
            "person": person,
            "password": password,
        }
        response = TemplateResponse(request, "admin/accounts/person/issued.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        context["may_issue"] = change and self.has_change_permission(request, obj) and obj.pk != request.user.pk
        return super().render_change_form(request, context, add, change, form_url, obj)


class InForce(admin.SimpleListFilter):
    """Agencies by date: those that exist today come first."""

    title = _("in force")
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("today", _("Today")), ("ended", _("Ended")), ("later", _("Later"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Agency]) -> QuerySet[Agency]:
        today: dt.date = timezone.localdate()
        match self.value():
            case "today":
                return queryset.filter(pk__in=Agency.objects.in_force(today))
            case "ended":
                return queryset.filter(valid_until__lte=today)
            case "later":
                return queryset.filter(valid_from__gt=today)
        return queryset


class HandlingUnitInline(HandlingUnitInlineBase):
    model = HandlingUnit
    extra = 0
    can_delete = False
    fields = ("name", "is_active")


class ContactPointInline(ContactPointInlineBase):
    model = ContactPoint
    extra = 0
    fields = ("kind", "address", "person", "order", "is_active")
    autocomplete_fields = ("person",)


@admin.register(Agency)
class AgencyAdmin(AgencyAdminBase):
    list_display = ("name", "short_name", "kind", "valid_from", "valid_until", "is_sample")
    list_filter = (InForce, "kind", "area_set", "is_sample")
    search_fields = ("name", "name_en", "short_name", "code")
    ordering = ("valid_from", "kind", "name")
    autocomplete_fields = ("parent",)
    inlines = (HandlingUnitInline, ContactPointInline)
    fieldsets = (
        (None, {"fields": ("code", "name", "name_en", "short_name", "kind", "parent")}),
        (
            _("Area"),
            {
                "fields": ("area_set", "area_code"),
                "description": _(
                    "Only for People's Committees: the unit they govern. A code means nothing without its set."
                ),
            },
        ),
        (
            _("Dates"),
            {
                "fields": ("valid_from", "valid_until", "is_sample", "source"),
                "description": _("An agency that ends gets a date; it is never deleted, its past stays."),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Agency | None = None) -> tuple[str, ...]:
        """The code names an agency for ever: rules and imports find it by that."""
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Agency | None = None) -> bool:
        return False


@admin.register(HandlingUnit)
class HandlingUnitAdmin(HandlingUnitAdminBase):
    list_display = ("name", "agency", "is_active")
    list_filter = ("is_active", "agency__kind")
    list_select_related = ("agency",)
    search_fields = ("name", "agency__name", "agency__short_name")
    ordering = ("agency__name", "name")
    autocomplete_fields = ("agency",)

    def has_delete_permission(self, request: HttpRequest, obj: HandlingUnit | None = None) -> bool:
        """Assignments name it: a unit that is gone is switched off."""
        return False
