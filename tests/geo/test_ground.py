"""Our own streets and places as a basemap: what lies in a tile, on both databases alike."""

from __future__ import annotations

from pathlib import Path

import mapbox_vector_tile
import pytest
from django.core.management import call_command
from django.test import Client

from geo.ground import ground_version
from geo.tiles import Tile, key_of, shift
from tests.geo.town import PLANE, town

pytestmark = pytest.mark.django_db(transaction=True)


def test_streets_and_places_of_an_extract(tmp_path: Path) -> None:
    client = Client()
    assert client.get("/geo/ground.json").json()["tiles"] == ""
    call_command("import_osm", str(town().write(tmp_path / "town.osm")), "--commit")
    told = client.get("/geo/ground.json").json()

    def tile(z: int, east: float, north: float) -> dict[str, dict[str, dict[str, object]]]:
        square = Tile.of_number(z, key_of(*PLANE.degrees(east, north)) >> shift(z))
        answer = client.get(told["tiles"].format(z=z, x=square.x, y=square.y))
        assert answer.status_code == 200
        assert "immutable" in answer["Cache-Control"]
        layers = mapbox_vector_tile.decode(answer.content) if answer.content else {}
        return {
            name: {str(one["properties"]["name"]): one["properties"] for one in layer["features"]}
            for name, layer in layers.items()
        }

    small = tile(14, 300, 200)["streets"]["Đường D1"]
    assert small["size"] == 3
    assert tile(14, 8, 250)["streets"]["Trần Thị Thử"]["size"] == 1
    assert tile(14, -300, 0)["streets"]["Lê Văn Mẫu"]["size"] == 2
    assert "Chợ Tưởng Tượng" in tile(14, 20, 30)["places"]
    # From afar the big ones alone.
    far = tile(9, 300, 200)
    assert "Trần Thị Thử" in far["streets"]
    assert "Đường D1" not in far["streets"]
    assert "places" not in far
    assert ground_version() in told["tiles"]


def test_addresses_that_are_none(tmp_path: Path) -> None:
    call_command("import_osm", str(town().write(tmp_path / "town.osm")), "--commit")
    client, version = Client(), ground_version()
    for address in ("000000000000/14/1/1", f"{version}/3/1/1", f"{version}/16/1/1", f"{version}/9/900/1"):
        assert client.get(f"/geo/ground/{address}.mvt").status_code == 404, address
