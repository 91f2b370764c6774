"""The shared incident: who is told by one key, who takes it, who joins and leaves, and how it goes back to 1022."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from incidents.dispatching import agency_work, assigning
from incidents.dispatching.refusals import Refused as DispatchRefused
from incidents.emergencies.models import LogEntry, ServicePart, SharedIncident
from incidents.emergencies.refusals import Refused
from incidents.emergencies.services import alarms, opening, parts
from incidents.records.history import HistoryKind
from incidents.records.lifecycles import AssignmentState, NotAllowed
from incidents.records.models import Assignment, Incident, ReportWords
from realtime.change import change
from tests.cast import Cast, Hands, give, open_one
from tests.emergencies.conftest import Services, emergency
from tests.intake.world import IN_AN_LAC, World


def kinds_of(incident: Incident) -> list[str]:
    rows = Assignment.objects.filter(incident=incident, ended_at=None).order_by("role", "pk")
    return [row.agency.kind for row in rows.select_related("agency")]


def state_at(incident: Incident, agency: Any) -> str:
    return Assignment.objects.filter(incident=incident, agency=agency).latest("pk").state


def test_one_key_tells_the_services_concerned(world: World, cast: Cast, services: Services) -> None:
    incident = open_one(world, category=None, group=None)
    hands = Hands(cast.call_taker)
    answer = hands.post(
        f"/api/incidents/{incident.code}/emergency",
        {"base_version": incident.version, "services": ["fire", "ambulance"]},
    )
    assert answer.status_code == 200
    assert answer.json()["undo_s"] == 10
    assert kinds_of(incident) == ["ambulance", "fire"]
    lead = Assignment.objects.get(incident=incident, role="lead")
    assert lead.agency == services.fire
    assert SharedIncident.objects.get(pk=incident.pk).opened_by == cast.call_taker
    assert ServicePart.objects.filter(shared=incident.pk).count() == 2
    # A second press finds that it is done.
    incident.refresh_from_db()
    again = hands.post(f"/api/incidents/{incident.code}/emergency", {"base_version": incident.version})
    assert (again.status_code, again.json()["code"]) == (409, "already_shared")


@pytest.mark.parametrize(
    ("words", "category", "kinds"),
    [
        ("Cháy nhà ở chợ", None, {"fire"}),
        ("Đánh nhau rồi cháy nhà", None, {"fire", "police"}),
        ("Không rõ chuyện gì", None, {"police"}),
        ("Không rõ", "fire", {"fire"}),
    ],
)
def test_words_and_category_choose_the_services(
    world: World, cast: Cast, services: Services, words: str, category: str | None, kinds: set[str]
) -> None:
    incident = open_one(world, category=world.categories[category] if category else None, group=2 if category else None)
    ReportWords.objects.filter(report__incident=incident).update(words=words)
    with change():
        opening.raise_emergency(incident_id=incident.pk, by=cast.call_taker)
    assert set(kinds_of(incident)) == kinds


# Chosen, or open between two emergencies: all come whom it may concern.
@pytest.mark.parametrize("category", ["fire", ""])
def test_saving_an_emergency_gives_it_to_all_whom_the_form_names(
    world: World, cast: Cast, services: Services, category: str
) -> None:
    lon, lat = IN_AN_LAC
    hands = Hands(cast.call_taker)
    sent = {"words": "Đánh nhau rồi cháy nhà", "category": category, "lat": lat, "lon": lon}
    named = hands.post("/api/suggest", sent).json()["agency"]
    assert (named["id"], named["certain"], named["also"]) == (services.fire.pk, True, ["Công an 113"])
    answer = hands.post("/api/reports", {**sent, "agency": named["id"]}).json()
    assert (answer["dispatched"], answer["raised"]) == (True, True)
    incident = Incident.objects.by_code(answer["incident"]).get()
    assert set(kinds_of(incident)) == {"fire", "police"}
    assert SharedIncident.objects.filter(pk=incident.pk).exists()
    back = hands.post(f"/api/incidents/{incident.code}/withdraw", {"what": "emergency"})
    assert back.status_code == 200, back.content
    assert kinds_of(incident) == []


def test_dispatching_an_emergency_from_the_panel_reaches_all_concerned(
    world: World, cast: Cast, services: Services, client: Client
) -> None:
    incident = open_one(world, category=world.categories["fire"], group=2, suggested_agency=services.fire)
    ReportWords.objects.filter(report__incident=incident).update(words="Đánh nhau rồi cháy nhà")
    client.force_login(cast.call_taker)
    page = client.get(f"/room/incident/{incident.code}/panel").content.decode()
    ticked = re.findall(r'name="also" value="(\d+)" checked', page)
    assert ticked == [str(services.police.pk)]
    # The form's own list may hold whom a person then chose to lead.
    sent = {"base_version": incident.version, "agency": services.police.pk, "also": ticked, "role": "lead"}
    answer = Hands(cast.call_taker).post(f"/api/incidents/{incident.code}/dispatch", sent)
    assert answer.status_code == 200, answer.content
    assert kinds_of(incident) == ["police"]


def test_a_field_report_keeps_its_own_task_as_a_child(world: World, cast: Cast, services: Services) -> None:
    incident = open_one(world, category=world.categories["light"])
    given = give(incident, services.power, cast.call_taker)
    with change():
        opening.raise_emergency(incident_id=incident.pk, services=["fire"], by=cast.call_taker)
    incident.refresh_from_db()
    (child,) = Incident.objects.filter(parent=incident)
    assert (incident.group, child.group, child.category) == (2, 3, world.categories["light"])
    assert kinds_of(incident) == ["fire"]
    assert kinds_of(child) == ["utility"]
    given.refresh_from_db()
    assert given.incident == child
    # The power company goes on with it, and reads what was reported.
    focal = cast.focal_point
    type(focal).objects.filter(pk=focal.pk).update(agency=services.power)
    page = Hands(focal).get(f"/inbox/assignment/{given.pk}/", **{"X-Panel": "1"})
    assert page.status_code == 200
    assert "Ổ gà trước số 12/5" in page.content.decode()
    with change():
        agency_work.accept(assignment_id=given.pk, by=focal)


def test_ten_seconds_undo_all_of_it(world: World, cast: Cast, services: Services) -> None:
    incident = open_one(world, category=world.categories["light"])
    given = give(incident, services.power, cast.call_taker)
    with change():
        opening.raise_emergency(incident_id=incident.pk, services=["fire"], by=cast.call_taker)
    with change():
        opening.withdraw(incident_id=incident.pk, by=cast.call_taker, what=HistoryKind.EMERGENCY_SET)
    incident.refresh_from_db()
    given.refresh_from_db()
    assert (incident.group, incident.category) == (3, world.categories["light"])
    assert given.incident == incident
    assert kinds_of(incident) == ["utility"]
    assert Incident.objects.get(parent=incident).state == "cancelled"


def test_a_service_that_took_it_is_not_taken_back(world: World, cast: Cast, services: Services) -> None:
    incident = emergency(world, cast.call_taker, "fire")
    with change():
        parts.acknowledge(incident_id=incident.pk, by=services.at_fire)
    with pytest.raises(DispatchRefused), change():
        opening.withdraw(incident_id=incident.pk, by=cast.call_taker, what=HistoryKind.EMERGENCY_SET)
    assert kinds_of(incident) == ["fire"]


def test_a_plain_dispatch_to_a_service_starts_the_same_clock(world: World, cast: Cast, services: Services) -> None:
    incident = open_one(world, category=world.categories["fire"], group=2)
    give(incident, services.fire, cast.call_taker)
    assert ServicePart.objects.get(shared=incident.pk).next_alarm_at is not None
    # A field report that the police get is no emergency.
    other = open_one(world)
    give(other, services.police, cast.call_taker)
    assert not SharedIncident.objects.filter(pk=other.pk).exists()


def test_nobody_takes_it(world: World, cast: Cast, services: Services) -> None:
    incident = emergency(world, cast.call_taker, "fire", "ambulance")
    rung: list[str] = []
    alarms._escalations.append(lambda part: rung.append(part.assignment.agency.kind))
    try:
        assert alarms.sound_alarms() == 0
        past = timezone.now() - dt.timedelta(seconds=1)
        with change():
            parts.acknowledge(incident_id=incident.pk, by=services.at_ambulance)
        ServicePart.objects.filter(shared=incident.pk, next_alarm_at__isnull=False).update(next_alarm_at=past)
        assert alarms.sound_alarms() == 1
        assert alarms.sound_alarms() == 0
    finally:
        alarms._escalations.pop()
    assert rung == ["fire"]
    incident.refresh_from_db()
    assert incident.needs == ["service_silent"]
    with change():
        parts.acknowledge(incident_id=incident.pk, by=services.at_fire)
    incident.refresh_from_db()
    assert incident.needs == []
    assert "alarm" in LogEntry.objects.filter(shared=incident.pk).values_list("kind", flat=True)


def test_join_help_for_a_time_and_leave(world: World, cast: Cast, services: Services) -> None:
    incident = emergency(world, cast.call_taker, "fire")
    with change():
        parts.call_for(incident_id=incident.pk, agency=services.ambulance, by=services.at_fire, minutes=30, is_aid=True)
    part = ServicePart.objects.get(assignment__agency=services.ambulance)
    assert part.is_aid
    assert part.until is not None
    ServicePart.objects.filter(pk=part.pk).update(until=timezone.now())
    assert alarms.end_aid() == 1
    assert state_at(incident, services.ambulance) == "cancelled"
    with change():
        parts.call_for(incident_id=incident.pk, agency=services.police, by=cast.call_taker)
    # Whoever led leaves: the other leads from then on.
    with change():
        parts.leave(incident_id=incident.pk, by=services.at_fire)
    row = Assignment.objects.get(incident=incident, ended_at=None)
    assert (row.agency, row.role) == (services.police, "lead")
    with pytest.raises(Refused), change():
        parts.leave(incident_id=incident.pk, by=services.at_fire)


def test_no_emergency_goes_back_to_1022(world: World, cast: Cast, services: Services) -> None:
    incident = emergency(world, cast.call_taker, "police", category=world.categories["road"], group=3)
    with change():
        parts.hand_back(incident_id=incident.pk, by=services.at_police)
    incident.refresh_from_db()
    assert (incident.group, incident.category, incident.state) == (3, world.categories["road"], "received")
    assert "agency_returned" in incident.needs


def test_one_service_gives_it_back_and_the_others_stay(world: World, cast: Cast, services: Services) -> None:
    incident = emergency(world, cast.call_taker, "police", "ambulance")
    with change():
        parts.hand_back(incident_id=incident.pk, by=services.at_police)
    incident.refresh_from_db()
    assert incident.group == 2
    row = Assignment.objects.get(incident=incident, ended_at=None)
    assert (row.agency, row.role) == (services.ambulance, "lead")


def test_every_service_finishes_and_the_hotline_answers(world: World, cast: Cast, services: Services) -> None:
    incident = emergency(world, cast.call_taker, "fire", "ambulance")
    for person in (services.at_fire, services.at_ambulance):
        incident.refresh_from_db()
        assert incident.state != "resolved"
        with change():
            parts.finish(incident_id=incident.pk, by=person, words="Đã xong")
    incident.refresh_from_db()
    assert incident.state == "resolved"


def test_the_services_have_a_table_of_their_own(world: World, cast: Cast, services: Services) -> None:
    from incidents.records.lifecycles import check_assignment_step

    check_assignment_step("sent", "in_progress", "fire")
    check_assignment_step("in_progress", "accepted", "ambulance")
    for kind in ("commune", "utility", ""):
        with pytest.raises(NotAllowed):
            check_assignment_step("sent", "in_progress", kind)
    for state in (AssignmentState.RETURNED, AssignmentState.REOPENED, AssignmentState.CANCELLED):
        for wanted in AssignmentState:
            with pytest.raises(NotAllowed):
                check_assignment_step(state, wanted, "police")


def test_the_same_act_twice_is_one(world: World, cast: Cast, services: Services) -> None:
    incident = emergency(world, cast.call_taker, "fire")
    hands, number = Hands(services.at_fire), "00000000-0000-4000-8000-000000000001"
    url = f"/api/emergencies/{incident.code}/say"
    first = hands.post(url, {"text": "Có bình gas"}, action=number)
    second = hands.post(url, {"text": "Có bình gas"}, action=number)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert LogEntry.objects.filter(shared=incident.pk, kind="note").count() == 1


def test_acts_over_http(world: World, cast: Cast, services: Services) -> None:
    incident = emergency(world, cast.call_taker, "fire", "ambulance")
    fire, ambulance = Hands(services.at_fire), Hands(services.at_ambulance)
    base = f"/api/emergencies/{incident.code}"
    for hands, what, sent in (
        (fire, "acknowledge", {}),
        (fire, "acknowledge", {}),
        (fire, "call-for", {"service": "police", "minutes": 60}),
        (fire, "record", {"text": "Đã phun nước"}),
        (ambulance, "say", {"text": "Hai người bị thương", "scope": "medical"}),
        (fire, "finish", {"text": "Đã dập lửa"}),
        (ambulance, "leave", {}),
    ):
        answer = hands.post(f"{base}/{what}", sent)
        assert answer.status_code == 200, (what, answer.content)
    wrong = fire.post(f"{base}/call-for", {"agency": 99999999})
    assert wrong.status_code in {404, 422}
    room = Hands(cast.call_taker).post(f"{base}/say", {"text": "x", "scope": "own"})
    assert room.status_code == 403
    assert state_at(incident, services.police) == "sent"


def test_two_dispatchers_write_their_record_at_once(world: World, cast: Cast, services: Services) -> None:
    incident = emergency(world, cast.call_taker, "ambulance")
    url, hands = f"/api/emergencies/{incident.code}/record", Hands(services.at_ambulance)
    version = parts.record_version(incident.pk, services.ambulance.pk)
    assert hands.post(url, {"text": "Hai người bị thương", "base_version": version}).status_code == 200
    second = hands.post(url, {"text": "Ba người bị thương", "base_version": version})
    assert second.status_code == 409
    said = second.json()
    assert (said["code"], said["current"]["text"], said["yours"]["text"]) == (
        "changed", "Hai người bị thương", "Ba người bị thương",
    )  # fmt: skip
    assert ServicePart.objects.get(shared=incident.pk).record == "Hai người bị thương"
    # Who has seen the other's text may write theirs over it.
    again = hands.post(url, {"text": "Ba người bị thương", "base_version": said["current"]["version"]})
    assert again.status_code == 200
    assert ServicePart.objects.get(shared=incident.pk).record == "Ba người bị thương"
    panel = Hands(services.at_ambulance).get(f"/emergencies/{incident.code}/panel").content.decode()
    assert f'name="base_version" value="{parts.record_version(incident.pk, services.ambulance.pk)}"' in panel


def test_cancelling_by_the_room_is_in_the_log_too(world: World, cast: Cast, services: Services) -> None:
    incident = emergency(world, cast.call_taker, "fire", "ambulance")
    row = Assignment.objects.get(incident=incident, agency=services.ambulance)
    with change():
        assigning.cancel_assignment(assignment_id=row.pk, by=cast.supervisor, why="not_needed")
    kinds = list(LogEntry.objects.filter(shared=incident.pk).values_list("kind", flat=True))
    assert kinds[-1] == "assignment_cancelled"
