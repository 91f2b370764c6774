"""The page that plays a day again, and the day's rows."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from geo.showing import map_settings
from incidents.maps.access import for_verb
from incidents.maps.replaying import as_json
from incidents.records.models import Category
from incidents.records.rights import Verb
from opscenter.accounts.models import Person


class _Day(forms.Form):
    day = forms.DateField(required=False, input_formats=["%Y-%m-%d"])

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"] or timezone.localdate()
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        if day.year < 2000:
            raise forms.ValidationError(_("There is no such year on this map."))
        return day


@require_safe
@never_cache
@for_verb(Verb.REPLAY)
def page(request: HttpRequest, person: Person) -> HttpResponse:
    """The page; `day` says with which day it begins, today without one. 422 with a hint for a day that is none."""
    form = _Day(request.GET)
    good = form.is_valid()
    today = timezone.localdate()
    replay = {
        "map": map_settings(today),
        "categories": {row.code: row.label for row in Category.objects.all()},
        "today": today.isoformat(),
    }
    shown = form.cleaned_data["day"] if good else today
    context: dict[str, object] = {
        "replay": replay,
        "day": shown,
        "today": today,
        "problems": form.errors.get("day", []),
    }
    return render(request, "maps/replay.html", context, status=200 if good else 422)


@require_safe
@never_cache
@gzip_page
@for_verb(Verb.REPLAY)
def day(request: HttpRequest, person: Person) -> HttpResponse:
    """The rows of a day (replaying.as_json); 422 with the field's errors."""
    form = _Day(request.GET)
    if not form.is_valid():
        return JsonResponse({"fields": form.errors}, status=422)
    return JsonResponse(as_json(person, form.cleaned_data["day"]))
