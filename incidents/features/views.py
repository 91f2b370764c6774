"""The pages of OGC API - Features, part 1 (17-069r4): landing, conformance, description, collections, items."""

from __future__ import annotations

import base64
import binascii
import functools
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from incidents.doors.models import ApiKey
from incidents.features import areas, incidents
from incidents.features.asking import Wrong, read
from incidents.features.describing import described
from incidents.features.offering import Feature, Offer, Reader
from opscenter import budgets
from opscenter.accounts.models import Person, PersonalKey
from opscenter.accounts.own_keys import person_of

CONFORMS_TO = [
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "oas30", "geojson")
]
_GEOJSON = "application/geo+json"
_OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
View = Callable[..., HttpResponse]


class Refused(Exception):
    """An answer that is not the one asked for: a status, a code, a sentence."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(description)
        self.status, self.code, self.description = status, code, description


def _endpoint(view: View) -> View:
    """GET and HEAD alone; who reads; errors as the standard's exception objects."""

    @csrf_exempt
    @functools.wraps(view)
    def checked(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            if request.method not in {"GET", "HEAD"}:
                raise Refused(405, "MethodNotAllowed", _("This address is only read."))
            reader = reader_of(request)
            if reader is None:
                budgets.spend(request, "ogc.read")
            response = view(request, reader, **kwargs)
        except Wrong as wrong:
            response = _refusal(Refused(400, "InvalidParameterValue", str(wrong)))
        except Refused as refused:
            response = _refusal(refused)
        except budgets.Exhausted as exhausted:
            response = _refusal(Refused(429, "TooManyRequests", exhausted.words))
            response["Retry-After"] = str(exhausted.retry_after)
        response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["Authorization", "Cookie", "Accept-Language"])
        return response

    return checked


def _refusal(refused: Refused) -> HttpResponse:
    response = JsonResponse({"code": refused.code, "description": refused.description}, status=refused.status)
    if refused.status == 401:
        response["WWW-Authenticate"] = 'Basic realm="1022", charset="UTF-8"'
    if refused.status == 405:
        response["Allow"] = "GET, HEAD"
    return response


def reader_of(request: HttpRequest) -> Reader:
    """Who reads: a personal key or a partner's key, as bearer token or as the password of basic authentication, else
    whoever is signed in. A wrong key is refused, and costs the budget of guesses."""
    key = _key_of(request)
    if key:
        if (person := person_of(key, PersonalKey.Purpose.MAP)) is not None:
            return person
        if (partner := ApiKey.of(key)) is not None:
            return partner.partner
        budgets.spend(request, "guess")
        raise Refused(401, "Unauthorized", _("This key is not known, or was revoked."))
    person = request.user if isinstance(request.user, Person) else None
    return person if person is not None and person.is_active else None


def _key_of(request: HttpRequest) -> str:
    scheme, _space, rest = request.headers.get("Authorization", "").partition(" ")
    match scheme.lower():
        case "bearer":
            return rest.strip()
        case "basic":
            try:
                return base64.b64decode(rest, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                raise Refused(401, "Unauthorized", _("This key is not known, or was revoked.")) from None
    return ""


def offers_to(reader: Reader) -> list[Offer]:
    """The collections that somebody finds here: borders everybody, incidents whoever has an account or key."""
    return [*([incidents.offer(reader)] if reader is not None else []), *areas.offers()]


def _offer(reader: Reader, name: str) -> Offer:
    for offer in offers_to(reader):
        if offer.name == name:
            return offer
    if name == incidents.NAME:
        raise Refused(401, "Unauthorized", _("Please sign in, or give a key."))
    raise Refused(404, "NotFound", _("There is no such collection."))


def _link(request: HttpRequest, view: str, rel: str, kind: str, title: str = "", **where: Any) -> dict[str, str]:
    query = where.pop("query", "")
    href = request.build_absolute_uri(reverse(f"features:{view}", kwargs=where)) + (f"?{query}" if query else "")
    return {"href": href, "rel": rel, "type": kind, **({"title": title} if title else {})}


def _json(data: Any, kind: str = "application/json", **headers: str) -> HttpResponse:
    return JsonResponse(data, content_type=kind, headers=headers, json_dumps_params={"ensure_ascii": False})


@_endpoint
def landing(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Where everything is."""
    read(request.GET.dict(), ())
    plain = "application/json"
    links = [
        _link(request, "landing", "self", plain, _("This page")),
        _link(request, "api", "service-desc", _OPENAPI, _("Description of the API")),
        _link(request, "conformance", "conformance", plain, _("What it conforms to")),
        _link(request, "collections", "data", plain, _("Collections")),
    ]
    described = _("Incidents and areas of the hotline for map programs: what the reader may see, and nothing else.")
    return _json({"title": "1022", "description": described, "links": links})


@_endpoint
def conformance(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The requirement classes."""
    read(request.GET.dict(), ())
    return _json({"conformsTo": CONFORMS_TO})


@_endpoint
def api(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The OpenAPI 3.0 description of this API, with the reader's collections."""
    root = request.build_absolute_uri(reverse("features:landing")).rstrip("/")
    return _json(described(offers_to(reader), root), _OPENAPI)


def _told(request: HttpRequest, offer: Offer) -> dict[str, Any]:
    extent: dict[str, Any] = {}
    if offer.box is not None:
        extent["spatial"] = {"bbox": [list(offer.box)], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
    if offer.interval is not None:
        extent["temporal"] = {"interval": [list(offer.interval)]}
    links = [
        _link(request, "collection", "self", "application/json", name=offer.name),
        _link(request, "items", "items", _GEOJSON, offer.title, name=offer.name),
    ]
    if offer.licence.startswith("http"):
        links.append({"href": offer.licence, "rel": "license", "type": "text/html"})
    return {
        "id": offer.name,
        "title": offer.title,
        "description": offer.description,
        "itemType": "feature",
        "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"],
        "links": links,
        **({"extent": extent} if extent else {}),
        **({"attribution": offer.attribution} if offer.attribution else {}),
    }


@_endpoint
def collections(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The collections of this reader."""
    read(request.GET.dict(), ())
    links = [_link(request, "collections", "self", "application/json", _("Collections"))]
    return _json({"links": links, "collections": [_told(request, offer) for offer in offers_to(reader)]})


@_endpoint
def collection(request: HttpRequest, reader: Reader, name: str) -> HttpResponse:
    """One collection. 404 for one that is not there, 401 for one that wants a key."""
    offer = _offer(reader, name)
    read(request.GET.dict(), ())
    return _json(_told(request, offer))


@_endpoint
def items(request: HttpRequest, reader: Reader, name: str) -> HttpResponse:
    """A page of features. 400 for a question that cannot be."""
    offer = _offer(reader, name)
    asked = read(request.GET.dict(), offer.filters)
    page = offer.page(asked)
    links = [_link(request, "items", "self", _GEOJSON, name=name, query=request.GET.urlencode())]
    links.append(_link(request, "collection", "collection", "application/json", offer.title, name=name))
    if page.after:
        query = urlencode({**request.GET.dict(), "after": page.after})
        links.append(_link(request, "items", "next", _GEOJSON, _("Next page"), name=name, query=query))
    told = _collection(page.features, links)
    if page.matched is not None:
        told["numberMatched"] = page.matched
    return _json(told, _GEOJSON, **{"Content-Crs": "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"})


def _collection(features: Iterable[Feature], links: list[dict[str, str]]) -> dict[str, Any]:
    rows = list(features)
    return {
        "type": "FeatureCollection",
        "timeStamp": timezone.now().isoformat(timespec="seconds"),
        "numberReturned": len(rows),
        "links": links,
        "features": rows,
    }


@_endpoint
def item(request: HttpRequest, reader: Reader, name: str, feature: str) -> HttpResponse:
    """One feature. 404 when it is not there, or not the reader's to see: not told apart."""
    offer = _offer(reader, name)
    read(request.GET.dict(), ())
    found = offer.one(feature)
    if found is None:
        raise Refused(404, "NotFound", _("There is no such feature."))
    links = [
        _link(request, "item", "self", _GEOJSON, name=name, feature=feature),
        _link(request, "collection", "collection", "application/json", offer.title, name=name),
    ]
    return _json({**found, "links": links}, _GEOJSON)
