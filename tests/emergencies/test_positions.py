"""Positions: signed batches, Traccar's client, the crew's page; under disorder, loss and nonsense."""

from __future__ import annotations

import datetime as dt
import json
import random
import time
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.emergencies.models import Device, Facility, Feed, Position, RefusedFix, TrackPoint
from incidents.emergencies.positions import collecting, keeping, own, receiving
from incidents.emergencies.positions.collecting import Collector
from incidents.emergencies.positions.fixes import Fix, WhyNot, of_osmand, read
from incidents.emergencies.positions.fixes import RefusedFix as Refused
from incidents.emergencies.positions.reading import moved, positions_for
from incidents.emergencies.units import crews
from incidents.emergencies.units.lifecycles import SortieState
from incidents.emergencies.units.sending import step
from realtime.change import change
from realtime.positions import Following, seen
from tests.cast import Cast, Hands
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_units import at_place, go, new_unit, send
from tests.intake.world import IN_AN_LAC, World

LON, LAT = IN_AN_LAC


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Collector:
    """One of the test's own."""
    made = Collector()
    for module in (receiving, own, collecting):
        monkeypatch.setattr(module, "collector", made)
    return made


def post(feed: Feed, fixes: Any, *, body: bytes | None = None, **headers: str) -> Any:
    body = json.dumps({"fixes": fixes}).encode() if body is None else body
    moment = headers.get("moment", str(int(time.time())))
    signature = headers.get("signature", receiving.signature_of(feed.secret, moment, body))
    return Client().post(
        "/positions/batch",
        body,
        content_type="application/json",
        headers={"X-Feed": headers.get("name", feed.name), "X-Time": moment, "X-Signature": signature},
    )


def at(**more: Any) -> dict[str, Any]:
    return {"id": "box-1", "timestamp": time.time(), "lat": LAT, "lon": LON, **more}


# --- one fix --------------------------------------------------------------------------------------------------------

NOW = dt.datetime(2026, 11, 26, 3, 0, tzinfo=dt.UTC)
GOOD = {"lat": "11.05", "lon": "106.62", "timestamp": NOW.timestamp()}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"lat": "91"}, WhyNot.IMPOSSIBLE),
        ({"lon": "-180.5"}, WhyNot.IMPOSSIBLE),
        ({"lat": "0", "lon": "0"}, WhyNot.IMPOSSIBLE),
        ({"lat": "nan"}, WhyNot.NO_POSITION),
        ({"lat": "inf"}, WhyNot.NO_POSITION),
        ({"lat": None}, WhyNot.NO_POSITION),
        ({"lat": True}, WhyNot.NO_POSITION),
        ({"lat": [1]}, WhyNot.NO_POSITION),
        ({"timestamp": "soon"}, WhyNot.NO_TIME),
        ({"timestamp": None}, WhyNot.NO_TIME),
        ({"timestamp": 1e300}, WhyNot.NO_TIME),
        ({"timestamp": "2026-11-26T03:00:00"}, WhyNot.NO_TIME),
        ({"timestamp": NOW.timestamp() + 61}, WhyNot.FUTURE),
        ({"timestamp": NOW.timestamp() - 86401}, WhyNot.TOO_OLD),
    ],
)
def test_nonsense_is_refused_with_its_reason(more: dict[str, Any], why: WhyNot) -> None:
    with pytest.raises(Refused) as refused:
        read({**GOOD, **more}, NOW)
    assert refused.value.why == why


def test_what_is_understood() -> None:
    fix = read({**GOOD, "speed": "12.5", "bearing": "90", "batt": 40, "accuracy": -3, "altitude": "x"}, NOW)
    assert fix == Fix(NOW, 11.05, 106.62, speed=12.5, heading=90.0, battery=40.0)
    milliseconds = read({**GOOD, "timestamp": NOW.timestamp() * 1000}, NOW)
    text = read({**GOOD, "timestamp": "2026-11-26T10:00:00+07:00"}, NOW)
    assert milliseconds.at == text.at == NOW
    # A clock that goes a little fast: made now.
    assert read({**GOOD, "timestamp": NOW.timestamp() + 30}, NOW).at == NOW
    knots = of_osmand({"location": "11.05,106.62", "timestamp": GOOD["timestamp"], "speed": "10"}, NOW)
    assert (knots.lat, knots.lon) == (11.05, 106.62)
    assert knots.speed == pytest.approx(5.144, abs=0.001)


# Flat and drawn from few kinds, so that making an example costs next to nothing also on a machine that is busy.
_ANYTHING = st.one_of(
    st.floats(), st.text("0123456789-+.,eEinfa٣ \x00", max_size=8), st.sampled_from([None, True, 10**400, [1], {}])
)


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("lat", "lon", "timestamp", "speed", "bearing", "location"), _ANYTHING)
    )
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_is_a_fix_or_a_reason(sent: dict[str, Any]) -> None:
    for reader in (read, of_osmand):
        try:
            fix = reader(sent, NOW)
        except Refused:
            continue
        assert -90 <= fix.lat <= 90
        assert fix.at <= NOW


# --- the doors ------------------------------------------------------------------------------------------------------


@pytest.fixture
def feed(services: Services) -> Feed:
    made = Feed.objects.create(name="fleet")
    for number in (1, 2):
        unit = new_unit(services.ambulance, f"115-0{number}", handling_unit=services.station)
        Device.objects.create(code=f"box-{number}", unit=unit, feed=made)
    Device.objects.create(code="phone-1", unit=new_unit(services.fire, "114-01", "engine"))
    return made


def test_a_batch_is_taken_and_each_bad_fix_named(feed: Feed, collector: Collector) -> None:
    fixes = [at(), at(id="box-2", lat=99), at(id="nobody"), at(id="phone-1"), "what", at(timestamp=time.time() + 900)]
    answer = post(feed, fixes)
    assert answer.status_code == 200
    assert answer.json() == {
        "taken": 1,
        "refused": [
            {"fix": 1, "why": "impossible"},
            {"fix": 2, "why": "unknown_device"},
            {"fix": 3, "why": "not_this_feed"},
            {"fix": 4, "why": "unknown_device"},
            {"fix": 5, "why": "future"},
        ],
    }
    assert collector.write() == 1
    assert Position.objects.get().unit.call_sign == "115-01"
    counted = {(row.device, row.reason): row.count for row in RefusedFix.objects.all()}
    assert counted[("box-2", "impossible")] == 1
    post(feed, [at(id="box-2", lat=99)])
    collector.write()
    assert RefusedFix.objects.get(device="box-2", reason="impossible").count == 2


def test_who_does_not_sign_is_not_heard(feed: Feed, collector: Collector) -> None:
    old = str(int(time.time()) - 600)
    for wrong in ({"signature": "0" * 64}, {"name": "other"}, {"moment": old}, {"moment": "now"}, {"moment": "१२"}):
        assert post(feed, [at()], **wrong).status_code == 403
    assert post(feed, None, body=b"[1]").status_code == 400
    assert post(feed, None, body=b"{").status_code == 400
    assert post(feed, None, body=b" " * (1024 * 1024 + 1)).status_code == 413
    assert post(feed, [{}] * 5001).status_code == 413
    Feed.objects.update(is_active=False)
    assert post(feed, [at()]).status_code == 403
    collector.write()
    assert not Position.objects.exists()


def test_traccars_client(feed: Feed, collector: Collector) -> None:
    asked = {"id": "phone-1", "lat": LAT, "lon": LON, "timestamp": int(time.time()), "speed": 10, "bearing": 45,
             "altitude": 20, "accuracy": 8, "batt": 77}  # fmt: skip
    client = Client()
    assert client.get("/positions/osmand", asked).status_code == 200
    assert client.post("/positions/osmand", {**asked, "timestamp": int(time.time()) + 1}).status_code == 200
    for wrong, why in (
        ({"id": "guess"}, b"unknown_device"),
        ({"id": ""}, b"unknown_device"),
        ({"id": "box-1"}, b"not_this_feed"),
        ({"lat": 200}, b"impossible"),
    ):
        answer = client.get("/positions/osmand", {**asked, **wrong})
        assert (answer.status_code, answer.content) == (400, why)
    collector.write()
    position = Position.objects.get()
    assert (position.heading, position.battery, position.accuracy) == (45.0, 77.0, 8.0)
    assert position.speed == pytest.approx(5.14, abs=0.01)


def test_the_crews_own_page(feed: Feed, collector: Collector, services: Services) -> None:
    crew = Hands(services.crew)
    where = {"lat": LAT, "lon": LON, "timestamp": time.time() * 1000}
    assert crew.post("/api/crew/position", where).status_code == 409
    with change():
        crews.sign_on(unit_id=Device.objects.get(code="box-1").unit_id, by=services.crew)
    assert crew.post("/api/crew/position", where).status_code == 200
    late = crew.post("/api/crew/position", {**where, "timestamp": time.time() + 900})
    assert (late.status_code, late.json()["code"]) == (422, "future")
    assert collector.write() == 1


# --- disorder, loss, load -------------------------------------------------------------------------------------------


def test_the_fix_made_last_wins_in_whatever_order_they_come(feed: Feed, collector: Collector) -> None:
    now, chance = timezone.now(), random.Random(1022)
    units = list(Device.objects.filter(feed=feed).values_list("unit_id", flat=True))
    sent = [
        (unit, Fix(now - dt.timedelta(seconds=5 * age), LAT + age * 0.001, LON)) for unit in units for age in range(40)
    ]
    chance.shuffle(sent)
    kept = [one for one in sent if chance.random() > 0.2]
    for first in range(0, len(kept), 7):
        part = kept[first : first + 7]
        collector.take(part)
        # The same batch twice, as a sender that heard no answer does.
        collector.take(part if chance.random() < 0.3 else [])
        if chance.random() < 0.5:
            collector.write()
    collector.write()
    for unit in units:
        newest = max((fix for number, fix in kept if number == unit), key=lambda fix: fix.at)
        position = Position.objects.get(unit=unit)
        assert (position.fix_at, position.lat) == (newest.at, newest.lat)
        times = list(TrackPoint.objects.filter(unit=unit).order_by("fix_at").values_list("fix_at", flat=True))
        assert len(times) == len(set(times))


def test_a_database_that_fails_loses_nothing(feed: Feed, collector: Collector, monkeypatch: Any) -> None:
    from django.db import OperationalError

    unit = Device.objects.get(code="box-1").unit_id
    collector.take([(unit, Fix(timezone.now(), LAT, LON))])
    real = collecting._insert_track

    def broken(track: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(collecting, "_insert_track", broken)
    with pytest.raises(OperationalError):
        collector.write()
    assert not Position.objects.exists()
    monkeypatch.setattr(collecting, "_insert_track", real)
    assert collector.write() == 1
    assert Position.objects.exists()


def test_a_standing_unit_fills_no_track(feed: Feed, collector: Collector) -> None:
    unit, now = Device.objects.get(code="box-1").unit_id, timezone.now()
    for second in range(0, 300, 5):
        collector.take([(unit, Fix(now - dt.timedelta(seconds=300 - second), LAT, LON))])
    collector.write()
    assert TrackPoint.objects.count() == 5


def test_old_tracks_go(feed: Feed) -> None:
    unit, now = Device.objects.get(code="box-1").unit, timezone.now()
    for days in (0, 1, 30):
        TrackPoint.objects.create(unit=unit, fix_at=now - dt.timedelta(days=days), lat=LAT, lon=LON)
    assert keeping.forget_tracks() == 1
    assert TrackPoint.objects.count() == 2


def test_an_attack_with_invented_devices_fills_no_disk(feed: Feed, collector: Collector) -> None:
    for number in range(3_000):
        collector.refuse("osmand", f"guess-{number}", WhyNot.UNKNOWN_DEVICE)
    collector.write()
    assert RefusedFix.objects.count() <= collecting.MOST_KINDS_OF_REFUSALS + 1
    assert sum(RefusedFix.objects.values_list("count", flat=True)) == 3_000


# --- screens --------------------------------------------------------------------------------------------------------


def test_who_is_told_where_a_unit_is(
    world: World, cast: Cast, services: Services, feed: Feed, collector: Collector
) -> None:
    unit = Device.objects.get(code="box-1").unit
    collector.take([(unit.pk, Fix(timezone.now(), LAT, LON, heading=90.0))])
    collector.write()
    following = Following()
    news = following.news(moved(None))
    assert set(news) == {"room", f"agency:{services.ambulance.pk}", f"unit:{services.station.pk}"}
    assert len(seen(news, frozenset(news))) == 1
    # Told once, though the readings overlap; told again when it moved.
    assert following.news(moved(following.upto)) == {}
    # On a shared incident the other services there see it too, and only they.
    incident = emergency(world, cast.call_taker, "ambulance", "fire")
    assert positions_for(services.at_fire) == []
    send(incident, unit, services.at_ambulance)
    collector.take([(unit.pk, Fix(timezone.now(), LAT, LON + 0.001))])
    collector.write()
    news = following.news(moved(following.upto))
    assert f"agency:{services.fire.pk}" in news
    assert [row["unit"] for row in positions_for(services.at_fire)] == [unit.pk]
    assert positions_for(services.at_police) == []
    assert [row["unit"] for row in positions_for(services.crew)] == [unit.pk]
    answer = Hands(cast.call_taker).get("/api/units/positions")
    assert [row["unit"] for row in answer.json()["units"]] == [unit.pk]


def test_a_unit_that_arrives_is_on_scene(world: World, cast: Cast, services: Services) -> None:
    point = Point(LON, LAT, srid=4326)
    incident = emergency(world, cast.call_taker, "ambulance", point=point, radius_m=10.0)
    unit = new_unit(services.ambulance, "115-01")
    sortie = send(incident, unit, services.at_ambulance)
    go(sortie, "en_route", services.at_ambulance)
    at_place(unit, LON + 0.01, LAT, ago_s=-1)
    assert keeping.note_arrivals() == 0
    # Driving past is not arriving.
    at_place(unit, LON + 0.0003, LAT, ago_s=-1, speed=15.0)
    assert keeping.note_arrivals() == 0
    at_place(unit, LON + 0.0003, LAT, ago_s=-1, speed=1.0)
    assert keeping.note_arrivals() == 1
    sortie.refresh_from_db()
    assert sortie.state == "on_scene"
    assert keeping.note_arrivals() == 0


def test_a_unit_that_reaches_the_hospital_is_at_it(world: World, cast: Cast, services: Services) -> None:
    point = Point(LON, LAT, srid=4326)
    incident = emergency(world, cast.call_taker, "ambulance", point=point, radius_m=10.0)
    there = Facility.objects.create(code="mau", name="Bệnh viện mẫu", point=Point(LON + 0.02, LAT, srid=4326))
    unit = new_unit(services.ambulance, "115-01")
    sortie = send(incident, unit, services.at_ambulance)
    go(sortie, "on_scene", services.at_ambulance)
    with change():
        assert step(
            sortie_id=sortie.pk, wanted=SortieState.TRANSPORTING, by=services.at_ambulance, facility_id=there.pk
        )
    at_place(unit, LON, LAT, ago_s=-1, speed=0.0)
    assert keeping.note_arrivals() == 0
    at_place(unit, LON + 0.0201, LAT, ago_s=-1, speed=0.0)
    assert keeping.note_arrivals() == 1
    sortie.refresh_from_db()
    assert sortie.state == "at_hospital"
