"""Taking calls: one gets it, the other is told; nothing typed is lost; whoever waited in vain is called back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from incidents.calls import described, figures, seats, silence, taking, telephone
from incidents.calls.models import BridgeBeat, Call, Callback, CallDraft, CallerLook, PhoneAction, Seat, SeatStatus
from incidents.calls.refusals import CallRefusal, CallRefused
from incidents.dispatching.models import CompetenceRule, CoOrdinating
from incidents.records.models import Assignment, Incident, Report, Reporter
from realtime.change import change
from tests.cast import Cast, Hands, together
from tests.intake.world import IN_AN_LAC, World
from tests.realtime.checker import Checker

Phone = Callable[..., Call]


def do(work: Callable[..., Any], **named: Any) -> Any:
    with change():
        return work(**named)


def status_of(person: Any) -> str:
    return str(Seat.objects.get(person=person).status)


def test_two_desks_race_and_one_is_told(world: World, cast: Cast, phone: Phone) -> None:
    call = phone("ringing")
    people = [cast.call_taker, cast.supervisor]
    results = together([lambda who=who: do(taking.take, call_id=call.pk, by=who) for who in people])
    lost = [result for result in results if isinstance(result, CallRefused)]
    assert len(lost) == 1
    winner = Call.objects.get(pk=call.pk).taken_by
    assert str(winner) in str(lost[0])
    assert lost[0].code == CallRefusal.TAKEN


def test_the_course_of_a_desk(world: World, cast: Cast, phone: Phone) -> None:
    who = cast.call_taker
    do(seats.set_status, by=who, status=SeatStatus.FREE)
    call = phone("ringing", call_id="x")
    do(taking.take, call_id=call.pk, by=who)
    assert status_of(who) == "in_call"
    with pytest.raises(CallRefused):
        do(seats.set_status, by=who, status=SeatStatus.PAUSE)
    with pytest.raises(CallRefused):
        do(taking.wrap_up, call_id=call.pk, by=who)
    phone("ringing", "answered", "ended", call_id="x")
    assert status_of(who) == "wrap_up"
    do(taking.wrap_up, call_id=call.pk, by=who)
    assert status_of(who) == "free"
    assert not Call.objects.live().exists()
    do(seats.set_status, by=who, status=SeatStatus.OFF)
    assert status_of(who) == "off"


def test_a_desk_whose_page_vanished_goes_off_duty_but_never_during_a_call(
    world: World, cast: Cast, phone: Phone
) -> None:
    who, now = cast.call_taker, timezone.now()
    do(seats.set_status, by=who, status=SeatStatus.FREE)
    hands = Hands(who)
    assert hands.post("/api/calls/seat/here").json() == {"status": "free"}
    assert seats.leave_silent(now + seats.SILENT_AFTER / 2) == 0
    call = phone("ringing", call_id="x")
    do(taking.take, call_id=call.pk, by=who)
    assert seats.leave_silent(now + seats.SILENT_AFTER * 2) == 0
    phone("ringing", "answered", "ended", call_id="x")
    do(taking.wrap_up, call_id=call.pk, by=who)
    assert seats.leave_silent(now + seats.SILENT_AFTER * 2) == 1
    assert status_of(who) == "off"
    # It is told so, and does not come back by itself.
    assert hands.post("/api/calls/seat/here").json() == {"status": "off"}
    assert status_of(who) == "off"


def test_a_call_that_the_desks_telephone_answers_is_there_at_once(world: World, cast: Cast, phone: Phone) -> None:
    do(seats.set_status, by=cast.call_taker, status=SeatStatus.FREE, extension="PJSIP/101")
    call = phone("ringing", "answered", extension="PJSIP/101")
    assert call.taken_by == cast.call_taker
    assert status_of(cast.call_taker) == "in_call"


def test_who_calls_is_for_whoever_has_the_call(world: World, cast: Cast, phone: Phone) -> None:
    call = phone("ringing")
    url = f"/api/calls/{call.pk}/caller"
    assert Hands(cast.call_taker).get(url).status_code == 409
    assert Hands(cast.call_taker).post(f"/api/calls/{call.pk}/take").status_code == 200
    shown = Hands(cast.call_taker).get(url)
    assert shown.json()["number"] == "0900000001"
    assert shown["Cache-Control"] == "no-store"
    looks = CallerLook.objects.values_list("call_id", "by_id")
    assert list(looks) == [(call.pk, cast.call_taker.pk)]
    # Who oversees the shift may help; that look is written down too.
    assert Hands(cast.supervisor).get(url).status_code == 200
    assert CallerLook.objects.count() == 2


def test_the_draft_outlives_the_browser(world: World, cast: Cast, phone: Phone) -> None:
    call, hands = phone("ringing"), Hands(cast.call_taker)
    hands.post(f"/api/calls/{call.pk}/take")
    kept = hands.post(f"/api/calls/{call.pk}/draft", {"fields": {"words": "Có ổ gà", "address": "An Lạc"}})
    assert kept.status_code == 200
    another_browser = Hands(cast.call_taker)
    assert another_browser.get(f"/api/calls/{call.pk}/caller").json()["draft"]["fields"]["words"] == "Có ổ gà"
    taken = another_browser.post("/api/reports", {"words": "Có ổ gà ở phường An Lạc", "call": call.pk})
    assert taken.status_code == 201
    assert not CallDraft.objects.exists()
    call.refresh_from_db()
    assert call.report_id == taken.json()["report"]
    assert Report.objects.get().source_id == f"call:{call.call_id}"


def test_the_same_call_sent_twice_is_one_report_and_a_second_matter_is_another(
    world: World, cast: Cast, phone: Phone
) -> None:
    call, hands = phone("ringing"), Hands(cast.call_taker)
    hands.post(f"/api/calls/{call.pk}/take")
    action = str(uuid.uuid4())
    sent = {"words": "Có ổ gà ở phường An Lạc", "call": call.pk}
    first = hands.post("/api/reports", sent, action=action).json()
    assert hands.post("/api/reports", sent, action=action).json()["incident"] == first["incident"]
    assert Report.objects.count() == 1
    second = hands.post("/api/reports", {"words": "Còn đống rác nữa", "call": call.pk}).json()
    assert second["incident"] != first["incident"]
    assert Report.objects.count() == 2


def test_a_report_of_somebody_elses_call_is_refused(world: World, cast: Cast, phone: Phone) -> None:
    call = phone("ringing")
    answer = Hands(cast.call_taker).post("/api/reports", {"words": "Có ổ gà", "call": call.pk})
    assert (answer.status_code, answer.json()["code"]) == (409, "call_not_yours")
    assert not Report.objects.exists()
    assert Hands(cast.call_taker).post("/api/reports", {"words": "Có ổ gà", "call": 999}).status_code == 404


def test_saving_routes_to_the_agency_that_was_certain(world: World, cast: Cast) -> None:
    lon, lat = IN_AN_LAC
    sent = {"words": "Có ổ gà to trên mặt đường", "category": "road", "lat": lat, "lon": lon}
    hands = Hands(cast.call_taker)
    told = hands.post("/api/suggest", {**sent, "words": "o ga to"}).json()["agency"]
    assert told["certain"] is True
    assert hands.post("/api/reports", {**sent, "agency": told["id"]}).json()["dispatched"] is True
    assert Assignment.objects.get().agency == world.an_lac
    # Another agency than the system is certain of, or none: a person decides.
    assert hands.post("/api/reports", {**sent, "agency": world.binh_minh.pk}).json()["dispatched"] is False
    assert hands.post("/api/reports", sent).json()["dispatched"] is False
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize("category", ["", "road", "fire"])
@pytest.mark.parametrize("is_placed", [True, False])
@pytest.mark.parametrize(
    "words",
    ["Có ổ gà to", "Có ổ gà và đống rác", "Khói như cháy", "Cháy nhà", "Đánh nhau rồi cháy nhà", "Có chuyện lạ"],
)
def test_saving_does_what_the_button_said(world: World, cast: Cast, words: str, is_placed: bool, category: str) -> None:
    lon, lat = IN_AN_LAC
    sent: dict[str, Any] = {"words": words, "category": category, **({"lat": lat, "lon": lon} if is_placed else {})}
    hands = Hands(cast.call_taker)
    named = hands.post("/api/suggest", sent).json()["agency"]
    says = named is not None and named["certain"]
    answer = hands.post("/api/reports", {**sent, **({"agency": named["id"]} if says else {})}).json()
    assert answer["dispatched"] is says
    assert Assignment.objects.exists() is says


def test_saving_gives_it_to_those_who_co_ordinate_too(world: World, cast: Cast) -> None:
    lon, lat = IN_AN_LAC
    sent = {"words": "Có ổ gà to trên mặt đường", "category": "road", "lat": lat, "lon": lon}
    hands = Hands(cast.call_taker)
    rule = CompetenceRule.objects.get(code="field")
    CoOrdinating.objects.create(rule=rule, target="agency", agency=world.fire)
    told = hands.post("/api/suggest", sent).json()["agency"]
    assert told["also"] == [world.fire.name]
    answer = hands.post("/api/reports", {**sent, "agency": told["id"]}).json()
    assert (answer["dispatched"], answer["raised"]) == (True, False)
    assert {(row.agency, row.role) for row in Assignment.objects.all()} == {(world.an_lac, "lead"), (world.fire, "co")}


def test_anonymous_and_on_behalf_of(world: World, cast: Cast) -> None:
    hands = Hands(cast.call_taker)
    hands.post("/api/reports", {"words": "Có ổ gà", "phone": "0900000001", "name": "Thử", "anonymous": "on"})
    assert not Reporter.objects.exists()
    hands.post("/api/reports", {"words": "Mẹ tôi bị ngã", "phone": "0900000001", "on_behalf_of": "mẹ, bà Thử"})
    assert Reporter.objects.get().on_behalf_of == "mẹ, bà Thử"


def test_whoever_waited_in_vain_is_called_back(world: World, cast: Cast, phone: Phone) -> None:
    abandoned, missed = phone("ringing", "abandoned"), phone("ringing", "ended", number="0900000002")
    withheld = phone("ringing", "abandoned", number="")
    # A number that was withheld cannot be dialled.
    assert withheld.callback == Callback.NONE
    assert list(Call.objects.to_call_back()) == [abandoned, missed]
    who = cast.call_taker
    _call, dials = do(telephone.call_back, call_id=abandoned.pk, by=who)
    assert not dials
    assert status_of(who) == "in_call"
    with pytest.raises(CallRefused):
        do(telephone.call_back, call_id=abandoned.pk, by=cast.supervisor)
    do(telephone.not_reached, call_id=abandoned.pk, by=who, again=True)
    abandoned.refresh_from_db()
    assert (abandoned.callback, abandoned.callback_tries, abandoned.taken_by) == (Callback.DUE, 1, None)
    do(telephone.call_back, call_id=abandoned.pk, by=who)
    do(taking.wrap_up, call_id=abandoned.pk, by=who)
    abandoned.refresh_from_db()
    assert (abandoned.callback, abandoned.is_live) == (Callback.REACHED, False)
    # Somebody knows that it need not be.
    do(telephone.not_reached, call_id=missed.pk, by=who, again=False)
    assert not Call.objects.live().exists()


def test_who_calls_again_is_not_called_back(world: World, cast: Cast, phone: Phone) -> None:
    missed = phone("ringing", "abandoned")
    again = phone("ringing")
    assert Call.objects.get(pk=missed.pk).callback == Callback.DUE
    do(taking.take, call_id=again.pk, by=cast.call_taker)
    missed.refresh_from_db()
    assert (missed.callback, missed.is_live) == (Callback.CALLED_AGAIN, False)


def test_transfer_first_form_second(world: World, cast: Cast, phone: Phone) -> None:
    call = phone("ringing", "answered")
    do(taking.take, call_id=call.pk, by=cast.call_taker)
    url = f"/api/calls/{call.pk}/transfer"
    assert Hands(cast.call_taker).post(url, {"service": "115"}).json()["dials"] is False
    assert not PhoneAction.objects.exists()
    BridgeBeat.objects.create(name="bridge", beat_at=timezone.now())
    assert Hands(cast.call_taker).post(url, {"service": "114"}).json()["dials"] is True
    assert Hands(cast.call_taker).post(url, {"service": "116"}).status_code == 422
    call.refresh_from_db()
    assert call.transferred_to == "114"
    claimed = telephone.claim()
    assert claimed is not None
    assert claimed.target == "114"
    assert telephone.claim() is None
    telephone.answer(claimed)
    assert PhoneAction.objects.get().state == "done"


def test_what_nobody_did_in_time_is_not_done_late(world: World, cast: Cast, phone: Phone) -> None:
    call = phone("ringing", "answered")
    do(taking.take, call_id=call.pk, by=cast.call_taker)
    BridgeBeat.objects.create(name="bridge", beat_at=timezone.now())
    do(telephone.transfer, call_id=call.pk, service="114", by=cast.call_taker)
    assert telephone.claim(timezone.now() + dt.timedelta(minutes=1)) is None
    assert PhoneAction.objects.get().failure == "not_in_time"
    # The caller was never passed on, and whoever pressed the button is told.
    call.refresh_from_db()
    assert (call.transferred_to, call.transferred_at) == ("", None)
    (body,) = [row.body for row in described.rows(frozenset({"room"})) if row.entity == described.CALL]
    assert (body["action"]["state"], body["action"]["failure"]) == ("failed", "not_in_time")
    assert body["action"]["by"] == cast.call_taker.pk


def test_a_transfer_that_fails_after_the_write_up_comes_back_to_the_desk(
    world: World, cast: Cast, phone: Phone, new_agency: Any
) -> None:
    new_agency(kind="ambulance")
    call = phone("ringing", "answered", call_id="a")
    do(taking.take, call_id=call.pk, by=cast.call_taker)
    BridgeBeat.objects.create(name="bridge", beat_at=timezone.now())
    do(telephone.transfer, call_id=call.pk, service="115", by=cast.call_taker)
    answer = Hands(cast.call_taker).post("/api/reports", {"words": "Ông cụ bất tỉnh", "call": call.pk})
    assert answer.status_code == 201, answer.content
    phone("ringing", "answered", "ended", call_id="a")
    assert not Call.objects.live().exists()
    assert telephone.fail_late(timezone.now() + dt.timedelta(minutes=1)) == 1
    assert telephone.fail_late(timezone.now() + dt.timedelta(minutes=1)) == 0
    call = Call.objects.live().get()
    assert (call.taken_by, call.wrapped_at, call.transferred_to) == (cast.call_taker, None, "")
    # Seen and done by hand.
    do(taking.wrap_up, call_id=call.pk, by=cast.call_taker)
    assert not Call.objects.live().exists()


def test_a_failed_transfer_is_an_emergency_all_the_same(
    world: World, cast: Cast, phone: Phone, new_agency: Any
) -> None:
    ambulance = new_agency(kind="ambulance")
    call = phone("ringing", "answered")
    do(taking.take, call_id=call.pk, by=cast.call_taker)
    BridgeBeat.objects.create(name="bridge", beat_at=timezone.now())
    do(telephone.transfer, call_id=call.pk, service="115", by=cast.call_taker)
    claimed = telephone.claim()
    assert claimed is not None
    telephone.answer(claimed, "refused")
    answer = Hands(cast.call_taker).post("/api/reports", {"words": "Ông cụ bất tỉnh", "call": call.pk})
    incident = Incident.objects.by_code(answer.json()["incident"]).get()
    assert [row.agency for row in incident.assignments.all()] == [ambulance]


def test_a_report_that_was_lost_does_not_ring_for_ever(world: World, cast: Cast, phone: Phone) -> None:
    call = phone("ringing")
    assert silence.close_silent() == 0
    assert silence.close_silent(timezone.now() + silence.LONGEST_RINGING) == 1
    call.refresh_from_db()
    assert (call.state, call.callback) == ("missed", Callback.DUE)


def test_what_is_counted(world: World, cast: Cast, phone: Phone) -> None:
    phone("ringing", "answered", "ended")
    phone("ringing", "abandoned")
    now = timezone.now()
    found = list(figures.rows(now - dt.timedelta(hours=1), now))
    assert [(one.state, one.wait_s, one.talk_s) for one in found] == [("ended", 1.0, 1.0), ("abandoned", 1.0, None)]


def test_events_lead_where_a_snapshot_would(world: World, cast: Cast, phone: Phone) -> None:
    room, outside = frozenset({"room"}), frozenset({"leader", "agency:1"})
    checker = Checker(described.rows, [room, outside])
    call = phone("ringing", call_id="a")
    checker.check()
    do(seats.set_status, by=cast.call_taker, status=SeatStatus.FREE)
    do(taking.take, call_id=call.pk, by=cast.call_taker)
    checker.check()
    missed = phone("ringing", "abandoned", number="0900000009")
    phone("ringing", "answered", "ended", call_id="a")
    checker.check()
    do(taking.wrap_up, call_id=call.pk, by=cast.call_taker)
    do(telephone.call_back, call_id=missed.pk, by=cast.call_taker)
    do(telephone.not_reached, call_id=missed.pk, by=cast.call_taker, again=False)
    do(seats.set_status, by=cast.call_taker, status=SeatStatus.OFF)
    checker.check()
    assert list(described.rows(room)) == []


def test_a_call_that_was_passed_on_is_an_emergency_of_that_service(
    world: World, cast: Cast, phone: Phone, new_agency: Any
) -> None:
    ambulance = new_agency(kind="ambulance")
    call = phone("ringing", "answered")
    do(taking.take, call_id=call.pk, by=cast.call_taker)
    do(telephone.transfer, call_id=call.pk, service="115", by=cast.call_taker)
    answer = Hands(cast.call_taker).post("/api/reports", {"words": "Ông cụ bất tỉnh", "call": call.pk})
    assert answer.status_code == 201, answer.content
    incident = Incident.objects.by_code(answer.json()["incident"]).get()
    assert incident.group == 2
    assert [row.agency for row in incident.assignments.all()] == [ambulance]


def test_the_emergency_key_passes_the_caller_on(world: World, cast: Cast, phone: Phone) -> None:
    call = phone("ringing", "answered")
    do(taking.take, call_id=call.pk, by=cast.call_taker)
    answer = Hands(cast.call_taker).post("/api/reports", {"words": "Có việc ở chợ", "call": call.pk})
    incident = Incident.objects.by_code(answer.json()["incident"]).get()
    url = f"/api/incidents/{incident.code}/emergency"
    pressed = Hands(cast.call_taker).post(url, {"base_version": incident.version, "services": ["fire"]})
    assert pressed.status_code == 200, pressed.content
    call.refresh_from_db()
    assert call.transferred_to == "114"
