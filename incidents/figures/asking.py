"""What somebody asks of the figures: a period, an area set, filters; read from an address, wrong input explained."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from geo.areas import set_index_on
from geo.index import territory
from incidents.figures.counting import Selection
from incidents.records.models import Category, Source
from incidents.records.models.categories import Group
from opscenter.accounts.models import Agency, Person
from opscenter.accounts.roles import AGENCY_ROLES

# More than anybody reports on; bounds what a question may cost.
LONGEST_DAYS = 3_700


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: local days first to last, both included, the area set's name, and which incidents."""

    first: dt.date
    last: dt.date
    area_set: str
    selection: Selection

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> tuple[dt.date, dt.date]:
        """The days just before, as many: what the period is compared with."""
        return self.first - dt.timedelta(days=self.days), self.first - dt.timedelta(days=1)

    def address(self) -> str:
        """The question as the part of an address after "?"."""
        one = {
            "period": "own",
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "set": self.area_set,
            "group": "".join(str(group) for group in sorted(self.selection.groups)),
            "source": "".join(sorted(self.selection.sources)),
            "category": "".join(str(category) for category in sorted(self.selection.categories)),
            "ward": "".join(sorted(self.selection.wards)),
        }
        return urlencode({key: value for key, value in one.items() if value})


def days_of(period: str, today: dt.date) -> tuple[dt.date, dt.date] | None:
    """The first and last day of a named period; None for one that names its own days."""
    month = today.replace(day=1)
    last_month = (month - dt.timedelta(days=1)).replace(day=1)
    named = {
        "today": (today, today),
        "7": (today - dt.timedelta(days=6), today),
        "30": (today - dt.timedelta(days=29), today),
        "month": (month, today),
        "last_month": (last_month, month - dt.timedelta(days=1)),
        "year": (today.replace(month=1, day=1), today),
        "3years": (today.replace(month=1, day=1, year=today.year - 2), today),
    }
    return named.get(period)


class Question(forms.Form):
    """The form above the figures; every field may be left out."""

    period = forms.ChoiceField(
        label=_("Period"),
        required=False,
        choices=[
            ("today", _("Today")),
            ("7", _("7 days")),
            ("30", _("30 days")),
            ("month", _("This month")),
            ("last_month", _("Last month")),
            ("year", _("This year")),
            ("3years", _("Three years")),
            ("own", _("From … to …")),
        ],
    )
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    group = forms.TypedChoiceField(label=_("Group"), required=False, coerce=int, empty_value=None)
    source = forms.ChoiceField(label=_("Channel"), required=False)
    category = forms.ModelChoiceField(Category.objects.all(), label=_("Category"), required=False)
    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Agency"), required=False)
    set = forms.ChoiceField(label=_("Areas as of"), required=False)
    ward = forms.ChoiceField(label=_("Ward"), required=False)

    def __init__(self, data: QueryDict | dict[str, Any], person: Person, today: dt.date | None = None) -> None:
        self.today = today or timezone.localdate()
        self.person = person
        in_force = set_index_on(self.today)
        given = {"period": "30", "set": in_force.name if in_force else "", **{key: data[key] for key in data}}
        super().__init__(given)
        every = ("", _("All"))
        fields: dict[str, Any] = self.fields
        fields["group"].choices = [every, *Group.choices, (0, _("Not classified"))]
        fields["source"].choices = [every, *Source.choices]
        fields["category"].empty_label = fields["agency"].empty_label = str(_("All"))
        fields["agency"].queryset = agencies_open_to(person)
        fields["set"].choices = [(index.name, set_label(index.name)) for index in territory().sets]
        chosen = territory().named(str(given["set"]))
        fields["ward"].choices = [every, *((unit.code, unit.name) for unit in (chosen.wards if chosen else ()))]
        if person.role in AGENCY_ROLES and fields["agency"].queryset.count() < 2:
            del self.fields["agency"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        days = days_of(cleaned.get("period") or "30", self.today)
        if days is None:
            first, last = cleaned.get("first"), cleaned.get("last")
            if first is None or last is None:
                for name, value in (("first", first), ("last", last)):
                    if value is None and name not in self.errors:
                        self.add_error(name, _("Please give the first and the last day."))
                return cleaned
            if last < first:
                self.add_error("last", _("The last day lies before the first."))
            elif (last - first).days > LONGEST_DAYS:
                self.add_error("last", _("At most ten years at once."))
            days = (first, last)
        cleaned["days"] = days
        return cleaned

    def asked(self) -> Asked:
        """The question of a valid form. Somebody of an agency never asks beyond it and those below it."""
        cleaned = self.cleaned_data
        agency = cleaned.get("agency")
        agencies = {agency.pk} if agency else set()
        if self.person.role in AGENCY_ROLES and not agencies:
            agencies = set(agencies_open_to(self.person).values_list("pk", flat=True))
        first, last = cleaned["days"]
        category = cleaned.get("category")
        return Asked(
            first,
            last,
            cleaned.get("set") or "",
            Selection(
                groups=frozenset() if cleaned.get("group") is None else frozenset({cleaned["group"]}),
                categories=frozenset({category.pk}) if category else frozenset(),
                sources=frozenset({cleaned["source"]}) if cleaned.get("source") else frozenset(),
                agencies=frozenset(agencies),
                wards=frozenset({cleaned["ward"]}) if cleaned.get("ward") else frozenset(),
            ),
        )


def agencies_open_to(person: Person) -> Any:
    """The agencies whose figures somebody may read: their own and those below it; everybody's for the room."""
    rows = Agency.objects.order_by("name")
    if person.role not in AGENCY_ROLES:
        return rows
    found = {person.agency_id or 0}
    while below := set(Agency.objects.filter(parent__in=found).exclude(pk__in=found).values_list("pk", flat=True)):
        found |= below
    return rows.filter(pk__in=found)


def set_label(name: str) -> str:
    """An area set as people choose it: its name and its dates."""
    index = territory().named(name)
    if index is None:
        return name
    until = index.valid_until.strftime("%d/%m/%Y") if index.valid_until else "…"
    return f"{name} ({index.valid_from.strftime('%d/%m/%Y')} – {until})"
