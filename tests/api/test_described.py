"""The description of everything, and that nothing it describes breaks: schemathesis asks each operation a few
questions, good ones and bad ones, about incidents that are there. No answer is a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet

from incidents.api.everything import document
from tests.cast import Cast, give, open_one
from tests.intake.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def operations(schema: Any) -> Iterator[Any]:
    for found in schema.get_all_operations():
        yield found.ok()


def test_everything_is_described(client: Client, world: World) -> None:
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    told = answer.json()
    assert told["openapi"].startswith("3.")
    for path in ("/api/reports", "/ogc/collections/incidents/items", "/open311/v2/requests.{form}", "/health/"):
        assert path in told["paths"], path
    named = [one["operationId"] for item in told["paths"].values() for one in item.values()]
    assert len(named) == len(set(named)) > 80


# Of each operation, each way of asking and each who asks.
@pytest.mark.parametrize("most", [1, pytest.param(20, marks=pytest.mark.proof)])
def test_no_question_breaks_anything(world: World, cast: Cast, most: int) -> None:
    incident = open_one(world)
    assignment = give(incident, world.an_lac, cast.call_taker)
    there = {"code": incident.code, "pk": assignment.pk}
    clients = {}
    for name in ("supervisor", "focal_point", "dispatcher"):
        clients[name] = Client(raise_request_exception=False)
        clients[name].force_login(getattr(cast, name))
    clients["nobody"] = Client(raise_request_exception=False)
    broken: list[str] = []
    asked = 0
    for operation in operations(schemathesis.openapi.from_dict(json.loads(json.dumps(document(), default=str)))):
        names = {one.name for one in operation.path_parameters}
        known = {name: value for name, value in there.items() if name in names}
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            for case in questions(operation, mode, most, known if mode is GenerationMode.POSITIVE else {}):
                for name, client in clients.items():
                    answer = send(client, case)
                    asked += 1
                    if answer is not None and answer.status_code >= 500:
                        broken.append(f"{answer.status_code} {operation.label} as {name}: {case.as_curl_command()}")
    assert asked > 500
    assert not broken, "\n".join(broken[:20])


def questions(operation: Any, mode: GenerationMode, most: int, known: dict[str, Any]) -> list[Case]:
    """At most so many cases; none where an operation cannot be asked wrongly."""
    kinds = [one.media_type for one in operation.body]
    plain = next((kind for kind in kinds if kind == "application/json"), kinds[0] if kinds else None)
    more = {"media_type": plain} if plain else {}
    if known:
        more["path_parameters"] = known
    found: list[Case] = []

    @settings(
        max_examples=most, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def collect(data: st.DataObject) -> None:
        found.append(data.draw(operation.as_strategy(mode, **more)))

    try:
        collect()
    except Exception as unsatisfiable:
        # There is no wrong question to an operation without parameters.
        if mode is GenerationMode.POSITIVE:
            raise AssertionError(operation.label) from unsatisfiable
    return found


def send(client: Client, case: Case) -> Any:
    """The answer to a case; None for one that no client could send."""
    query = urlencode(dict(case.query or {}), doseq=True)
    url = case.formatted_path + (f"?{query}" if query else "")
    headers = {name: str(value) for name, value in (case.headers or {}).items()}
    if not all(value.isascii() and value.isprintable() and name.isascii() for name, value in headers.items()):
        return None
    body: Any = b""
    kind = case.media_type or "application/octet-stream"
    if not isinstance(case.body, NotSet):
        if "json" in kind:
            body = json.dumps(case.body, default=str).encode("utf-8", "replace")
        elif isinstance(case.body, dict):
            body, kind = urlencode(case.body, doseq=True).encode(), "application/x-www-form-urlencoded"
        else:
            body = case.body if isinstance(case.body, bytes) else str(case.body).encode("utf-8", "replace")
    return client.generic(case.method.upper(), url, body, content_type=kind, headers=headers)
