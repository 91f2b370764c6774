"""The pages of the territory: area sets on a map, what became of each unit, where places come from, learnt names."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from geo import adding, learning
from geo.describing import describe
from geo.index import territory
from geo.models import Alias, Place
from incidents.records import actions
from incidents.records.rights import Verb, may
from incidents.territory import queries
from incidents.territory.access import for_verb
from incidents.territory.forms import PlaceForm
from opscenter.accounts.models import Person
from realtime.change import change


@require_safe
@never_cache
@for_verb(Verb.READ_TERRITORY)
def sets(request: HttpRequest, person: Person) -> HttpResponse:
    """Every area set: its borders on a map, dates, source, licence, and what was checked."""
    shown = queries.shown_sets(timezone.localdate())
    maps = {one.index.name: one.borders for one in shown}
    return render(request, "territory/sets.html", {"shown": shown, "maps": maps, "tab": "sets"})


@require_safe
@never_cache
@for_verb(Verb.READ_TERRITORY)
def lineage(request: HttpRequest, person: Person) -> HttpResponse:
    """What became of each unit: its parts in another set, with their shares."""
    names = [one.name for one in territory().sets]
    if len(names) < 2:
        return render(request, "territory/lineage.html", {"names": names, "splits": [], "tab": "lineage"})
    from_set = request.GET.get("from", names[0])
    to_set = request.GET.get("to", names[-1] if from_set != names[-1] else names[0])
    if from_set not in names or to_set not in names:
        raise Http404
    found = queries.splits(from_set, to_set)
    about = {
        "names": names,
        "from_set": from_set,
        "to_set": to_set,
        "splits": found,
        "divided": sum(split.is_divided for split in found),
        "tab": "lineage",
    }
    return render(request, "territory/lineage.html", about)


@require_safe
@never_cache
@for_verb(Verb.READ_TERRITORY)
def places(request: HttpRequest, person: Person) -> HttpResponse:
    """Where streets and places come from, how many are in force, and whose they are; below, what people added."""
    return _places(request, person, PlaceForm())


@require_POST
@for_verb(Verb.ADD_PLACE)
def add(request: HttpRequest, person: Person) -> HttpResponse:
    """Adds one place; the same click again adds nothing. A form with errors comes back as it was typed (422)."""
    form = PlaceForm(request.POST)
    number = _action_id(request)
    if number is None:
        return HttpResponseBadRequest("action_id")
    if not form.is_valid():
        return _places(request, person, form)
    typed = form.cleaned_data
    try:
        with change() as c:
            if actions.once(number, kind="add_place", by=person) is None:
                place = adding.add_place(**typed, by_id=person.pk, at=c.at)
                actions.keep(number, kind="add_place", by=person, status=200, answer={"place": place.pk})
    except adding.PlaceRefused as refused:
        form.refuse(refused.why)
        return _places(request, person, form)
    messages.success(request, _("“%(name)s” is found by its name from now on.") % {"name": typed["name"]})
    return redirect("territory:places")


@require_POST
@for_verb(Verb.ADD_PLACE)
def remove(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Takes an added place back; the same click again changes nothing."""
    place = Place.objects.filter(pk=pk, added_by_people=True).first()
    if place is None:
        raise Http404
    with change() as c:
        adding.remove_place(place_id=pk, by_id=person.pk, at=c.at)
    messages.success(request, _("“%(name)s” is found no more.") % {"name": place.name})
    return redirect("territory:places")


def _places(request: HttpRequest, person: Person, form: PlaceForm) -> HttpResponse:
    removed = "removed" in request.GET
    today = timezone.localdate()
    about = {
        "sources": queries.shown_sources(),
        "added": [
            (place, kind, describe(place.point.x, place.point.y, on=today))
            for place, kind in queries.shown_added(removed=removed)
        ],
        "removed": removed,
        "may_add": may(person, Verb.ADD_PLACE),
        "form": form,
        "action_id": uuid.uuid4(),
        "tab": "places",
    }
    return render(request, "territory/places.html", about, status=422 if form.errors else 200)


def _action_id(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("action_id", ""))
    except ValueError:
        return None


@require_safe
@never_cache
@for_verb(Verb.READ_TERRITORY)
def names(request: HttpRequest, person: Person) -> HttpResponse:
    """The learnt local names, each with a button that takes it back."""
    revoked = "revoked" in request.GET
    today = timezone.localdate()
    about = {
        "shown": [
            (alias, describe(alias.point.x, alias.point.y, on=today))
            for alias in queries.shown_aliases(revoked=revoked)
        ],
        "revoked": revoked,
        "may_revoke": may(person, Verb.REVOKE_ALIAS),
        "action_id": uuid.uuid4(),
        "tab": "names",
    }
    return render(request, "territory/names.html", about)


@require_POST
@for_verb(Verb.REVOKE_ALIAS)
def revoke(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Takes one learnt name back; the same click again changes nothing."""
    alias = Alias.objects.filter(pk=pk).first()
    if alias is None:
        raise Http404
    page = _action_id(request)
    if page is None:
        return HttpResponseBadRequest("action_id")
    # One number for the page, one act for each name on it.
    number = uuid.uuid5(page, str(pk))
    kind = f"revoke_alias:{pk}"
    with change() as c:
        if actions.once(number, kind=kind, by=person) is None:
            learning.revoke(alias_id=pk, by_id=person.pk, at=c.at)
            actions.keep(number, kind=kind, by=person, status=200, answer={})
    messages.success(request, _("“%(phrase)s” is proposed no more.") % {"phrase": alias.phrase})
    return redirect("territory:names")
