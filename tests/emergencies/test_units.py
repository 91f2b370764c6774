"""Units: recommended with reasons, sent once, through their steps, called out, called back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx
import pytest
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils import timezone

from incidents.emergencies.models import LogEntry, Position, Sortie, Unit
from incidents.emergencies.refusals import Refusal, Refused
from incidents.emergencies.units import callouts, routing, sending
from incidents.emergencies.units.lifecycles import SORTIE_STEPS, SortieState, UnitStatus, check_sortie_step, next_step
from incidents.emergencies.units.recommending import recommend
from incidents.records.lifecycles import NotAllowed
from incidents.records.models import Assignment, Incident
from opscenter.accounts.models import Agency
from realtime.change import change
from tests.cast import Cast, Hands, most_queries, together
from tests.emergencies.conftest import Services, emergency
from tests.intake.world import IN_AN_LAC, World


def new_unit(agency: Agency, call_sign: str, kind: str = "ambulance", **given: Any) -> Unit:
    start = {"status_since": timezone.now(), "home": Point(106.60, 11.05, srid=4326)}
    return Unit.objects.create(agency=agency, call_sign=call_sign, kind=kind, **{**start, **given})


def at_place(unit: Unit, lon: float, lat: float, *, ago_s: float = 5, **more: Any) -> None:
    at = timezone.now() - dt.timedelta(seconds=ago_s)
    Position.objects.update_or_create(
        unit=unit, defaults={"fix_at": at, "written_at": timezone.now(), "lat": lat, "lon": lon, **more}
    )


@pytest.fixture
def incident(world: World, cast: Cast, services: Services) -> Incident:
    point = Point(*IN_AN_LAC, srid=4326)
    return emergency(world, cast.call_taker, "ambulance", "fire", point=point, radius_m=10.0)


def send(incident: Incident, unit: Unit, by: Any) -> Sortie:
    with change():
        return sending.send(incident_id=incident.pk, unit_id=unit.pk, by=by)


def go(sortie: Sortie, state: str, by: Any) -> None:
    with change():
        sending.step(sortie_id=sortie.pk, wanted=SortieState(state), by=by)


# --- which ----------------------------------------------------------------------------------------------------------


def test_the_nearest_comes_first_with_why(incident: Incident, services: Services) -> None:
    lon, lat = IN_AN_LAC
    near = new_unit(services.ambulance, "115-01")
    far = new_unit(services.ambulance, "115-02")
    old = new_unit(services.ambulance, "115-03")
    home = new_unit(services.ambulance, "115-04", home=Point(lon + 0.02, lat, srid=4326))
    lost = new_unit(services.ambulance, "115-05", home=None)
    own = new_unit(services.ambulance, "115-06", area_set="invented", area_codes=["90001"])
    new_unit(services.ambulance, "115-07", status="out_of_service")
    new_unit(services.ambulance, "115-08", is_active=False)
    new_unit(services.ambulance, "115-09", exercise=7)
    new_unit(services.fire, "114-01", "engine")
    at_place(near, lon + 0.005, lat)
    at_place(far, lon + 0.05, lat)
    at_place(old, lon + 0.01, lat, ago_s=600)
    at_place(own, lon + 0.007, lat)
    with most_queries(1):
        found = recommend(incident, services.ambulance.pk, {}, timezone.now())
    assert [one.unit for one in found.candidates] == [own, near, home, old, far, lost]
    first = {one.unit: one for one in found.candidates}
    assert first[near].metres == pytest.approx(546, abs=3)
    assert first[near].seconds == pytest.approx(546 * 1.4 / (35 / 3.6), rel=0.01)
    assert first[near].reasons() == []
    assert first[own].reasons() == ["phụ trách địa bàn này"]
    assert first[old].reasons() == ["vị trí cách đây 10 phút"]
    assert first[home].reasons() == ["tính từ nơi trực"]
    assert first[lost].reasons() == ["chưa rõ đang ở đâu"]


def test_what_is_missing_is_said(incident: Incident, services: Services) -> None:
    lon, lat = IN_AN_LAC
    for number, (kind, off) in enumerate((("ambulance", 0.01), ("ambulance", 0.5), ("boat", 0.001))):
        at_place(new_unit(services.ambulance, f"115-{number}", kind), lon + off, lat)
    found = recommend(incident, services.ambulance.pk, {"ambulance": 2, "intensive_care": 1}, timezone.now())
    assert found.shortfalls() == [
        "chỉ có 1 trong 2 xe cứu thương trong 15 phút",
        "chỉ có 0 trong 1 xe cấp cứu hồi sức trong 15 phút",
    ]
    # Of a kind that is not needed there may be a nearer one; it comes last.
    assert [one.unit.kind for one in found.candidates] == ["ambulance", "ambulance", "boat"]
    assert found.candidates[-1].reasons() == ["khác loại xe cần"]


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("osrm", {"code": "Ok", "durations": [[90.0], [None]]}),
        ("valhalla", {"sources_to_targets": [[{"time": 90}], [{"time": None}]]}),
    ],
)
def test_an_own_routing_engine_is_asked(
    incident: Incident, services: Services, settings: Any, monkeypatch: Any, kind: str, answer: dict[str, Any]
) -> None:
    settings.ROUTING_URL, settings.ROUTING_KIND = "http://127.0.0.1:9", kind
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json=answer)

    client = httpx.Client
    monkeypatch.setattr(routing.httpx, "Client", lambda **_: client(transport=httpx.MockTransport(handle)))
    lon, lat = IN_AN_LAC
    first, second = (new_unit(services.ambulance, f"115-0{number}") for number in (1, 2))
    at_place(first, lon + 0.01, lat)
    at_place(second, lon + 0.02, lat)
    found = recommend(incident, services.ambulance.pk, {}, timezone.now()).candidates
    assert len(asked) == 1
    assert (found[0].seconds, found[0].reasons()) == (90.0, ["thời gian theo đường đi"])
    assert found[1].is_routed is False
    # Nobody answers: the straight line it is.
    monkeypatch.setattr(routing.httpx, "Client", client)
    assert [one.is_routed for one in recommend(incident, services.ambulance.pk, {}, timezone.now()).candidates] == [
        False,
        False,
    ]


# --- sending --------------------------------------------------------------------------------------------------------


def test_one_key_sends_and_takes_the_incident(incident: Incident, services: Services) -> None:
    unit = new_unit(services.ambulance, "115-01", handling_unit=services.station)
    hands = Hands(services.at_ambulance)
    url = f"/api/emergencies/{incident.code}"
    assert [row["call_sign"] for row in hands.get(f"{url}/units").json()["units"]] == ["115-01"]
    answer = hands.post(f"{url}/send", {"unit": unit.pk, "metres": 500, "seconds": 60})
    assert answer.status_code == 200
    assert answer.json()["undo_s"] == 10
    unit.refresh_from_db()
    assert unit.status == UnitStatus.ON_SORTIE
    part = Assignment.objects.get(incident=incident, agency=services.ambulance)
    assert (part.state, part.accepted_at is not None) == ("in_progress", True)
    # Its crew reads the incident from now on, other crews do not.
    assert Incident.objects.visible_to(services.crew).filter(pk=incident.pk).exists()
    back = hands.post(f"/api/sorties/{answer.json()['sortie']}/call-back", {})
    assert back.status_code == 200
    unit.refresh_from_db()
    part.refresh_from_db()
    assert (unit.status, part.state) == (UnitStatus.AVAILABLE, "accepted")
    assert not Incident.objects.visible_to(services.crew).filter(pk=incident.pk).exists()


def test_two_dispatchers_race_for_one_unit(
    world: World, incident: Incident, services: Services, new_person: Any
) -> None:
    """A few rounds of what `make proof` does a thousand times."""
    race(world, incident, services, new_person, rounds=20)


@pytest.mark.proof
def test_two_dispatchers_race_a_thousand_times(
    world: World, incident: Incident, services: Services, new_person: Any
) -> None:
    race(world, incident, services, new_person, rounds=1000)


def race(world: World, incident: Incident, services: Services, new_person: Any, rounds: int) -> None:
    unit = new_unit(services.ambulance, "115-01")
    two = (services.at_ambulance, new_person("dispatcher", agency=services.ambulance))
    # Half of the time to another incident: then no lock but the unit's own stands between the two.
    other = emergency(world, services.at_ambulance, "ambulance")
    for number in range(rounds):
        goals = (incident, incident if number % 2 else other)
        results = together([lambda by=by, to=to: send(to, unit, by) for by, to in zip(two, goals, strict=True)])
        sent = [one for one in results if isinstance(one, Sortie)]
        refused = [one for one in results if isinstance(one, Refused)]
        assert (len(sent), len(refused)) == (1, 1), results
        assert refused[0].code == Refusal.UNIT_TAKEN
        assert Sortie.objects.filter(unit=unit, ended_at=None).count() == 1
        with change():
            sending.call_back(sortie_id=sent[0].pk, by=two[0])


def test_the_database_has_the_last_word(incident: Incident, services: Services) -> None:
    unit = new_unit(services.ambulance, "115-01")
    sortie = send(incident, unit, services.at_ambulance)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sortie.objects.create(
            unit=unit,
            incident=incident,
            assignment=sortie.assignment,
            since=sortie.since,
            sent_at=sortie.sent_at,
            sent_by=services.at_ambulance,
        )


def test_what_cannot_be_sent(incident: Incident, services: Services) -> None:
    for given, code in (
        ({"status": "out_of_service"}, Refusal.UNIT_OUT_OF_SERVICE),
        ({"is_active": False}, Refusal.UNIT_OUT_OF_SERVICE),
        ({"exercise": 3}, Refusal.OTHER_EXERCISE),
        ({"agency": services.fire}, Refusal.NOT_YOUR_UNIT),
    ):
        unit = new_unit(**{"agency": services.ambulance, "call_sign": f"x-{code}-{given}"[:30], **given})
        with pytest.raises(Refused) as refused:
            send(incident, unit, services.at_ambulance)
        assert refused.value.code == code
    # A service that is not in it sends nobody.
    with pytest.raises(Refused):
        send(incident, new_unit(services.police, "113-01", "patrol_car"), services.at_police)


def test_a_crew_takes_its_steps(incident: Incident, services: Services, new_person: Any) -> None:
    unit = new_unit(services.ambulance, "115-01", handling_unit=services.station)
    crew = Hands(services.crew)
    assert crew.post("/api/crew/sign-on", {"unit": unit.pk}).status_code == 200
    sortie = send(incident, unit, services.at_ambulance)
    for state in ("acknowledged", "en_route", "on_scene", "transporting", "at_hospital", "done"):
        answer = crew.post(f"/api/sorties/{sortie.pk}/step", {"state": state})
        assert answer.status_code == 200, (state, answer.content)
    sortie.refresh_from_db()
    unit.refresh_from_db()
    assert sortie.ended_at is not None
    assert sortie.on_scene_at is not None
    assert unit.status == UnitStatus.AVAILABLE
    again = crew.post(f"/api/sorties/{sortie.pk}/step", {"state": "done"})
    assert again.status_code == 409
    steps = LogEntry.objects.filter(shared=incident.pk, kind="unit_step").count()
    assert steps == 6
    # Another crew has nothing to say about it.
    other = new_unit(services.ambulance, "115-02", handling_unit=services.station)
    stranger = Hands(new_person("crew", agency=services.ambulance, handling_unit=services.station))
    assert stranger.post("/api/crew/sign-on", {"unit": other.pk}).status_code == 200
    assert stranger.post(f"/api/sorties/{sortie.pk}/step", {"state": "done"}).status_code == 404
    assert crew.post(f"/api/units/{unit.pk}/status", {"status": "out_of_service"}).status_code == 200
    assert crew.post("/api/crew/sign-off", {}).status_code == 200
    assert crew.post(f"/api/sorties/{sortie.pk}/step", {"state": "done"}).status_code == 409


def test_a_service_does_not_leave_while_units_are_out(incident: Incident, services: Services) -> None:
    from incidents.emergencies.services import parts

    send(incident, new_unit(services.ambulance, "115-01"), services.at_ambulance)
    for leave in (parts.leave, parts.finish, parts.hand_back):
        with pytest.raises(Refused) as refused, change():
            leave(incident_id=incident.pk, by=services.at_ambulance)
        assert refused.value.code == Refusal.UNITS_OUT


def test_the_tables_of_steps() -> None:
    for service, table in SORTIE_STEPS.items():
        for now in SortieState:
            for wanted in SortieState:
                if wanted in table.get(now, ()):
                    check_sortie_step(service, now, wanted)
                else:
                    with pytest.raises(NotAllowed):
                        check_sortie_step(service, now, wanted)
        # From everywhere there is a way out, and the crew's next step leads there.
        for now in table:
            seen = [now]
            while (step := next_step(service, seen[-1])) is not None:
                seen.append(step)
            assert seen[-1] == SortieState.DONE
    assert SortieState.TRANSPORTING not in {step for steps in SORTIE_STEPS["police"].values() for step in steps}


# --- calling the crew -----------------------------------------------------------------------------------------------


def due(sortie: Sortie) -> None:
    Sortie.objects.filter(pk=sortie.pk).update(call_at=timezone.now() - dt.timedelta(seconds=1))


def test_a_crew_is_called_until_it_acknowledges(
    incident: Incident, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    ways = {
        "push": [lambda sortie: not called.append("push")],
        "message": [lambda sortie: not called.append("sms"), lambda sortie: False],
    }
    monkeypatch.setattr(callouts, "_ways", ways)
    sortie = send(incident, new_unit(services.ambulance, "115-01"), services.at_ambulance)
    # Nobody is called while it can be undone.
    assert callouts.call_crews() == 0
    for expected in (["push"], ["push", "sms"]):
        due(sortie)
        assert callouts.call_crews() == 1
        assert callouts.call_crews() == 0
        assert called == expected
    due(sortie)
    callouts.call_crews()
    sortie.refresh_from_db()
    assert (sortie.calls, sortie.call_at) == (3, None)
    steps = [entry.record for entry in LogEntry.objects.filter(shared=incident.pk, kind="crew_called").order_by("seq")]
    assert '"step":"alarm"' in steps[-1]


def test_a_crew_that_acknowledged_is_left_alone(incident: Incident, services: Services) -> None:
    sortie = send(incident, new_unit(services.ambulance, "115-01"), services.at_ambulance)
    go(sortie, "acknowledged", services.at_ambulance)
    sortie.refresh_from_db()
    assert sortie.call_at is None
    # It was due, and in the same moment the crew answered.
    due(sortie)
    assert callouts.call_crews() == 1
    assert not LogEntry.objects.filter(shared=incident.pk, kind="crew_called").exists()


def test_units_on_the_stream_are_what_a_snapshot_says(incident: Incident, services: Services) -> None:
    from incidents.records import live
    from incidents.records.keys import keys_of_person
    from tests.realtime.checker import Checker

    unit = new_unit(services.ambulance, "115-01", handling_unit=services.station)
    people = (services.at_ambulance, services.at_fire, services.at_police, services.crew)
    scopes = [keys_of_person(person) for person in people]
    checker = Checker(live.snapshot, [*scopes, frozenset({"room"}), frozenset({"wall"})])
    sortie = send(incident, unit, services.at_ambulance)
    checker.check()
    for state in ("en_route", "on_scene", "done"):
        go(sortie, state, services.at_ambulance)
        checker.check()
    with change():
        sending.set_status(unit_id=unit.pk, status=UnitStatus.OUT_OF_SERVICE, by=services.at_ambulance)
    checker.check()
