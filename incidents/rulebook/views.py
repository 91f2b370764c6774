"""The pages of the rules of competence: list, form, "what would happen to …", map of coverage."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from incidents.dispatching.competence import decision_date
from incidents.intake.take import storable
from incidents.records.models import Category
from incidents.records.reasons import sentence
from incidents.records.rights import Verb, may
from incidents.rulebook import queries
from incidents.rulebook.access import askers_only, readers_only
from incidents.rulebook.editing import save_rules
from incidents.rulebook.forms import RuleForm
from opscenter.accounts.models import Agency, Person
from realtime.change import change

LONGEST_WORDS = 4000


def _date(request: HttpRequest) -> dt.date:
    """The date that the page is asked for; today for none and for what is not a date."""
    try:
        return dt.date.fromisoformat((request.POST or request.GET).get("on", ""))
    except ValueError:
        return decision_date(timezone.localdate())


@require_safe
@never_cache
@readers_only
def rules(request: HttpRequest, person: Person) -> HttpResponse:
    """The list, with a search; rules with errors are marked and say what is wrong."""
    on = _date(request)
    asked = {name: request.GET.get(name, "") for name in ("text", "category", "state")}
    shown, wrong = queries.listed(on=on, **asked)
    return render(
        request,
        "rulebook/rules.html",
        {
            "shown": shown,
            "wrong": wrong,
            "asked": asked,
            "on": on,
            "categories": Category.objects.all(),
            "may_edit": may(person, Verb.EDIT_RULES),
            "tab": "rules",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@readers_only
def edit(request: HttpRequest, person: Person, code: str = "") -> HttpResponse:
    """One rule: read by who keeps an eye on them, written by an administrator."""
    rule = queries.all_rules().filter(code=code).first() if code else None
    if code and rule is None:
        raise Http404
    initial = RuleForm.of(rule) if rule is not None else {"valid_from": timezone.localdate()}
    if request.method == "POST":
        form = RuleForm(request.POST, rule=rule, initial=initial)
        if form.is_valid():
            with change():
                (saved,) = save_rules([form.wanted()], by=person)
            messages.success(request, _("The rule %(code)s is saved.") % {"code": saved.code})
            for problem in queries.problems_of_one(saved):
                messages.warning(request, problem)
            return redirect("rulebook:edit", code=saved.code)
    else:
        form = RuleForm(rule=rule, initial=initial)
    status = 422 if form.is_bound else 200
    context = {
        "form": form,
        "rule": rule,
        "problems": queries.problems_of_one(rule) if rule is not None else (),
        "may_edit": may(person, Verb.EDIT_RULES),
    }
    return render(request, "rulebook/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@askers_only
def test(request: HttpRequest, person: Person) -> HttpResponse:
    """ "What would happen to …": nothing is written. A POST, so that the words stand in no address and no log."""
    on = _date(request)
    asked = {
        name: storable(request.POST.get(name, ""))[:LONGEST_WORDS]
        for name in ("words", "address", "category", "lat", "lon", "complained_of")
    }
    trial = None
    if asked["words"] or asked["category"]:
        trial = queries.try_out(
            words=asked["words"],
            address=asked["address"],
            point=_point(asked["lat"], asked["lon"]),
            category=Category.objects.filter(code=asked["category"]).first(),
            complained_of=Agency.objects.filter(code=asked["complained_of"]).first(),
            on=on,
        )
    return render(
        request,
        "rulebook/test.html",
        {
            "tab": "test",
            "asked": asked,
            "on": on,
            "trial": trial,
            "machine": json.dumps(trial.machine, ensure_ascii=False, indent=1) if trial else "",
            "categories": Category.objects.filter(is_active=True),
            "agencies": Agency.objects.in_force(decision_date(on)).order_by("name"),
        },
    )


def _point(lat: str, lon: str) -> tuple[float, float] | None:
    try:
        point = (float(lon.replace(",", ".")), float(lat.replace(",", ".")))
    except ValueError:
        return None
    return point if abs(point[0]) <= 180 and abs(point[1]) <= 90 else None


@require_safe
@never_cache
@readers_only
def coverage(request: HttpRequest, person: Person) -> HttpResponse:
    """Where a category has no rule, or two that contradict each other: in figures and on the borders."""
    on = _date(request)
    covered = queries.coverage_on(on, request.GET.get("category", ""))
    data: dict[str, Any] = {}
    wrong = []
    if covered is not None:
        data = {
            "borders": covered.borders,
            "wards": {
                ward.code: {"name": ward.name, "state": ward.state, "agency": ward.agency, "rule": ward.rule}
                for ward in covered.wards
            },
        }
        wrong = [(ward, [sentence(reason) for reason in ward.why]) for ward in covered.wards if ward.state != "clear"]
    return render(
        request,
        "rulebook/coverage.html",
        {"tab": "coverage", "on": on, "covered": covered, "coverage": data, "wrong": wrong},
    )
