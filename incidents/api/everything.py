"""One OpenAPI description of everything a program can ask: the staff's API, map programs, partners, open data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from incidents.api.app import api
from incidents.features import areas, incidents
from incidents.features.describing import described
from opscenter.accounts.models import Person

Json = dict[str, Any]
_TEXT = {"type": "string"}


@cache_control(max_age=300)
@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """The document. It holds no data, so that everybody may read it."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


def document() -> Json:
    """OpenAPI 3.1. Under /api/ an error is {code, detail, fields?}, under /ogc/ {code, description}."""
    schema: Json = dict(api.get_openapi_schema())
    # Nobody's incidents: what the collection looks like is no secret, what is in it depends on the key.
    features = described([incidents.offer(Person()), *areas.offers()], "")
    root = reverse("features:landing").rstrip("/")
    paths: Json = {**schema["paths"]}
    paths |= {root + path: {**item} for path, item in features["paths"].items()}
    for path, method, summary, kind, parameters, form in OUTSIDE:
        paths.setdefault(path, {})[method] = _operation(path, method, summary, kind, parameters, form)
    components: Json = {**schema.get("components", {})}
    components["schemas"] = {**components.get("schemas", {}), **features["components"]["schemas"]}
    components["securitySchemes"] = {
        **components.get("securitySchemes", {}),
        **features["components"]["securitySchemes"],
    }
    return {
        **schema,
        "info": {
            "title": "1022",
            "version": "1",
            "description": "What programs can ask. /api/: people of the control room and of agencies, with the cookie "
            "of the pages; writing requests carry X-Action-Id. /ogc/: map programs, with a personal key. "
            "/open311/: partners, with their key. /figures/public/: everybody.",
        },
        "paths": paths,
        "components": components,
    }


def _query(name: str, text: str, **schema: Any) -> Json:
    return {"name": name, "in": "query", "description": text, "schema": schema or _TEXT}


def _path(name: str, **schema: Any) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema or _TEXT}


_KEY = _query("api_key", "The partner's key.")
_DAYS = _query("days", "How far back.", type="string", enum=["30", "90", "365", "1095"])
_FORM = _path("form", type="string", enum=["json", "xml"])
_FIELDS = ("api_key", "service_code", "description", "lat", "long", "address_string", "email", "phone", "media_url")
_POSTED = dict.fromkeys(_FIELDS, _TEXT)
# (path, method, summary, kind of the answer, parameters, fields of a posted form or None)
OUTSIDE: list[tuple[str, str, str, str, list[Json], Json | None]] = [
    ("/open311/v2/discovery.{form}", "get", "Open311: where the service is", "", [_FORM], None),
    ("/open311/v2/services.{form}", "get", "Open311: what can be reported", "", [_FORM], None),
    ("/open311/v2/services/{code}.{form}", "get", "Open311: questions of a service", "", [_path("code"), _FORM], None),
    ("/open311/v2/requests.{form}", "get", "Open311: reports", "", [
        _FORM, _KEY, _query("service_request_id", "Codes, with commas."), _query("service_code", "Codes, with commas."),
        _query("start_date", "W3C date and time."), _query("end_date", "W3C date and time."),
        _query("status", "open, closed", type="string", enum=["open", "closed"]),
    ], None),
    ("/open311/v2/requests.{form}", "post", "Open311: report something", "", [_FORM], _POSTED),
    ("/open311/v2/requests/{code}.{form}", "get", "Open311: one report", "", [_path("code"), _FORM, _KEY], None),
    ("/open311/v2/tokens/{code}.{form}", "get", "Open311: the code of a token", "", [_path("code"), _FORM, _KEY], None),
    ("/figures/public/1022.csv", "get", "Open data: counts", "text/csv", [_DAYS], None),
    ("/figures/public/1022.geojson", "get", "Open data: counts by ward", "application/geo+json", [_DAYS], None),
    ("/ban-do/phan-anh.json", "get", "Open reports on the public map", "application/json", [], None),
    ("/live/reference.json", "get", "Names of what payloads leave out", "application/json",
     [_query("lang", "The language.", type="string", enum=["vi", "en"])], None),
    ("/roster/calendar/{key}.ics", "get", "Shifts and deadlines of a key's owner", "text/calendar",
     [_path("key")], None),
    ("/health/", "get", "Whether it works", "application/json", [], None),
]  # fmt: skip


def _operation(path: str, method: str, summary: str, kind: str, parameters: list[Json], form: Json | None) -> Json:
    content = {kind: {"schema": {}}} if kind else {"application/json": {"schema": {}}, "text/xml": {"schema": _TEXT}}
    body = {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": form}}}
    return {
        "operationId": method + path.replace("/", "_").replace("{", "").replace("}", ""),
        "summary": summary,
        "tags": ["outside"],
        "parameters": parameters,
        **({"requestBody": {"content": body}} if form is not None else {}),
        "responses": {"200": {"description": summary, "content": content}, "default": {"description": "An error"}},
    }
