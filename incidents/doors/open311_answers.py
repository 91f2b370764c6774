"""How Open311 answers: the same rows as XML, which the standard demands, or as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from django.http import HttpResponse

Row = Mapping[str, Any]
# XML 1.0 has no way to write these, not even escaped.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What one entry of each list is called in XML.
_ENTRY = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the list of errors. `code` is the HTTP status it stands for."""

    code: int
    description: str


class Refused(Exception):
    """The request is answered with these problems, under the status of the first."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.description for problem in problems))
        self.problems = problems


def answer(name: str, content: Sequence[Row] | Row, form: str, status: int = 200) -> HttpResponse:
    """`content` under the element `name` in XML (form "xml"), or as it is in JSON."""
    if form == "json":
        text = json.dumps(content, ensure_ascii=False)
        response = HttpResponse(text, content_type="application/json; charset=utf-8", status=status)
    else:
        tree = _element(name, content)
        body = ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True)
        response = HttpResponse(body, content_type="text/xml; charset=utf-8", status=status)
    response["Cache-Control"] = "no-store"
    return response


def refusal(refused: Refused, form: str) -> HttpResponse:
    """The list of errors that the standard asks for."""
    rows = [{"code": problem.code, "description": problem.description} for problem in refused.problems]
    return answer("errors", rows, form, refused.problems[0].code)


def _element(name: str, content: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(content, Mapping):
        element.extend(_element(key, value) for key, value in content.items())
    elif isinstance(content, Sequence) and not isinstance(content, str):
        element.extend(_element(_ENTRY[name], entry) for entry in content)
    elif isinstance(content, bool):
        element.text = "true" if content else "false"
    elif content is not None:
        element.text = _NOT_IN_XML.sub("", str(content))
    return element
