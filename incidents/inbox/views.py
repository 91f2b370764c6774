"""The agencies' inbox: the list is drawn from the live stream, an assignment's page is made here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from incidents.inbox.queries import assignments_of, detail, units_of
from incidents.records.models import Photo
from incidents.records.photos import path_of
from incidents.records.rights import Verb, may
from incidents.records.serving import served
from opscenter.accounts.models import Person
from opscenter.accounts.roles import AGENCY_ROLES, Role
from opscenter.accounts.tree import below

PersonView = Callable[..., HttpResponseBase]


def for_agencies(view: PersonView) -> Callable[..., HttpResponseBase]:
    """Only people who work for an agency; the view gets the person as its second argument."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        person = request.user
        if not isinstance(person, Person) or person.role not in AGENCY_ROLES:
            raise PermissionDenied
        return view(request, person, *args, **kwargs)

    return checked


def _settings(person: Person) -> dict[str, object]:
    """What the script needs to know about who looks: whose assignments are drawn."""
    by_unit = person.role in {Role.HANDLER, Role.CREW}
    return {
        "agency": person.agency_id,
        "unit": person.handling_unit_id if by_unit else None,
        "below": [] if by_unit else sorted(below(person.agency_id or 0)),
        "person": person.pk,
        "units": {str(unit.pk): unit.name for unit in units_of(person)},
        "mayAccept": may(person, Verb.ACCEPT),
        "mostPhotos": settings.PHOTOS_PER_REPORT,
        "photoBytes": settings.PHOTO_MAX_BYTES,
    }


@require_safe
@never_cache
@ensure_csrf_cookie
@for_agencies
def inbox(request: HttpRequest, person: Person) -> HttpResponse:
    """The list. 403 for people who do not work for an agency."""
    return render(request, "inbox/inbox.html", {"inbox": _settings(person), "person": person, "open_id": None})


@require_safe
@never_cache
@ensure_csrf_cookie
@for_agencies
def assignment(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """One assignment: only the panel for scripts (header X-Panel), else the whole inbox with it open.

    404 for one that is not this person's, or not any more.
    """
    found = detail(person, pk)
    if found is None:
        raise Http404
    context = {"detail": found, "person": person}
    if "X-Panel" in request.headers:
        return render(request, "inbox/detail.html", context)
    return render(request, "inbox/inbox.html", {**context, "inbox": _settings(person), "open_id": pk})


@require_safe
@for_agencies
def first_photo(request: HttpRequest, person: Person, pk: int) -> HttpResponseBase:
    """The small version of the incident's first photo, for the card; 404 when there is none or it is not theirs."""
    of_incident = assignments_of(person).filter(pk=pk).values("incident_id")
    photo = Photo.objects.filter(incident__in=of_incident).order_by("id").first()
    if photo is None:
        raise Http404
    try:
        return served(request, path_of(photo, "thumbnail"))
    except OSError:
        raise Http404 from None
