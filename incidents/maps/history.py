"""What came in, as vector tiles: single incidents while a tile holds few of them, else counts in a grid.

PostGIS encodes the single incidents itself (ST_AsMVT), SpatiaLite has it done in Python; both tiles hold the same.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import mapbox_vector_tile
from django.db import connection
from django.db.models import Count, F, Q
from shapely import Point

from geo.tiles import EXTENT, Tile, shift
from incidents.maps.asking import Past
from incidents.maps.counting import counts_of_all
from incidents.records.keys import ROOM, keys_of_person
from incidents.records.models import Incident
from incidents.records.models.incidents import IncidentQuerySet
from opscenter.accounts.models import Person

# More features than this make a browser slow and no picture clearer.
MOST = 2_000
# A tile with more incidents is 2^5 × 2^5 counts: 1,024 features at most.
GRID = 5
POINTS, COUNTS = "incidents", "counts"


def tile_of(person: Person, tile: Tile, past: Past) -> bytes:
    """The tile as this person may see it; empty bytes when nothing lies there. Two queries at most.

    Layer `incidents`: feature id, `group` (0 unknown), `state`, `received` and `due` in seconds since 1970 (due 0:
    none), `open`. Or layer `counts`: `n`, and of these `n0` to `n3` by group. Exercises are in neither.
    """
    within = selected(_open_to(person), tile, past)
    # Not in an order: to know that there are too many, the database need not look at all of them.
    ids = sorted(within.order_by().values_list("pk", flat=True)[: MOST + 1])
    if not ids:
        return b""
    if len(ids) > MOST:
        return _encode(COUNTS, _counts(person, tile, past))
    if connection.vendor == "postgresql":
        return _encoded_by_postgis(ids, tile)
    return _encode(POINTS, _points(ids, tile))


def _open_to(person: Person) -> IncidentQuerySet:
    # incident_audience opens every incident to the room: there is nothing to leave out, and a million rows to join.
    return Incident.objects.all() if ROOM in keys_of_person(person) else Incident.objects.visible_to(person)


def selected(rows: IncidentQuerySet, tile: Tile, past: Past) -> IncidentQuerySet:
    """Of these incidents those in a tile that came in during a period."""
    first, after = tile.keys
    start, end = past.instants
    rows = rows.live().filter(tile_key__gte=first, tile_key__lt=after, received_at__gte=start, received_at__lt=end)
    if past.groups:
        wanted = Q(group__in=past.groups - {0})
        rows = rows.filter(wanted | Q(group=None) if 0 in past.groups else wanted)
    return rows


def _points(ids: list[int], tile: Tile) -> list[dict[str, Any]]:
    rows = Incident.objects.filter(pk__in=ids).order_by("pk")
    columns = ("pk", "point", "group", "state", "received_at", "due_at", "on_board")
    return [
        {
            "id": pk,
            "geometry": Point(*tile.place(point.x, point.y)),
            "properties": {
                "group": group or 0,
                "state": state,
                "received": int(received.timestamp()),
                "due": int(due.timestamp()) if due else 0,
                "open": on_board,
            },
        }
        for pk, point, group, state, received, due, on_board in rows.values_list(*columns)
    ]


def _encoded_by_postgis(ids: list[int], tile: Tile) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT ST_AsMVT(f, %s, {EXTENT}, 'geom', 'id') FROM (
              SELECT id, ST_AsMVTGeom(ST_Transform(point, 3857), ST_TileEnvelope(%s, %s, %s), {EXTENT}, 64) AS geom,
                coalesce("group", 0)::int AS "group", state, floor(extract(epoch FROM received_at))::bigint AS received,
                coalesce(floor(extract(epoch FROM due_at)), 0)::bigint AS due, on_board AS open
              FROM records_incident WHERE id = ANY(%s) ORDER BY id) f
            """,
            [POINTS, tile.z, tile.x, tile.y, ids],
        )
        return bytes(cursor.fetchone()[0])


def counts_of(person: Person, tile: Tile, past: Past, level: int) -> dict[int, dict[int, int]]:
    """How many there are in each square of a zoom within a tile: {number of the square: {group: count}}. One query by
    the index of the tiles; for the room from the figures' columns, whose number does not grow with the incidents'."""
    if ROOM in keys_of_person(person):
        return counts_of_all(tile, past, level)
    counted = (
        selected(Incident.objects.visible_to(person), tile, past)
        .order_by()
        .annotate(square=F("tile_key").bitrightshift(shift(level)))
        .values_list("square", "group")
        .annotate(Count("pk"))
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for square, group, count in counted:
        found[square][group or 0] = count
    return found


def _counts(person: Person, tile: Tile, past: Past) -> list[dict[str, Any]]:
    level = tile.z + GRID
    side = EXTENT >> GRID
    features = []
    for number, groups in sorted(counts_of(person, tile, past, level).items()):
        square = Tile.of_number(level, number)
        x, y = square.x - (tile.x << GRID), square.y - (tile.y << GRID)
        features.append(
            {
                "id": number,
                "geometry": Point(x * side + side // 2, y * side + side // 2),
                "properties": {"n": sum(groups.values()), **{f"n{group}": n for group, n in sorted(groups.items())}},
            }
        )
    return features


def _encode(layer: str, features: list[dict[str, Any]]) -> bytes:
    options = {"y_coord_down": True, "extents": EXTENT}
    return bytes(mapbox_vector_tile.encode([{"name": layer, "features": features}], default_options=options))
