"""The bodies of requests in the OpenAPI document: read by hand, as JSON or as a form, so described by hand too."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


def body_of(shape: type[BaseModel], *, files: str = "") -> dict[str, Any]:
    """The `requestBody` of a shape; `files` names the field of photos of a multipart form."""
    schema = shape.model_json_schema()
    form = schema
    if files:
        photos = {"type": "array", "items": {"type": "string", "format": "binary"}}
        form = {**schema, "properties": {**schema.get("properties", {}), files: photos}}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema}, "multipart/form-data": {"schema": form}},
        },
        "parameters": [
            {
                "name": "X-Action-Id",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "format": "uuid"},
                "description": "The id of this act: the same one again changes nothing and gets the same answer.",
            }
        ],
    }
