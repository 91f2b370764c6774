"""Administration: units, devices, feeds and call protocols are kept here; what happened is looked at, never edited.

Words of logs do not show here at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.emergencies.described import ENTITY
from incidents.emergencies.models import (
    Declaration,
    Device,
    Facility,
    Feed,
    LogEntry,
    Protocol,
    ProtocolAnswer,
    ProtocolQuestion,
    RefusedFix,
    Seal,
    ServicePart,
    SharedIncident,
    Sortie,
    Target,
    Unit,
    UnitNeed,
)
from incidents.emergencies.models.facilities import Capability
from incidents.records.admin import LiveTableAdmin
from incidents.records.lifecycles import SERVICE_KINDS
from incidents.records.models import Category
from incidents.records.models.categories import Group
from opscenter.accounts.models import AgencyKind
from realtime.change import change

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    UnitModelForm = forms.ModelForm[Unit]
    FacilityModelForm = forms.ModelForm[Facility]
    AnswerModelForm = forms.ModelForm[ProtocolAnswer]
    ProtocolModelForm = forms.ModelForm[Protocol]
    Inline = admin.TabularInline[Any, Any]
    StackedInline = admin.StackedInline[Any, Any]
else:
    ModelAdmin = admin.ModelAdmin
    UnitModelForm = AnswerModelForm = ProtocolModelForm = FacilityModelForm = forms.ModelForm
    Inline = admin.TabularInline
    StackedInline = admin.StackedInline


class UnitForm(UnitModelForm):
    """The home as two numbers: the framework's map field would ask another host for its tiles."""

    home_lat = forms.FloatField(label=_("latitude of its home"), min_value=-90, max_value=90, required=False)
    home_lon = forms.FloatField(label=_("longitude of its home"), min_value=-180, max_value=180, required=False)

    class Meta:
        model = Unit
        fields = ("agency", "handling_unit", "call_sign", "kind", "capabilities", "area_set", "area_codes", "phone",
                  "is_active", "exercise")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.home is not None:
            self.fields["home_lat"].initial = self.instance.home.y
            self.fields["home_lon"].initial = self.instance.home.x

    def save(self, commit: bool = True) -> Unit:
        lat, lon = self.cleaned_data.get("home_lat"), self.cleaned_data.get("home_lon")
        self.instance.home = Point(lon, lat, srid=4326) if lat is not None and lon is not None else None
        if self.instance._state.adding:
            self.instance.status_since = timezone.now()
        return super().save(commit)


class FacilityForm(FacilityModelForm):
    """The place as two numbers: the framework's map field would ask another host for its tiles."""

    lat = forms.FloatField(label=_("latitude"), min_value=-90, max_value=90)
    lon = forms.FloatField(label=_("longitude"), min_value=-180, max_value=180)
    capabilities = forms.MultipleChoiceField(
        label=_("capabilities"), choices=Capability.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Facility
        fields = ("name", "code", "address", "phone", "capabilities", "agency", "feed", "is_sample", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.fields["lat"].initial = self.instance.point.y
            self.fields["lon"].initial = self.instance.point.x

    def save(self, commit: bool = True) -> Facility:
        self.instance.point = Point(self.cleaned_data["lon"], self.cleaned_data["lat"], srid=4326)
        return super().save(commit)


@admin.register(Facility)
class FacilityAdmin(ModelAdmin):
    """Which hospitals there are; what they declare is theirs (facilities/)."""

    form = FacilityForm
    list_display = ("name", "agency", "beds", "intensive_beds", "is_diverted", "declared_at", "is_active")
    list_select_related = ("agency",)
    list_filter = ("is_active", "is_diverted")
    search_fields = ("name", "code")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Declaration)
class DeclarationAdmin(LiveTableAdmin):
    list_display = ("facility", "at", "by", "beds", "intensive_beds", "is_diverted", "diverted_why")
    list_select_related = ("facility", "by")


class DeviceInline(Inline):
    model = Device
    extra = 0


@admin.register(Unit)
class UnitAdmin(ModelAdmin):
    """Its status is its crew's and its dispatcher's; another service's unit is another unit."""

    form = UnitForm
    inlines = (DeviceInline,)
    list_display = ("call_sign", "kind", "agency", "handling_unit", "status", "is_active", "exercise")
    list_select_related = ("agency", "handling_unit")
    list_filter = ("agency", "kind", "status", "is_active")
    search_fields = ("call_sign",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("agency",) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Unit, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # The page holds a transaction of its own: the screens hear of it once that has committed.
        transaction.on_commit(lambda: _tell(obj.pk))


def _tell(unit_id: int) -> None:
    with change() as c:
        Unit.objects.filter(pk=unit_id).update(version=F("version") + 1)
        c.touch(ENTITY, unit_id)


@admin.register(Feed)
class FeedAdmin(ModelAdmin):
    list_display = ("name", "is_active")


@admin.register(RefusedFix)
class RefusedFixAdmin(LiveTableAdmin):
    list_display = ("hour", "source", "device", "reason", "count")
    list_filter = ("reason", "source")


@admin.register(SharedIncident)
class SharedIncidentAdmin(LiveTableAdmin):
    list_display = ("incident", "opened_at", "opened_by", "kind", "log_length")
    list_select_related = ("incident", "opened_by")
    search_fields = ("=incident__id",)


@admin.register(ServicePart)
class ServicePartAdmin(LiveTableAdmin):
    list_display = ("assignment", "shared", "acknowledge_by", "alarms", "is_aid", "until")
    list_select_related = ("assignment__incident", "assignment__agency", "shared__incident")
    # A service's own record is its own.
    exclude = ("record",)


@admin.register(Sortie)
class SortieAdmin(LiveTableAdmin):
    list_display = ("unit", "incident", "state", "sent_at", "acknowledged_at", "on_scene_at", "ended_at")
    list_select_related = ("unit", "incident")
    search_fields = ("=incident__id", "unit__call_sign")


@admin.register(LogEntry)
class LogEntryAdmin(LiveTableAdmin):
    list_display = ("shared", "seq", "at", "kind", "scope", "agency", "by", "hash")
    list_select_related = ("shared__incident", "agency", "by")
    search_fields = ("=shared__incident__id",)


@admin.register(Seal)
class SealAdmin(LiveTableAdmin):
    list_display = ("at", "hash")


class KeptAdmin(ModelAdmin):
    """Logs name it for ever: it is switched off, never deleted. Who changed what stands in its history page."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class QuestionInline(Inline):
    model = ProtocolQuestion
    extra = 0
    can_delete = False
    show_change_link = True


class ProtocolForm(ProtocolModelForm):
    hospital = forms.MultipleChoiceField(
        label=_("needs of a hospital"), choices=Capability.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    category = forms.ModelChoiceField(
        label=_("needs units as"), required=False, queryset=Category.objects.filter(group=Group.EMERGENCY)
    )

    class Meta:
        model = Protocol
        fields = ("code", "name", "name_en", "order", "category", "hospital", "is_active")


@admin.register(Protocol)
class ProtocolAdmin(KeptAdmin):
    form = ProtocolForm
    list_display = ("name", "name_en", "code", "order", "is_active")
    list_filter = ("is_active",)
    inlines = (QuestionInline,)


class AnswerForm(AnswerModelForm):
    """The service is chosen from 113, 114 and 115: another one would never be called."""

    service = forms.ChoiceField(
        label=_("service that comes as well"),
        required=False,
        choices=[("", "—"), *((kind.value, kind.label) for kind in AgencyKind if kind in SERVICE_KINDS)],
    )

    class Meta:
        model = ProtocolAnswer
        fields = ("code", "order", "text", "text_en", "priority", "service", "advice", "advice_en", "is_active")
        widgets: ClassVar = {"advice": forms.Textarea({"rows": 2}), "advice_en": forms.Textarea({"rows": 2})}


class AnswerInline(StackedInline):
    model = ProtocolAnswer
    form = AnswerForm
    extra = 0
    can_delete = False


@admin.register(ProtocolQuestion)
class ProtocolQuestionAdmin(KeptAdmin):
    list_display = ("text", "text_en", "protocol", "order", "is_medical", "is_active")
    list_select_related = ("protocol",)
    list_filter = ("protocol", "is_medical", "is_active")
    search_fields = ("text", "text_en", "code")
    inlines = (AnswerInline,)


@admin.register(Target)
class TargetAdmin(ModelAdmin):
    list_display = ("measure", "percent", "seconds", "is_active")
    list_editable = ("percent", "seconds", "is_active")


@admin.register(UnitNeed)
class UnitNeedAdmin(ModelAdmin):
    list_display = ("category", "kind", "number")
    list_editable = ("number",)
    list_select_related = ("category",)
    list_filter = ("kind",)
