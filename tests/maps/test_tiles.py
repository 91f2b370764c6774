"""Tiles of what came in: what lies in them, that both databases make the same, and whose they are."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import mapbox_vector_tile
import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.tiles import EXTENT, KEY_ZOOM, Tile, key_of, shift
from incidents.dispatching import agency_work
from incidents.figures import following
from incidents.figures.counting import Selection, figures_of
from incidents.figures.reading import columns_of
from incidents.maps import history
from incidents.maps.asking import Past
from incidents.records.live import snapshot
from incidents.records.models import Incident
from incidents.records.places import Pin, set_place
from incidents.wall.models import WallLink
from realtime.change import change
from tests.cast import Cast, Hands, give, most_queries, open_one
from tests.intake.world import IN_AN_LAC, IN_BINH_MINH, World
from tests.maps.scene import spread

TOWN = Tile.of_number(9, key_of(*IN_AN_LAC) >> shift(9))
assert WallLink


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def today() -> Past:
    return Past(timezone.localdate(), timezone.localdate())


def read(tile: bytes) -> dict[str, dict[int, dict[str, Any]]]:
    """{layer: {feature's id: its properties and place}}"""
    told = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True}) if tile else {}
    return {
        name: {
            feature["id"]: {**feature["properties"], "at": tuple(feature["geometry"]["coordinates"])}
            for feature in layer["features"]
        }
        for name, layer in told.items()
    }


def fetch(person: Any, tile: Tile = TOWN, query: str = "") -> dict[str, dict[int, dict[str, Any]]]:
    answer = Hands(person).get(f"/map/history/{tile.z}/{tile.x}/{tile.y}.mvt{query}")
    assert answer.status_code == 200, answer.content
    return read(answer.content)


class TestKeys:
    @given(st.floats(-180, 180), st.floats(-85, 85), st.integers(0, KEY_ZOOM))
    def test_a_tile_is_one_range_of_keys(self, lon: float, lat: float, z: int) -> None:
        key = key_of(lon, lat)
        tile = Tile.of_number(z, key >> shift(z))
        first, after = tile.keys
        assert first <= key < after
        assert Tile.of(tile.z, tile.x, tile.y) == tile
        west, south, east, north = tile.box
        assert west - 1e-9 <= lon <= east + 1e-9
        assert south - 1e-9 <= lat <= north + 1e-9

    def test_a_world_has_an_end(self) -> None:
        assert Tile.of(3, 8, 0) is None
        assert Tile.of(3, -1, 0) is None
        assert Tile.of(KEY_ZOOM + 1, 0, 0) is None
        assert Tile.of_number(KEY_ZOOM, key_of(180, -90)) == Tile(KEY_ZOOM, (1 << KEY_ZOOM) - 1, (1 << KEY_ZOOM) - 1)


@pytest.mark.django_db(transaction=True)
class TestColumn:
    def test_it_follows_the_point(self, world: World, cast: Cast) -> None:
        """Opened with a place, put elsewhere, and taken away again."""
        (incident,) = spread(world, [{"at": IN_AN_LAC}])
        assert incident.tile_key == key_of(*IN_AN_LAC)
        with change():
            from incidents.records.editing import lock

            set_place(lock(incident.pk), Pin(*IN_BINH_MINH, 5.0, "ngã tư"), by=cast.call_taker)
        incident.refresh_from_db()
        assert incident.tile_key == key_of(*IN_BINH_MINH)
        assert open_one(world).tile_key is None


@pytest.mark.django_db(transaction=True)
class TestTile:
    def test_single_incidents(self, world: World, cast: Cast) -> None:
        due = timezone.now() + dt.timedelta(hours=3)
        near, far, old, played, nowhere = spread(
            world,
            [
                {"at": IN_AN_LAC, "group": 2, "due_at": due},
                {"at": (0.0, 51.0)},
                {"at": IN_AN_LAC, "ago": 40},
                {"at": IN_AN_LAC, "exercise": 7},
                {},
            ],
        )
        told = fetch(cast.call_taker)
        assert set(told) == {"incidents"}
        assert told["incidents"] == {
            near.pk: {
                "group": 2,
                "state": "received",
                "received": int(near.received_at.timestamp()),
                "due": int(due.timestamp()),
                "open": True,
                "at": TOWN.place(*IN_AN_LAC),
            }
        }
        days = f"?first={timezone.localdate() - dt.timedelta(days=60)}"
        assert set(fetch(cast.call_taker, query=days)["incidents"]) == {near.pk, old.pk}
        assert not fetch(cast.call_taker, query=days + "&groups=01")
        assert {far.pk, played.pk, nowhere.pk}.isdisjoint(fetch(cast.call_taker, query=days)["incidents"])

    def test_postgis_encodes_what_python_encodes(self, world: World, database_kind: str) -> None:
        if database_kind != "postgis":
            pytest.skip("only PostGIS encodes itself")
        chance = random.Random(3)
        rows = spread(
            world,
            [
                {
                    "at": (chance.uniform(106.6, 106.7), chance.uniform(11.0, 11.1)),
                    "group": chance.choice([None, 1, 2, 3]),
                }
                for _n in range(50)
            ],
        )
        Incident.objects.filter(pk=rows[0].pk).update(due_at=timezone.now())
        ids = [row.pk for row in rows]
        tile = Tile.of_number(11, key_of(106.65, 11.05) >> shift(11))
        theirs = read(history._encoded_by_postgis(ids, tile))["incidents"]
        ours = read(history._encode(history.POINTS, history._points(ids, tile)))["incidents"]
        inside = {pk for pk, one in ours.items() if all(0 <= n <= EXTENT for n in one["at"])}
        assert inside
        assert inside <= theirs.keys()
        for pk in inside:
            here, there = ours[pk].pop("at"), theirs[pk].pop("at")
            assert max(abs(a - b) for a, b in zip(here, there, strict=True)) <= 1
            assert ours[pk] == theirs[pk]

    def test_too_many_become_counts(self, world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        chance = random.Random(5)
        spread(
            world,
            [
                {"at": (chance.uniform(106.6, 106.7), chance.uniform(11.0, 11.1)), "group": chance.choice([None, 2, 3])}
                for _n in range(30)
            ],
        )
        monkeypatch.setattr(history, "MOST", 20)
        following.catch_up()
        told = fetch(cast.call_taker)
        assert set(told) == {"counts"}
        cells = told["counts"].values()
        assert sum(cell["n"] for cell in cells) == 30
        for cell in cells:
            assert cell["n"] == sum(n for name, n in cell.items() if name in {"n0", "n1", "n2", "n3"})
        # SQL, which counts for those who see less, counts the same.
        rows = history.selected(Incident.objects.all(), TOWN, today())
        assert rows.count() == 30
        # The same by looking at each: as many of each group in each square.
        level = TOWN.z + history.GRID
        for number, cell in told["counts"].items():
            first, after = Tile.of_number(level, number).keys
            rows = Incident.objects.filter(tile_key__gte=first, tile_key__lt=after)
            assert cell["n"] == rows.count()
            assert cell.get("n2", 0) == rows.filter(group=2).count()

    def test_an_agency_has_its_own_counted(self, world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = spread(world, [{"at": IN_AN_LAC, "group": group} for group in (2, 3, 3, None)])
        for row in rows[:3]:
            give(row, world.an_lac, cast.call_taker)
        monkeypatch.setattr(history, "MOST", 1)
        (cell,) = fetch(cast.focal_point)["counts"].values()
        assert (cell["n"], cell["n2"], cell["n3"]) == (3, 1, 2)
        assert "n0" not in cell

    def test_wrong_questions(self, cast: Cast) -> None:
        hands = Hands(cast.call_taker)
        assert hands.get("/map/history/3/8/0.mvt").status_code == 404
        assert hands.get("/map/history/60/1/1.mvt").status_code == 404
        wrong = hands.get("/map/history/3/1/1.mvt?first=2026-02-30&groups=7")
        assert wrong.status_code == 422
        assert set(wrong.json()["fields"]) == {"first", "groups"}
        wrong = hands.get("/map/history/3/1/1.mvt?first=2026-02-03&last=2026-02-01")
        assert set(wrong.json()["fields"]) == {"last"}


@pytest.mark.django_db(transaction=True)
class TestWhose:
    def test_an_audiences_tile_is_never_anothers(self, world: World, cast: Cast) -> None:
        """One agency's incident: in its own tile and the room's, in nobody else's, whoever asked first."""
        (incident,) = spread(world, [{"at": IN_AN_LAC}])
        give(incident, world.an_lac, cast.call_taker)
        seen = {}
        for _twice in range(2):
            for name, person in cast.people().items():
                answer = Hands(person).get(f"/map/history/{TOWN.z}/{TOWN.x}/{TOWN.y}.mvt")
                seen[name] = (
                    incident.pk in read(answer.content).get("incidents", {}) if answer.status_code == 200 else None
                )
            assert seen == {
                **dict.fromkeys(("call_taker", "supervisor", "administrator", "focal_point"), True),
                **dict.fromkeys(("handler", "focal_point_there", "handler_there", "dispatcher", "crew"), False),
                "leader": None,
                "partner": None,
            }
        assert Hands().get(f"/map/history/{TOWN.z}/{TOWN.x}/{TOWN.y}.mvt").status_code == 302

    def test_what_is_taken_from_an_agency_leaves_its_tiles(self, world: World, cast: Cast) -> None:
        (incident,) = spread(world, [{"at": IN_AN_LAC}])
        row = give(incident, world.an_lac, cast.call_taker)
        assert fetch(cast.focal_point)
        with change():
            agency_work.return_(assignment_id=row.pk, reason="không thuộc địa bàn", by=cast.focal_point)
        assert not fetch(cast.focal_point)

    def test_kept_tiles_ask_nothing_again(self, world: World, cast: Cast) -> None:
        spread(world, [{"at": IN_AN_LAC}])
        hands = Hands(cast.supervisor)
        address = f"/map/history/{TOWN.z}/{TOWN.x}/{TOWN.y}.mvt"
        hands.get(address)
        with most_queries(2):  # who it is
            assert read(hands.get(address).content)["incidents"]


@pytest.mark.django_db(transaction=True)
def test_map_list_wall_and_report_count_alike(world: World, cast: Cast) -> None:
    """One set under random filters: the room's list, the wall's, the tiles and the figures hold as many of it."""
    chance = random.Random(11)
    spread(
        world,
        [
            {
                "at": (chance.uniform(106.6, 106.7), chance.uniform(11.0, 11.1)),
                "group": chance.choice([None, 1, 2, 3]),
                "source": chance.choice(["phone", "web"]),
                "exercise": chance.choice([0, 0, 0, 7]),
                "ago": chance.choice([0, 1, 5]),
            }
            for _n in range(80)
        ],
    )
    following.catch_up()
    board = {key: [row.body for row in snapshot({key}) if row.entity == "incident"] for key in ("room", "wall")}

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(groups=st.frozensets(st.integers(0, 3)), back=st.integers(0, 6), length=st.integers(0, 6))
    def same(groups: frozenset[int], back: int, length: int) -> None:
        last = timezone.localdate() - dt.timedelta(days=back)
        past = Past(last - dt.timedelta(days=length), last, groups)

        def asked(body: dict[str, Any]) -> bool:
            day = timezone.localtime(dt.datetime.fromisoformat(body["received_at"])).date()
            fits = not groups or (body["group"] or 0) in groups
            return body["exercise"] == 0 and past.first <= day <= past.last and fits

        counted = {key: sum(asked(body) for body in bodies) for key, bodies in board.items()}
        counted["tile"] = len(read(history.tile_of(cast.call_taker, TOWN, past)).get("incidents", {}))
        by_square = history.counts_of(cast.call_taker, TOWN, past, TOWN.z + history.GRID)
        counted["squares"] = sum(sum(by.values()) for by in by_square.values())
        columns = Selection(groups=groups).of(columns_of(past.first, past.last))
        counted["report"] = figures_of(columns, timezone.now()).received
        assert len(set(counted.values())) == 1, counted

    same()
    assert connection.in_atomic_block is False
