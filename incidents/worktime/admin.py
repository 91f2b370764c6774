"""Administration of working time: a year at a glance where proposals are confirmed, office hours, clocks."""

from __future__ import annotations

import calendar as months
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.records.admin import LiveTableAdmin
from incidents.worktime.changing import calendar_changed, decide
from incidents.worktime.clocks import calendar
from incidents.worktime.models import Absence, CalendarChange, Clock, Day, OfficeHours
from incidents.worktime.proposing import propose
from opscenter.accounts.models import Person
from realtime.change import change

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    # Django's class takes no type parameter when it runs.
    ModelAdmin = admin.ModelAdmin

FIRST_YEAR, LAST_YEAR = 2019, 2100


class RecomputingAdmin(ModelAdmin):
    """Whatever is saved or deleted here moves deadlines."""

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        _changed(request)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        super().delete_model(request, obj)
        _changed(request)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        _changed(request)

    def changeform_view(self, *args: Any, **kwargs: Any) -> Any:
        with change():
            return super().changeform_view(*args, **kwargs)

    def delete_view(self, *args: Any, **kwargs: Any) -> Any:
        with change():
            return super().delete_view(*args, **kwargs)

    def changelist_view(self, *args: Any, **kwargs: Any) -> Any:
        with change():
            return super().changelist_view(*args, **kwargs)


def _changed(request: HttpRequest) -> None:
    calendar_changed(by=cast(Person, request.user))


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell of the year: its date (none outside the month), whether it is worked, and what was entered for it."""

    date: dt.date | None
    worked: bool
    row: Day | None

    @property
    def look(self) -> str:
        """Its class: a word for each colour."""
        if self.row is not None and self.row.state != Day.State.REJECTED:
            return f"{self.row.state} {self.row.kind}"
        return "" if self.worked else "free"


@admin.register(Day)
class DayAdmin(RecomputingAdmin):
    list_display = ("date", "kind", "name", "state", "source")
    list_filter = ("state", "kind")
    date_hierarchy = "date"
    change_list_template = "admin/worktime/day/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        own = path("year/<int:year>/", self.admin_site.admin_view(self.year_view), name="worktime_day_year")
        return [own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        year = timezone.localdate().year
        return super().changelist_view(request, {**(extra_context or {}), "this_year": year})

    def year_view(self, request: HttpRequest, year: int) -> HttpResponse:
        """Twelve months; what the library proposes is confirmed or rejected here."""
        if not self.has_change_permission(request) or not FIRST_YEAR <= year <= LAST_YEAR:
            raise PermissionDenied
        if request.method == "POST":
            self._decided(request, year)
            return HttpResponseRedirect(reverse("admin:worktime_day_year", args=[year]))
        rows = {row.date: row for row in Day.objects.filter(date__year=year)}
        own = calendar()
        shown = [
            (
                date_format(dt.date(year, month, 1), "F"),
                [
                    [Shown(day if day.month == month else None, own.is_worked(day), rows.get(day)) for day in week]
                    for week in months.Calendar().monthdatescalendar(year, month)
                ],
            )
            for month in range(1, 13)
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": _("Working days of %(year)d") % {"year": year},
            "year": year,
            "before": year - 1 if year > FIRST_YEAR else None,
            "after": year + 1 if year < LAST_YEAR else None,
            "months": shown,
            "proposed": [row for row in rows.values() if row.state == Day.State.PROPOSED],
            "decided": [row for row in rows.values() if row.state != Day.State.PROPOSED],
            "last_change": CalendarChange.objects.first(),
        }
        return TemplateResponse(request, "admin/worktime/day/year.html", context)

    def _decided(self, request: HttpRequest, year: int) -> None:
        if "propose" in request.POST:
            with change():
                new = propose(year)
            said = ngettext("%(n)d day was proposed.", "%(n)d days were proposed.", new) % {"n": new}
            messages.info(request, said if new else _("The library knows no other days of this year."))
            return
        state = Day.State.CONFIRMED if "confirm" in request.POST else Day.State.REJECTED
        days = {row.date for row in Day.objects.filter(pk__in=request.POST.getlist("day"), date__year=year)}
        with change():
            count = decide(days=days, state=state, by=cast(Person, request.user))
        if count:
            messages.success(request, _("Saved. The deadlines of what is open are being worked out anew."))


@admin.register(OfficeHours)
class OfficeHoursAdmin(RecomputingAdmin):
    list_display = ("weekday", "opens", "closes")


@admin.register(Clock)
class ClockAdmin(RecomputingAdmin):
    list_display = (
        "__str__",
        "working_time",
        "seen_minutes",
        "accept_minutes",
        "result_percent",
        "step_minutes",
        "is_sample",
    )
    list_filter = ("is_sample", "working_time")
    autocomplete_fields = ("category",)


@admin.register(CalendarChange)
class CalendarChangeAdmin(LiveTableAdmin):
    list_display = ("id", "at", "by", "changed", "finished_at")
    list_select_related = ("by",)


@admin.register(Absence)
class AbsenceAdmin(ModelAdmin):
    list_display = ("person", "deputy", "starts", "ends", "by")
    list_select_related = ("person", "deputy", "by")
    autocomplete_fields = ("person", "deputy")
    exclude = ("by",)
    date_hierarchy = "starts"

    def save_model(self, request: HttpRequest, obj: Absence, form: Any, change: Any) -> None:
        """Notes who entered it."""
        obj.by = cast(Person, request.user)
        super().save_model(request, obj, form, change)
