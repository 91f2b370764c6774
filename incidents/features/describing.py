"""The OpenAPI 3.0 description of this API, made of the collections themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from incidents.features.asking import MOST, USUAL
from incidents.features.offering import Offer

Json = dict[str, Any]


def described(offers: Sequence[Offer], root: str) -> Json:
    """The whole document; `root` is the address of the landing page without the slash at its end."""
    paths: Json = {
        "/": _get("landing", _("Where everything is"), "application/json"),
        "/conformance": _get("conformance", _("What it conforms to"), "application/json"),
        "/collections": _get("collections", _("Collections"), "application/json"),
    }
    for offer in offers:
        paths[f"/collections/{offer.name}"] = _get(f"collection.{offer.name}", offer.title, "application/json")
        paths[f"/collections/{offer.name}/items"] = _get(
            f"items.{offer.name}", offer.description, "application/geo+json", _parameters(offer), _features(offer)
        )
        paths[f"/collections/{offer.name}/items/{{feature}}"] = _get(
            f"item.{offer.name}",
            offer.title,
            "application/geo+json",
            [{"name": "feature", "in": "path", "required": True, "schema": {"type": "string"}}],
            _feature(offer),
        )
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "1022: OGC API - Features",
            "version": "1.0.0",
            "description": _("A key stands in the header: as bearer token, or as the password of basic access."),
        },
        "servers": [{"url": root}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {
                "exception": {
                    "type": "object",
                    "required": ["code"],
                    "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
                }
            },
        },
        "security": [{}, {"basic": []}, {"bearer": []}],
    }


def _get(name: str, summary: str, kind: str, parameters: list[Json] | None = None, schema: Json | None = None) -> Json:
    wrong = {"application/json": {"schema": {"$ref": "#/components/schemas/exception"}}}
    answers: Json = {"200": {"description": summary, "content": {kind: {"schema": schema or {"type": "object"}}}}}
    for status, why in (
        ("400", _("A question that cannot be")),
        ("401", _("Without a key, or with a wrong one")),
        ("404", _("Not there")),
        ("429", _("Too often")),
    ):
        answers[status] = {"description": why, "content": wrong}
    return {"get": {"operationId": name, "summary": summary, "parameters": parameters or [], "responses": answers}}


def _parameters(offer: Offer) -> list[Json]:
    number = {"type": "number"}
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
    found: list[Json] = [
        {"name": "limit", "in": "query", "schema": limit, "style": "form", "explode": False},
        {
            "name": "bbox",
            "in": "query",
            "schema": {"type": "array", "items": number, "minItems": 4, "maxItems": 6},
            "style": "form",
            "explode": False,
        },
        {"name": "datetime", "in": "query", "schema": {"type": "string"}, "style": "form", "explode": False},
        {"name": "after", "in": "query", "schema": {"type": "string"}},
    ]
    return found + [{"name": name, "in": "query", "schema": {"type": "string"}} for name in offer.filters]


def _feature(offer: Offer) -> Json:
    # OpenAPI 3.0 writes "or null" in its own way.
    fields = {
        name: {
            **{key: value for key, value in schema.items() if key != "type"},
            "type": schema["type"][0] if isinstance(schema["type"], list) else schema["type"],
            "nullable": isinstance(schema["type"], list),
        }
        for name, schema in offer.fields.items()
    }
    return {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object", "properties": fields},
        },
    }


def _features(offer: Offer) -> Json:
    return {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": _feature(offer)},
            "numberReturned": {"type": "integer"},
            "numberMatched": {"type": "integer"},
        },
    }
