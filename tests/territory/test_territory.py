"""Learning from pins on incidents, and the pages of the territory."""

from __future__ import annotations

import datetime as dt
import html
import uuid

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone

from geo.importing.loading import raise_edition
from geo.index import look_again
from geo.models import Alias, Place
from geo.resolver import resolve
from incidents.dispatching.correcting import set_place
from incidents.intake.take import take_report
from incidents.records.models import History, Incident, Source
from incidents.records.places import Pin
from incidents.territory import queries
from realtime.change import change
from tests.cast import Cast, Hands, give, most_queries, open_one
from tests.intake.world import IN_AN_LAC, OUTSIDE, World

IGNORED = {"by": "resolver", "outcome": "unknown", "candidates": [], "ignored": ["cây đổ trước quán bà Bảy"]}


def put(incident: Incident, cast: Cast) -> None:
    with change():
        set_place(incident_id=incident.pk, pin=Pin(*IN_AN_LAC), by=cast.call_taker)


@pytest.mark.django_db(transaction=True)
def test_a_pin_teaches_the_local_name_and_nothing_else(world: World, cast: Cast) -> None:
    incident = open_one(world, place_trace=IGNORED)
    put(incident, cast)
    alias = Alias.objects.get()
    assert (alias.phrase, alias.exercise, alias.learnt_by, alias.times) == ("quán bà Bảy", 0, cast.call_taker, 1)
    # History holds no words of the reporter's.
    assert "Bảy" not in str(list(History.objects.values_list("data", flat=True)))
    # The trace is now a person's: moving the pin again teaches nothing.
    put(incident, cast)
    assert Alias.objects.get().times == 1
    trace = {**IGNORED, "ignored": [], "reasons": [{"code": "alias", "params": {"text": "quán bà Bảy"}}]}
    put(open_one(world, place_trace=trace), cast)
    assert Alias.objects.get().times == 2


@pytest.mark.django_db(transaction=True)
def test_what_a_call_takers_point_teaches(world: World, cast: Cast) -> None:
    def take(number: str, words: str, accuracy_m: float | None = None, **more: object) -> None:
        take_report(
            source=more.pop("source", Source.PHONE), source_id=number, words=words, point=IN_AN_LAC,
            accuracy_m=accuracy_m, taken_by=cast.call_taker, **more,
        )  # type: ignore[arg-type]  # fmt: skip

    # The place of a suggestion is that of its own name; a point by another door is nobody's of the house.
    take("1", "cây đổ trước quán bà Bảy", 100.0, address="Chợ An Lạc")
    take("2", "cây đổ trước quán bà Bảy", source=Source.APP)
    assert not Alias.objects.exists()
    take("3", "cây đổ trước quán bà Bảy")
    assert Alias.objects.get().phrase == "quán bà Bảy"
    look_again()
    # Now the list proposes it to the house: choosing it confirms it, and the public is not told.
    found = Hands(cast.call_taker).post("/geo/suggest", {"q": "quan ba b"}, form=True).json()["candidates"]
    assert [(one["kind"], one["name"], one["times"], one["ward"]["code"]) for one in found] == [
        ("alias", "quán bà Bảy", 1, "90001")
    ]
    assert Client().post("/geo/suggest", {"q": "quan ba b"}).json()["candidates"] == []
    take("4", "ngập", 100.0, address="quán bà Bảy, Phường An Lạc")
    assert Alias.objects.get().times == 2
    look_again()
    # What is learnt in an exercise is proposed in it alone.
    take("5", "rác ở tiệm vàng Kim Mẫu", exercise=4)
    look_again()
    hands = Hands(cast.call_taker)
    asked = [hands.post("/geo/suggest", {"q": "tiem vang", "exercise": one}, form=True).json() for one in ("4", "x")]
    assert [len(one["candidates"]) for one in asked] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_a_place_that_is_right_is_confirmed_as_it_stands(world: World, cast: Cast) -> None:
    about = {"reasons": [{"code": "alias", "params": {"text": "quán bà Bảy"}}], "ignored": ["trước tiệm vàng Kim Mẫu"]}
    incident = open_one(
        world, point=Point(*IN_AN_LAC, srid=4326), radius_m=50.0, place_label="quán", place_trace={**IGNORED, **about}
    )
    hands = Hands(cast.call_taker)
    page = html.unescape(hands.get(f"/room/incident/{incident.code}/panel").content.decode())
    assert 'data-form="place-right"' in page
    sent = {
        "base_version": incident.version, "lat": IN_AN_LAC[1], "lon": IN_AN_LAC[0], "radius_m": 50, "label": "quán"
    }  # fmt: skip
    assert hands.post(f"/api/incidents/{incident.code}/place", sent).status_code == 200
    # What the name was proposed for is confirmed, and nothing beside it is taken to be there.
    assert [(one.phrase, one.times) for one in Alias.objects.all()] == [("quán bà Bảy", 1)]
    assert 'data-form="place-right"' not in hands.get(f"/room/incident/{incident.code}/panel").content.decode()


@pytest.mark.django_db(transaction=True)
def test_an_exercise_teaches_the_exercise(world: World, cast: Cast) -> None:
    put(open_one(world, place_trace=IGNORED, exercise=4), cast)
    assert Alias.objects.get().exercise == 4


@pytest.mark.django_db(transaction=True)
def test_a_learnt_name_is_taken_back_once(world: World, cast: Cast) -> None:
    put(open_one(world, place_trace=IGNORED), cast)
    hands, alias = Hands(cast.supervisor), Alias.objects.get()
    assert "quán bà Bảy" in html.unescape(hands.get("/territory/names/").content.decode())
    number = str(uuid.uuid4())
    for _twice in range(2):
        answer = hands.post(f"/territory/names/{alias.pk}/revoke", {"action_id": number}, form=True)
        assert answer["Location"] == "/territory/names/"
    alias.refresh_from_db()
    assert alias.revoked_by == cast.supervisor
    assert "quán bà Bảy" in html.unescape(hands.get("/territory/names/?revoked").content.decode())
    assert hands.post(f"/territory/names/{alias.pk}/revoke", {"action_id": "x"}, form=True).status_code == 400
    assert hands.post("/territory/names/999/revoke", {"action_id": number}, form=True).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_place_is_added_once_found_at_once_and_taken_back(world: World, cast: Cast) -> None:
    hands, (lon, lat) = Hands(cast.supervisor), IN_AN_LAC
    number, today = str(uuid.uuid4()), timezone.localdate()

    def add(name: str, lon: float = lon, lat: float = lat, number: str = "") -> tuple[int, str]:
        typed = {"name": name, "kind": "marketplace", "lat": lat, "lon": lon, "action_id": number or str(uuid.uuid4())}
        answer = hands.post("/territory/places/add", typed, form=True)
        return answer.status_code, html.unescape(answer.content.decode())

    for _twice in range(2):
        assert add("  Chợ   Tưởng Tượng ", number=number)[0] == 302
    place = Place.objects.get()
    assert (place.name, place.added_by_people, place.added_by, place.loading) == (
        "Chợ Tưởng Tượng", True, cast.supervisor, None,
    )  # fmt: skip
    found = resolve("rác ở cho tuong tuong", on=today)
    assert found.best is not None
    assert (found.best.name, found.best.kind) == ("Chợ Tưởng Tượng", "place")
    # What is wrong is said at its field, and what was typed stays.
    for name, at, said in (
        ("Chợ Tưởng Tượng", IN_AN_LAC, "known here already"),
        ("Mới", IN_AN_LAC, "at least two words"),
        ("Chợ Xa", OUTSIDE, "outside the areas"),
        ("", IN_AN_LAC, "required"),
    ):
        status, page = add(name, *at)
        assert (status, said in page, f'value="{at[1]}"' in page) == (422, True, True), name
    page = html.unescape(hands.get("/territory/places/").content.decode())
    assert "Chợ Tưởng Tượng" in page
    for _twice in range(2):
        assert hands.post(f"/territory/places/{place.pk}/remove", {}, form=True).status_code == 302
    assert resolve("rác ở cho tuong tuong", on=today).best is None
    place.refresh_from_db()
    assert (place.is_active, place.removed_by) == (False, cast.supervisor)
    assert "Chợ Tưởng Tượng" in html.unescape(hands.get("/territory/places/?removed").content.decode())
    # What an import brought is not taken back here.
    Place.objects.update(added_by_people=False)
    assert hands.post(f"/territory/places/{place.pk}/remove", {}, form=True).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_whoever_goes_there_reads_by_what_it_lies(world: World, cast: Cast) -> None:
    lon, lat = IN_AN_LAC
    Place.objects.create(
        name="Chợ Mẫu", folded="cho mau", kind="marketplace", point=Point(lon, lat - 0.001, srid=4326), source="people",
        source_key="1", added_by_people=True,
    )  # fmt: skip
    raise_edition()
    look_again()
    incident = open_one(world)
    put(incident, cast)
    assignment = give(incident, world.an_lac, cast.call_taker)
    for person, url in (
        (cast.call_taker, f"/room/incident/{incident.code}/panel"),
        (cast.focal_point, f"/inbox/assignment/{assignment.pk}/"),
    ):
        assert "110 m north of Chợ Mẫu" in html.unescape(Hands(person).get(url).content.decode())


@pytest.mark.django_db
def test_the_pages_say_what_is_in_force(world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.index.REREAD_AFTER_S", float("inf"))
    hands = Hands(cast.administrator)

    def text(url: str) -> str:
        answer = hands.get(url)
        assert answer.status_code == 200
        return html.unescape(answer.content.decode())

    sets = text("/territory/")
    assert "invented" in sets
    assert "Neighbours share one border" in sets
    shown = queries.shown_sets(dt.date(2019, 11, 24))
    assert [one.in_force for one in shown] == [True]
    assert all(check.holds for check in shown[0].checks[:3])
    text("/territory/lineage/")
    text("/territory/places/")
    text("/territory/names/")
    with most_queries(6):
        queries.shown_sources()


def test_checks_name_the_units() -> None:
    check = queries.Check("", False, tuple(str(number) for number in range(20)))
    assert (len(check.named), check.more) == (12, 8)
