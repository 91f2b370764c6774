"""What is asked of the map of the past: local days and groups, read from an address; wrong input is explained."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DEFAULT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Past:
    """Incidents received from the first local day to the last, both included; no groups: all of them."""

    first: dt.date
    last: dt.date
    groups: frozenset[int] = frozenset()

    @property
    def instants(self) -> tuple[dt.datetime, dt.datetime]:
        """From the first up to, and without, the second."""
        start, end = (dt.datetime.combine(day, dt.time()) for day in (self.first, self.last + dt.timedelta(days=1)))
        return timezone.make_aware(start), timezone.make_aware(end)


class Question(forms.Form):
    """first, last: days as 2026-11-26, the last 30 days without them. groups: digits 0 to 3, "13" is two groups.
    level: by what the figures of areas are told."""

    first = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    last = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    groups = forms.RegexField("^[0-3]{1,4}$", required=False)
    level = forms.ChoiceField(required=False, choices=[("ward", "ward"), ("district", "district")])

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        last = cleaned.get("last") or timezone.localdate()
        first = cleaned.get("first") or last - dt.timedelta(days=DEFAULT_DAYS - 1)
        if last < first:
            self.add_error("last", _("The last day lies before the first."))
        if not 1900 < first.year <= last.year < 9999:
            self.add_error("first", _("There is no such year on this map."))
        return {**cleaned, "first": first, "last": last}

    def past(self) -> Past:
        cleaned = self.cleaned_data
        return Past(cleaned["first"], cleaned["last"], frozenset(int(one) for one in cleaned.get("groups") or ""))
