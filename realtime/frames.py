"""The texts that go to browsers. Bodies were made JSON once, in the change; here texts are only joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from realtime.entities import Row, canonical, profile_for
from realtime.log import Logged
from realtime.position import Position


def seen(event: Logged, keys: frozenset[str]) -> str | None:
    """An event as these keys see it: the most detailed body they may have, or `removed`, or None for nothing."""
    profile = profile_for(keys, event.audience)
    head = f'{{"o":{event.offset},"e":"{event.entity}","id":{event.id},"v":{event.version}'
    if profile is not None:
        return f'{head},"body":{event.bodies[profile]}}}'
    if keys & event.removed:
        return f'{head},"removed":true}}'
    return None


def frame(after: int, upto: int, events: Iterable[str] = ()) -> str:
    """All that a reader sees of (after, upto]; with no events it is a heartbeat, and says as much."""
    return f'{{"t":"frame","after":{after},"upto":{upto},"events":[{",".join(events)}]}}'


def snapshot(position: Position, rows: Iterable[Row]) -> str:
    """Everything a reader sees, as of `position` or later."""
    entities = ",".join(
        f'{{"entity":"{row.entity}","id":{row.id},"version":{row.version},"body":{canonical(row.body)}}}'
        for row in rows
    )
    return f'{{"t":"snapshot","position":{canonical(position._asdict())},"entities":[{entities}]}}'


def positions(texts: Iterable[str]) -> str:
    """Where units are now, outside the log: the latest value of each wins."""
    return f'{{"t":"positions","units":[{",".join(texts)}]}}'


def figures(body: Mapping[str, Any]) -> str:
    """The numbers of the wall, outside the log."""
    return f'{{"t":"figures","body":{canonical(body)}}}'
