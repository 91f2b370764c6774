"""The API as one object: who may ask, and how its errors look. Mounted at /api/."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import SessionAuth

from incidents.api import (
    absences,
    assignments,
    calls,
    conversations,
    emergencies,
    facilities,
    files,
    incidents,
    knowledge,
    major,
    photos,
    places,
    reports,
    surges,
    units,
)
from opscenter.accounts.models import Person


class SignedIn(SessionAuth):
    """The cookie of the pages, with the CSRF header on everything that writes."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:
        person = request.user
        return person if isinstance(person, Person) and person.is_active else None


api = NinjaAPI(
    title="1022",
    version="1",
    description="What people of the control room and of agencies do. Every writing request carries X-Action-Id.",
    auth=SignedIn(),
    urls_namespace="api",
    docs_url=None,
)
api.add_router("/incidents", incidents.router)
api.add_router("/assignments", assignments.router)
api.add_router("/surges", surges.router)
api.add_router("/absences", absences.router)
api.add_router("/calls", calls.router)
api.add_router("/answers", knowledge.router)
api.add_router("/emergencies", emergencies.router)
api.add_router("/emergencies", major.router)
api.add_router("/facilities", facilities.router)
api.add_router("", units.router)
api.add_router("", reports.router)
api.add_router("", conversations.router)
api.add_router("", photos.router)
api.add_router("", files.router)
api.add_router("", places.router)


@api.exception_handler(AuthenticationError)
def _not_signed_in(request: HttpRequest, error: Exception) -> HttpResponse:
    return JsonResponse({"code": "signed_out", "detail": _("Please sign in.")}, status=401)


@api.exception_handler(ValidationError)
def _not_readable(request: HttpRequest, error: Exception) -> HttpResponse:
    fields: dict[str, list[str]] = {}
    for one in error.errors if isinstance(error, ValidationError) else []:
        fields.setdefault(str(one["loc"][-1]), []).append(_("This is not valid."))
    detail = _("Please correct the marked fields.")
    return JsonResponse({"code": "invalid", "detail": detail, "fields": fields}, status=422)
