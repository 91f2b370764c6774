"""What a browser does with the stream, said once more in Python: the reference that store.ts is held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class State:
    """`rows` and `gone` by "entity:id"."""

    position: Json | None = None
    rows: dict[str, Json] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)


def reduce(state: State, message: Json) -> tuple[State, bool]:
    """The state after a snapshot or a frame, and whether the reader has to resume."""
    if message["t"] == "snapshot":
        return State(message["position"], {f"{row['entity']}:{row['id']}": row for row in message["entities"]}), False
    if state.position is None or state.position["offset"] != message["after"]:
        return state, True
    rows, gone = dict(state.rows), dict(state.gone)
    for event in message["events"]:
        key, version = f"{event['e']}:{event['id']}", event["v"]
        if key in rows and rows[key]["version"] > version:
            continue
        if event.get("removed"):
            rows.pop(key, None)
            gone[key] = max(version, gone.get(key, version))
        elif gone.get(key, -1) < version and (key not in rows or rows[key]["version"] < version):
            gone.pop(key, None)
            rows[key] = {"entity": event["e"], "id": event["id"], "version": version, "body": event["body"]}
    return State({**state.position, "offset": message["upto"]}, rows, gone), False
