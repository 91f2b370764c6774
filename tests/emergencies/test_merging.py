"""Two shared incidents that are one: parts, units and logs go along, both chains stay whole, and they can be parted."""

from __future__ import annotations

import json

from django.contrib.gis.geos import Point

from incidents.emergencies.log.verifying import verify
from incidents.emergencies.major import declaring
from incidents.emergencies.models import LogEntry, MajorIncident, ServicePart, SharedIncident, Sortie
from incidents.emergencies.screens.queries import shared_view
from incidents.emergencies.services import parts
from incidents.records.models import Assignment, Incident
from incidents.triage import merging
from opscenter.accounts.models import Agency, Person
from realtime.change import change
from tests.cast import Cast, Hands, open_one
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_units import go, new_unit, send
from tests.intake.world import IN_AN_LAC, World


def two(world: World, cast: Cast, services: Services) -> tuple[Incident, Incident, Sortie, Sortie]:
    """114 and 115 have the first, 114 and 113 the second; there a unit of each is out, and something was said."""
    point = Point(*IN_AN_LAC, srid=4326)
    first = emergency(world, cast.call_taker, "fire", "ambulance", point=point, radius_m=10.0)
    second = emergency(world, cast.call_taker, "fire", "police", point=point, radius_m=10.0)
    engine = send(second, new_unit(services.fire, "114-01", "engine"), services.at_fire)
    patrol = send(second, new_unit(services.police, "113-01", "patrol_car"), services.at_police)
    with change():
        parts.note(incident_id=second.pk, words="Cổng sau bị khóa", by=services.at_police)
    return first, second, engine, patrol


def merge(first: Incident, second: Incident, by: Person) -> int:
    with change():
        into, (row,) = merging.merge(incident_ids=[first.pk, second.pk], by=by)
    assert into.pk == first.pk
    return row.pk


def assignment(incident: Incident, agency: Agency) -> Assignment:
    return Assignment.objects.get(incident=incident, agency=agency, ended_at=None)


def test_parts_and_units_go_along(world: World, cast: Cast, services: Services) -> None:
    first, second, engine, patrol = two(world, cast, services)
    merge(first, second, cast.call_taker)
    assert set(ServicePart.objects.filter(shared=first.pk, assignment__ended_at=None).values_list(
        "assignment__agency", flat=True
    )) == {services.fire.pk, services.ambulance.pk, services.police.pk}  # fmt: skip
    for sortie in (engine, patrol):
        sortie.refresh_from_db()
        assert sortie.incident_id == first.pk
    # 114 had both: its unit goes on under the one that stayed, which is taken by that, and no alarm sounds for it.
    own = assignment(first, services.fire)
    assert (engine.assignment, own.state, own.part.next_alarm_at) == (own, "in_progress", None)
    # Each service works on: steps, notes, further units.
    go(engine, "on_scene", services.at_fire)
    hands = Hands(services.at_police)
    assert hands.post(f"/api/emergencies/{first.code}/say", {"text": "Đã mở cổng"}).status_code == 200
    assert hands.post(f"/api/sorties/{patrol.pk}/step", {"state": "on_scene"}).status_code == 200
    assert hands.get(f"/emergencies/{first.code}/panel").status_code == 200
    send(first, new_unit(services.police, "113-02", "patrol_car"), services.at_police)


def test_both_logs_are_read_together_and_both_chains_are_whole(world: World, cast: Cast, services: Services) -> None:
    first, second, _engine, _patrol = two(world, cast, services)
    head = SharedIncident.objects.get(pk=second.pk)
    merge(first, second, cast.call_taker)
    joined = json.loads(LogEntry.objects.get(shared=first.pk, kind="log_joined").record)["data"]
    assert (joined["other"], joined["length"], joined["head"]) == (second.pk, head.log_length, head.log_head)
    assert LogEntry.objects.get(shared=second.pk, seq=joined["length"]).hash == joined["head"]
    assert list(verify()) == []
    view = shared_view(first.code, services.at_ambulance)
    assert view is not None
    (note,) = [entry for entry in view.log if entry.words == "Cổng sau bị khóa"]
    assert note.log == second.code
    assert f"Nhật ký của {second.code} tiếp tục ở đây" in [entry.what for entry in view.log]
    assert [entry.at for entry in view.log] == sorted((entry.at for entry in view.log), reverse=True)
    printed = Hands(services.at_ambulance).get(f"/emergencies/{first.code}/report/").content.decode()
    assert "Cổng sau bị khóa" in printed


def test_parted_again_each_has_its_own(world: World, cast: Cast, services: Services) -> None:
    first, second, engine, patrol = two(world, cast, services)
    row = merge(first, second, cast.call_taker)
    with change():
        merging.unmerge(merge_id=row, by=cast.call_taker)
    patrol.refresh_from_db()
    engine.refresh_from_db()
    assert (patrol.incident_id, engine.incident_id) == (second.pk, first.pk)
    assert assignment(second, services.police).part.shared_id == second.pk
    # 114 has it anew, with a clock of its own.
    assert assignment(second, services.fire).part.next_alarm_at is not None
    assert list(verify()) == []
    assert Hands(services.at_police).post(f"/api/emergencies/{second.code}/say", {"text": "x"}).status_code == 200


def test_an_emergency_that_nobody_has_takes_a_shared_one_in(world: World, cast: Cast, services: Services) -> None:
    first = open_one(world, category=world.categories["fire"], group=2)
    second = emergency(world, cast.call_taker, "police")
    merge(first, second, cast.call_taker)
    assert ServicePart.objects.get(assignment__agency=services.police).shared_id == first.pk
    assert shared_view(first.code, services.at_police) is not None
    assert list(verify()) == []


def test_a_major_incident_stays_one(world: World, cast: Cast, services: Services) -> None:
    first, second, _engine, _patrol = two(world, cast, services)
    with change():
        declaring.declare(incident_id=second.pk, reason="Sập giàn giáo", by=services.at_fire)
    merge(first, second, cast.call_taker)
    major = MajorIncident.objects.get(pk=first.pk)
    assert (major.is_on, major.reason) == (True, "Sập giàn giáo")
    assert not MajorIncident.objects.get(pk=second.pk).is_on
    assert list(verify()) == []
