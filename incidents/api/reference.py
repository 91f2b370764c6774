"""GET /live/reference.json: the names that payloads leave out, in one document with a version, per language."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from geo.areas import names_date
from geo.index import territory
from incidents.records.models import Category, Source
from incidents.records.models.categories import Group
from incidents.records.names import ASSIGNMENT_STATES, INCIDENT_STATES
from incidents.records.reasons import NEEDS
from incidents.records.rights import Verb, may
from opscenter.accounts.models import Agency, HandlingUnit
from realtime.entities import canonical

LANGUAGES = ("vi", "en")


@require_safe
def reference(request: HttpRequest) -> HttpResponseBase:
    """The document in the language of `?lang=` (else the reader's); 304 when the browser's copy is current."""
    if request.user.is_anonymous:
        return JsonResponse({"code": "signed_out", "detail": _("Please sign in.")}, status=401)
    if not may(request.user, Verb.READ_REFERENCE):
        return JsonResponse({"code": "forbidden", "detail": _("Your role does not allow this.")}, status=403)
    asked = request.GET.get("lang") or getattr(request, "LANGUAGE_CODE", LANGUAGES[0])
    text, version = document(asked if asked in LANGUAGES else LANGUAGES[0])
    response = HttpResponse(text, content_type="application/json")
    response["ETag"] = f'"{version}"'
    # Kept by the browser, asked for again each time: a new name shows with the next page.
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return get_conditional_response(request, etag=f'"{version}"', response=response) or response


def document(language: str) -> tuple[str, str]:
    """(canonical JSON, version): the version is the digest of everything in it. Three queries."""
    with override(language):
        content = _content(language)
    version = hashlib.sha256(canonical(content).encode()).hexdigest()[:16]
    return canonical({**content, "version": version}), version


def _content(language: str) -> dict[str, Any]:
    english = language == "en"
    agencies = {
        str(row.pk): {
            "name": row.name_en if english and row.name_en else row.name,
            "short_name": "" if english and row.name_en else row.short_name,
            "kind": row.kind,
            "until": row.valid_until.isoformat() if row.valid_until else None,
        }
        for row in Agency.objects.all()
    }
    units = {
        str(pk): {"name": name, "agency": agency_id}
        for pk, name, agency_id in HandlingUnit.objects.values_list("pk", "name", "agency_id")
    }
    categories = {
        row.code: {
            "name": row.label,
            "group": row.group,
            "priority": row.priority,
            "hours": row.hours,
            "is_active": row.is_active,
        }
        for row in Category.objects.all()
    }
    return {
        "language": language,
        "categories": categories,
        "groups": {str(group.value): str(group.label) for group in Group},
        "agencies": agencies,
        "units": units,
        "states": {state.value: str(name) for state, name in INCIDENT_STATES.items()},
        "assignment_states": {state.value: str(name) for state, name in ASSIGNMENT_STATES.items()},
        "needs": {need.value: str(name) for need, name in NEEDS.items()},
        "sources": {source.value: str(source.label) for source in Source},
        "areas": _areas(),
    }


def _areas() -> dict[str, dict[str, dict[str, str]]]:
    """Names of all units of all sets, from the index in memory."""
    on = names_date(timezone.localdate())
    found: dict[str, dict[str, dict[str, str]]] = {}
    for area_set in territory().sets:
        # A set that is not in force today shows its own names.
        day = on if on is not None and area_set.holds(on) else None
        found[area_set.name] = {
            unit.code: {"name": unit.named(day)[1], "parent": unit.parent_code, "level": unit.level}
            for unit in area_set.units.values()
        }
    return found
