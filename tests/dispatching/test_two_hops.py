"""The second hop and its other ways: pauses, several units and agencies, disagreement, transfer, plans, tasks."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from incidents.delivery.models import Delivery
from incidents.dispatching import agency_work, assigning, closing, correcting, disagreeing, escalating, pausing, results
from incidents.dispatching.children import open_child
from incidents.dispatching.deadlines import due_at
from incidents.dispatching.refusals import Refusal, Refused
from incidents.inbox.queries import detail
from incidents.intake.messages import take_message
from incidents.records.editing import Changed
from incidents.records.lifecycles import NotAllowed
from incidents.records.models import Assignment, History, Incident, Pause, Report, Reporter, Source, UnitWork
from incidents.worktime.models import Absence
from opscenter.accounts.models import Agency, ContactPoint, HandlingUnit, Person
from realtime.change import change
from tests.cast import Cast, Hands, give, open_one, together
from tests.intake.world import World


def do(act: Callable[..., Any], **given: Any) -> Any:
    with change():
        return act(**given)


def refusal(act: Callable[..., Any], **given: Any) -> Refusal:
    with pytest.raises(Refused) as refused:
        do(act, **given)
    assert str(refused.value)
    return refused.value.code


def state(row: Assignment) -> str:
    return Assignment.objects.get(pk=row.pk).state


def kinds(incident: Incident) -> list[str]:
    return list(History.objects.filter(incident=incident).order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def accepted(world: World, cast: Cast) -> Assignment:
    now = timezone.now()
    incident = open_one(world, due_at=due_at(world.categories["road"], now))
    row = give(incident, world.an_lac, cast.call_taker)
    do(agency_work.accept, assignment_id=row.pk, by=cast.focal_point)
    return row


def test_a_return_names_the_right_agency(world: World, cast: Cast) -> None:
    row = give(open_one(world), world.an_lac, cast.call_taker)
    own = {"assignment_id": row.pk, "by": cast.focal_point, "reason": "Đường tỉnh", "code": "not_competent"}
    assert refusal(agency_work.return_, proposed=world.an_lac, **own) == Refusal.AGENCY_HAS_IT
    do(agency_work.return_, proposed=world.binh_minh, **own)
    again = Assignment.objects.get(pk=row.pk)
    assert (again.state, again.return_code, again.proposed_agency) == ("returned", "not_competent", world.binh_minh)
    history = History.objects.get(kind="returned")
    assert (history.why, history.data["proposed"]) == ("not_competent", world.binh_minh.pk)
    # Whoever gets it next follows on what was before.
    assert give(row.incident, world.binh_minh, cast.call_taker).follows_id == row.pk


def test_several_units_report_and_the_focal_point_answers_for_them(accepted: Assignment, cast: Cast) -> None:
    second = HandlingUnit.objects.create(agency=accepted.agency, name="Tổ cây xanh")
    other = Person.objects.create_user(
        username="other", full_name="Người Hai", role="handler", agency=accepted.agency, handling_unit=second
    )
    own = {"assignment_id": accepted.pk}
    do(agency_work.hand_on, unit=cast.unit, others=[second], person=cast.handler, by=cast.focal_point, **own)
    for person in (cast.handler, other):
        assert Incident.objects.visible_to(person).count() == 1
    do(agency_work.give_result, text="Đã vá", by=cast.handler, **own)
    assert state(accepted) == "in_progress"
    do(agency_work.give_result, text="Đã dọn", by=other, **own)
    assert state(accepted) == "reported"
    assert Assignment.objects.get(pk=accepted.pk).result == "Tổ đô thị: Đã vá\nTổ cây xanh: Đã dọn"
    # Only who answers for it passes it on; what the unit wrote stays where it was.
    do(results.send_back_to_unit, by=cast.focal_point, reason="Thiếu ảnh", **own)
    assert state(accepted) == "in_progress"
    assert set(UnitWork.objects.values_list("result", flat=True)) == {"Đã vá", "Đã dọn"}
    with pytest.raises(NotAllowed):
        do(results.pass_on_result, by=cast.focal_point, **own)
    for person in (cast.handler, other):
        do(agency_work.give_result, text="Xong", by=person, **own)
    do(results.pass_on_result, by=cast.focal_point, text="Đã vá và dọn.", **own)
    assert state(accepted) == "result_given"


def test_handing_on_again_takes_it_from_the_first_unit(accepted: Assignment, cast: Cast) -> None:
    second = HandlingUnit.objects.create(agency=accepted.agency, name="Tổ cây xanh")
    own = {"assignment_id": accepted.pk, "by": cast.focal_point}
    do(agency_work.hand_on, unit=cast.unit, **own)
    do(agency_work.hand_on, unit=second, **own)
    assert Incident.objects.visible_to(cast.handler).count() == 0
    assert UnitWork.objects.filter(ended_at=None).get().unit == second
    # What was before is not forgotten.
    assert UnitWork.objects.count() == 2
    assert refusal(agency_work.hand_on, unit=second, person=cast.handler, **own) == Refusal.OTHER_UNIT
    assert refusal(agency_work.hand_on, unit=second, others=[cast.unit_there], **own) == Refusal.OTHER_UNIT


def test_a_deputy_stands_in(accepted: Assignment, cast: Cast, new_person: Callable[..., Person]) -> None:
    deputy = new_person("handler", agency=accepted.agency, handling_unit=cast.unit)
    today = timezone.localdate()
    Absence.objects.create(person=cast.handler, deputy=deputy, starts=today, ends=today, by=cast.focal_point)
    do(agency_work.hand_on, assignment_id=accepted.pk, unit=cast.unit, person=cast.handler, by=cast.focal_point)
    assert UnitWork.objects.get().person == deputy


def test_the_citizens_are_asked_and_the_clocks_stand_still(accepted: Assignment, cast: Cast) -> None:
    incident = accepted.incident
    before = Incident.objects.get(pk=incident.pk).due_at
    own = {"assignment_id": accepted.pk, "by": cast.handler}
    # By phone alone, with nothing to reach them by but the page.
    do(pausing.ask, question="Ở trước số nhà mấy?", **own)
    row = Assignment.objects.get(pk=accepted.pk)
    assert row.state == "asked"
    assert row.paused_until is not None
    paused = Incident.objects.get(pk=incident.pk)
    assert before is None or paused.due_at > before
    assert "Ở trước số nhà mấy?" in Delivery.objects.get(kind="question").body
    for act, more in ((agency_work.give_result, {"text": "?"}), (pausing.ask, {"question": "?"})):
        with pytest.raises(NotAllowed):
            do(act, **own, **more)
    do(pausing.resume, **own)
    assert state(accepted) == "in_progress"
    assert Incident.objects.get(pk=incident.pk).due_at < paused.due_at
    with pytest.raises(NotAllowed):
        do(pausing.resume, **own)
    assert kinds(incident)[-2:] == ["asked", "resumed"]


def test_the_citizens_answer_lets_the_clocks_run_on_and_the_agency_reads_it(accepted: Assignment, cast: Cast) -> None:
    do(pausing.ask, assignment_id=accepted.pk, question="Ở trước số nhà mấy?", by=cast.focal_point)
    report = Report.objects.filter(incident=accepted.incident).earliest("pk")
    said = {"source": Source.CHAT, "source_id": "later-1", "report": report}
    for _twice in range(2):
        assert take_message(words="Trước nhà 12/5, gọi 0900 000 001 nhé", **said).report.pk == report.pk
    assert state(accepted) == "in_progress"
    row = Pause.objects.get()
    assert row.ended_at is not None
    assert Assignment.objects.get(pk=accepted.pk).paused_until is None
    assert History.objects.get(kind="resumed").why == "answered"
    found = detail(cast.focal_point, accepted.pk)
    assert found is not None
    assert [words for _at, words in found.said_later] == ["Trước nhà 12/5, gọi ••• nhé"]


def test_nobody_can_be_asked_about_a_task(world: World, cast: Cast) -> None:
    child = do(open_child, incident_id=open_one(world).pk, what="Cắt cây", by=cast.call_taker)
    row = give(child, world.an_lac, cast.call_taker)
    do(agency_work.accept, assignment_id=row.pk, by=cast.focal_point)
    assert refusal(pausing.ask, assignment_id=row.pk, question="?", by=cast.focal_point) == Refusal.NOBODY_TO_ASK
    assert state(row) == "accepted"


def test_planned_work_waits_for_its_day_and_not_for_ever(
    accepted: Assignment, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    own = {"assignment_id": accepted.pk, "by": cast.focal_point, "reason": "Chờ vật tư"}
    for until in (now - dt.timedelta(days=1), now + pausing.POSTPONE_AT_MOST + dt.timedelta(days=1)):
        assert refusal(pausing.postpone, until=until, **own) == Refusal.NOT_A_DAY_TO_POSTPONE
    do(pausing.postpone, until=now + dt.timedelta(days=10), **own)
    row = Assignment.objects.get(pk=accepted.pk)
    assert (row.state, row.alarm_clock) == ("postponed", "pause")
    assert row.due_at > row.paused_until
    # The day comes: the worker lets the clocks run on, by itself.
    Assignment.objects.filter(pk=row.pk).update(alarm_at=now)
    assert escalating.work() == 1
    assert state(accepted) == "in_progress"
    assert Pause.objects.get().ended_at is not None
    assert History.objects.get(kind="resumed").why == "limit"


def test_work_for_later_is_told_nobody_before(world: World, cast: Cast) -> None:
    incident = open_one(world)
    day = timezone.now() + dt.timedelta(days=20)
    given = {"incident_id": incident.pk, "lead": world.an_lac, "by": cast.call_taker}
    late = day + assigning.PLAN_AT_MOST
    assert refusal(assigning.assign, planned_for=late, **given) == Refusal.NOT_A_DAY_TO_PLAN
    (row,) = do(assigning.assign, planned_for=day, **given)
    planned = Incident.objects.get(pk=incident.pk)
    assert (planned.state, row.state) == ("planned", "planned")
    assert planned.due_at > day
    assert not Delivery.objects.filter(incident=incident).exists()
    assert Incident.objects.visible_to(cast.focal_point).count() == 0
    assert not Incident.objects.overdue(day).exists()
    with pytest.raises(NotAllowed):
        do(agency_work.accept, assignment_id=row.pk, by=cast.focal_point)
    assert escalating.work() == 0
    Assignment.objects.filter(pk=row.pk).update(alarm_at=timezone.now())
    assert escalating.work() == 1
    assert (state(row), Incident.objects.get(pk=incident.pk).state) == ("sent", "assigned")
    assert Incident.objects.visible_to(cast.focal_point).count() == 1
    assert set(Delivery.objects.values_list("kind", flat=True)) == {"assignment", "forwarded"}
    assert kinds(incident) == ["received", "planned", "sent_as_planned"]


def test_a_plan_can_be_given_up(world: World, cast: Cast) -> None:
    incident = open_one(world)
    day = timezone.now() + dt.timedelta(days=20)
    (row,) = do(assigning.assign, incident_id=incident.pk, lead=world.an_lac, by=cast.call_taker, planned_for=day)
    do(assigning.cancel_assignment, assignment_id=row.pk, by=cast.call_taker, why="not_needed")
    again = Incident.objects.get(pk=incident.pk)
    assert again.state == "received"
    assert again.due_at < day


def test_disagreement_goes_up_twice(
    world: World, cast: Cast, new_agency: Callable[..., Agency], monkeypatch: pytest.MonkeyPatch
) -> None:
    department, province = new_agency(code="so-thong-tin"), new_agency(code="vp-ubnd-tinh", kind="province")
    monkeypatch.setattr(settings, "ARBITERS", ["so-thong-tin", "vp-ubnd-tinh"])
    lead = give(open_one(world), world.an_lac, cast.call_taker, co_ordinating=[world.binh_minh])
    co = Assignment.objects.get(agency=world.binh_minh)
    for row, by in ((lead, cast.focal_point), (co, cast.focal_point_there)):
        do(agency_work.accept, assignment_id=row.pk, by=by)
    do(agency_work.give_result, assignment_id=co.pk, text="Không thuộc chúng tôi", by=cast.focal_point_there)
    do(agency_work.give_result, assignment_id=lead.pk, text="Của phường bạn", by=cast.focal_point)
    assert Incident.objects.get(pk=lead.incident_id).state == "resolved"
    against = {"assignment_id": co.pk, "by": cast.focal_point_there, "reason": "Không thống nhất ranh giới"}
    first = do(disagreeing.disagree, **against)
    assert (first.agency, first.role, first.note) == (department, "arb", "Không thống nhất ranh giới")
    # What the lead said is back with the lead: there is no result yet.
    assert (state(lead), Incident.objects.get(pk=lead.incident_id).state) == ("in_progress", "in_progress")
    assert refusal(disagreeing.disagree, **against) == Refusal.BEING_DECIDED
    theirs = {"assignment_id": lead.pk, "by": cast.focal_point}
    assert refusal(agency_work.give_result, text="?", **theirs) == Refusal.OTHERS_STILL_WORK
    decided = {"by": cast.supervisor, "text": "Phường An Lạc làm"}
    do(agency_work.accept, assignment_id=first.pk, by=cast.supervisor)
    do(agency_work.give_result, assignment_id=first.pk, **decided)
    second = do(disagreeing.disagree, **{**against, "assignment_id": lead.pk})
    assert second.agency == province
    do(agency_work.accept, assignment_id=second.pk, by=cast.supervisor)
    do(agency_work.give_result, assignment_id=second.pk, **decided)
    assert refusal(disagreeing.disagree, **against) == Refusal.NOBODY_HIGHER
    do(agency_work.give_result, text="Đã làm", **theirs)
    assert Incident.objects.get(pk=lead.incident_id).state == "resolved"
    do(closing.close, incident_id=lead.incident_id, answer="Xong.", by=cast.call_taker)
    assert set(Assignment.objects.values_list("state", flat=True)) == {"answered"}


def test_a_complaint_never_goes_by_itself_to_whom_it_complains_of_nor_past_it(
    world: World, cast: Cast, new_agency: Callable[..., Agency], monkeypatch: pytest.MonkeyPatch
) -> None:
    department, province = new_agency(code="so-thong-tin"), new_agency(code="vp-ubnd-tinh", kind="province")
    monkeypatch.setattr(settings, "ARBITERS", ["so-thong-tin", "vp-ubnd-tinh"])
    incident = open_one(world)
    lead = give(incident, world.an_lac, cast.call_taker, co_ordinating=[world.binh_minh])
    do(agency_work.accept, assignment_id=lead.pk, by=cast.focal_point)
    report = incident.reports.get()
    do(correcting.set_complaint, incident_id=incident.pk, report=report, agency=department, by=cast.call_taker)
    against = {"assignment_id": lead.pk, "by": cast.focal_point, "reason": "Không thống nhất ranh giới"}
    do(disagreeing.disagree, **against)
    held = Incident.objects.get(pk=incident.pk)
    assert held.needs == ["arbiter_open"]
    assert held.notes.get().text == "Không thống nhất ranh giới"
    assert not Assignment.objects.filter(agency__in=[department, province]).exists()
    assert refusal(disagreeing.disagree, **against) == Refusal.HOTLINE_CHOOSES
    # Nor when it is given to those below: only the room settles it, and never with whom it complains of.
    chosen = {"incident_id": incident.pk, "lead": None, "by": cast.call_taker}
    assert refusal(assigning.assign, co_ordinating=[department], **chosen) == Refusal.COMPLAINED_OF
    do(assigning.assign, co_ordinating=[province], **chosen)
    assert Assignment.objects.get(agency=province).role == Assignment.Role.ARBITER
    assert Incident.objects.get(pk=incident.pk).needs == []


def test_nobody_decides_a_complaint_before_it_is_known_whom_it_is_about(
    world: World, cast: Cast, new_agency: Callable[..., Agency], monkeypatch: pytest.MonkeyPatch
) -> None:
    new_agency(code="so-thong-tin")
    monkeypatch.setattr(settings, "ARBITERS", ["so-thong-tin"])
    incident = open_one(world)
    lead = give(incident, world.an_lac, cast.call_taker, co_ordinating=[world.binh_minh])
    do(agency_work.accept, assignment_id=lead.pk, by=cast.focal_point)
    said = {"agency": None, "official": "cán bộ số 3", "by": cast.call_taker}
    do(correcting.set_complaint, incident_id=incident.pk, report=incident.reports.get(), **said)
    do(disagreeing.disagree, assignment_id=lead.pk, by=cast.focal_point, reason="Không thống nhất")
    assert Assignment.objects.count() == 2
    assert Incident.objects.get(pk=incident.pk).needs == ["complaint_open", "arbiter_open"]


def test_alone_there_is_nobody_to_disagree_with(accepted: Assignment, cast: Cast) -> None:
    own = {"assignment_id": accepted.pk, "by": cast.focal_point, "reason": "?"}
    assert refusal(disagreeing.disagree, **own) == Refusal.NOBODY_ELSE_WORKS


def test_a_transfer_keeps_the_story(world: World, cast: Cast) -> None:
    row = give(open_one(world), world.an_lac, cast.call_taker)
    moved = {"assignment_id": row.pk, "to": world.binh_minh, "reason": "Bên kia đường"}
    assert refusal(assigning.transfer, by=cast.focal_point, **moved) == Refusal.NOT_BELOW
    new = do(assigning.transfer, by=cast.call_taker, **moved)
    assert (state(row), new.state, new.role, new.follows_id) == ("transferred", "sent", "lead", row.pk)
    assert Incident.objects.visible_to(cast.focal_point).count() == 0
    assert Incident.objects.visible_to(cast.focal_point_there).count() == 1
    with pytest.raises(NotAllowed):
        do(assigning.transfer, by=cast.call_taker, **moved)
    # An agency passes on to those below its own.
    Agency.objects.filter(pk=world.an_lac.pk).update(parent=world.binh_minh)
    back = {"assignment_id": new.pk, "to": world.an_lac, "reason": "Giao phường"}
    do(assigning.transfer, by=cast.focal_point_there, **back)
    assert Incident.objects.visible_to(cast.focal_point).count() == 1


def test_an_agency_sees_what_those_below_it_have(world: World, cast: Cast) -> None:
    Agency.objects.filter(pk=world.an_lac.pk).update(parent=world.binh_minh)
    incident = open_one(world)
    row = give(incident, world.an_lac, cast.call_taker)
    above = Hands(cast.focal_point_there)
    assert Incident.objects.visible_to(cast.focal_point_there).count() == 1
    assert above.get(f"/inbox/assignment/{row.pk}/").status_code == 200
    # To read it, not to do anything with it; and who reported it is the task's own people's to know.
    answer = above.post(f"/api/assignments/{row.pk}/accept", {"base_version": incident.version})
    assert answer.status_code == 404
    assert above.get(f"/api/incidents/{incident.code}/reporter").status_code == 403
    assert Hands(cast.focal_point).get(f"/api/incidents/{incident.code}/reporter").status_code == 200


def test_opened_again_it_goes_out_again(world: World, cast: Cast) -> None:
    incident = open_one(world)
    lead = give(incident, world.an_lac, cast.call_taker, co_ordinating=[world.binh_minh])
    co = Assignment.objects.get(agency=world.binh_minh)
    for row, by in ((co, cast.focal_point_there), (lead, cast.focal_point)):
        do(agency_work.accept, assignment_id=row.pk, by=by)
        do(agency_work.give_result, assignment_id=row.pk, text="Xong", by=by)
    do(closing.close, incident_id=incident.pk, answer="Xong.", by=cast.call_taker)
    do(closing.reopen, incident_id=incident.pk, by=cast.supervisor, again=True)
    rows = list(Assignment.objects.order_by("pk"))
    assert [row.state for row in rows] == ["reopened", "reopened", "sent", "sent"]
    assert rows[2].follows_id == lead.pk
    again = Incident.objects.get(pk=incident.pk)
    assert again.state == "assigned"
    # Its clock begins with the opening.
    assert again.due_at > History.objects.get(kind="reopened").at


def test_the_answer_reaches_everybody_who_reported_by_their_own_door(world: World, cast: Cast) -> None:
    incident = open_one(world, reports=3)
    reports = list(Report.objects.filter(incident=incident).order_by("pk"))
    for number, report in enumerate(reports[:2]):
        reporter = Reporter.objects.create(
            kind="person", email=f"nguoi{number}@thu.example", created_at=report.received_at
        )
        Report.objects.filter(pk=report.pk).update(reporter=reporter)
    do(closing.answer_at_once, incident_id=incident.pk, answer="Đã trả lời.", by=cast.call_taker)
    answered = Delivery.objects.filter(kind="answered")
    assert set(answered.filter(door="page").values_list("report_id", flat=True)) == {row.pk for row in reports}
    emails = answered.filter(door="email").values_list("reporter__email", flat=True)
    assert sorted(emails) == ["nguoi0@thu.example", "nguoi1@thu.example"]


def test_tasks_of_an_incident(world: World, cast: Cast) -> None:
    incident = open_one(world)
    give(incident, world.an_lac, cast.call_taker)
    child = do(open_child, incident_id=incident.pk, what="Cắt cây, gọi 0900 000 001", by=cast.call_taker)
    assert (child.parent, child.ward_code, child.state) == (incident, "90001", "received")
    assert "0900" not in child.summary
    with pytest.raises(NotAllowed):
        do(open_child, incident_id=child.pk, what="?", by=cast.call_taker)
    over = {"incident_id": incident.pk, "answer": "Xong.", "by": cast.call_taker}
    assert refusal(closing.close, **over) == Refusal.CHILDREN_OPEN
    give(child, world.binh_minh, cast.call_taker)
    do(closing.close, incident_id=child.pk, answer="Đã cắt.", by=cast.call_taker)
    do(closing.close, **over)
    assert kinds(incident)[-2:] == ["child_opened", "closed"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ask", "result"),
        ("result", "ask"),
        ("postpone", "ask"),
        ("result", "result"),
        ("hand", "hand"),
        ("transfer", "result"),
        ("return", "result"),
    ],
)
def test_two_people_on_one_assignment(accepted: Assignment, world: World, cast: Cast, first: str, second: str) -> None:
    """Whoever comes second is told what was done, with both texts, and nothing of the first is overwritten."""
    seen = Incident.objects.get(pk=accepted.incident_id).version
    sent: dict[str, dict[str, Any]] = {
        "ask": {"question": "Ở đâu?"},
        "result": {"result": "Đã vá."},
        "postpone": {"on": (timezone.localdate() + dt.timedelta(days=5)).isoformat(), "reason": "Chờ"},
        "hand": {"unit": cast.unit.pk},
        "transfer": {"agency": world.binh_minh.pk, "reason": "?"},
        "return": {"reason": "?"},
    }

    def post(what: str, person: Person) -> Any:
        url = f"/api/assignments/{accepted.pk}/{what}"
        return Hands(person).post(url, {**sent[what], "base_version": seen}, action=str(uuid.uuid4()))

    one = post(first, cast.supervisor if first == "transfer" else cast.focal_point)
    assert one.status_code == 200, one.content
    before = Assignment.objects.filter(pk=accepted.pk).values().get()
    two = post(second, cast.focal_point)
    assert two.status_code == 409, two.content
    body = two.json()
    assert body["code"] == "changed"
    assert body["yours"]
    assert body["current"]["done"]
    assert Assignment.objects.filter(pk=accepted.pk).values().get() == before


def test_two_results_at_the_same_moment(accepted: Assignment, cast: Cast) -> None:
    version = Incident.objects.get(pk=accepted.incident_id).version
    texts = ["một", "hai", "ba"]
    works = [
        lambda text=text: do(
            agency_work.give_result,
            assignment_id=accepted.pk,
            text=text,
            by=cast.focal_point,
            base_version=version,
        )
        for text in texts
    ]
    answers = together(works)  # type: ignore[arg-type]
    refused = [answer for answer in answers if isinstance(answer, Changed)]
    assert len(refused) == 2
    kept = Assignment.objects.get(pk=accepted.pk)
    assert kept.result == texts[next(n for n, answer in enumerate(answers) if not isinstance(answer, Exception))]


def test_private_notes_stay_in_the_agency(accepted: Assignment, world: World, cast: Cast) -> None:
    Hands(cast.focal_point).post(
        f"/api/incidents/{accepted.incident.code}/note", {"text": "Gọi anh Thử trước", "private": "on"}
    )
    panel = Hands(cast.focal_point).get(f"/inbox/assignment/{accepted.pk}/").content.decode()
    assert "Gọi anh Thử trước" in panel
    room = Hands(cast.supervisor).get(f"/room/incident/{accepted.incident.code}/panel").content.decode()
    assert "Gọi anh Thử trước" not in room
    do(assigning.assign, incident_id=accepted.incident_id, lead=None, co_ordinating=[world.binh_minh],
       by=cast.call_taker)  # fmt: skip
    theirs = Assignment.objects.get(agency=world.binh_minh)
    other = Hands(cast.focal_point_there).get(f"/inbox/assignment/{theirs.pk}/").content.decode()
    assert "Gọi anh Thử trước" not in other


@pytest.fixture
def ladder(world: World, new_agency: Callable[..., Agency]) -> None:
    """Contact points for every step of the ladder."""
    hotline, province = new_agency(kind="hotline"), new_agency(kind="province")
    ContactPoint.objects.create(agency=world.an_lac, kind="email", address="thu-truong@thu.example", is_head=True)
    ContactPoint.objects.create(agency=hotline, kind="email", address="truong-ca@thu.example")
    ContactPoint.objects.create(agency=province, kind="email", address="lanh-dao@thu.example")


def climb(row: Assignment) -> str:
    """Lets the time of one assignment's next step come, and the worker see it; who was told then."""
    assert Assignment.objects.get(pk=row.pk).alarm_at is not None
    told = set(Delivery.objects.filter(kind="reminder").values_list("pk", flat=True))
    Assignment.objects.filter(pk=row.pk).update(alarm_at=timezone.now())
    assert escalating.work() == 1
    new = Delivery.objects.filter(kind="reminder").exclude(pk__in=told)
    return ",".join(new.values_list("contact_point__address", flat=True))


@pytest.mark.usefixtures("ladder")
def test_the_ladder_goes_up_step_by_step(world: World, cast: Cast) -> None:
    row = give(open_one(world), world.an_lac, cast.call_taker)
    assert row.alarm_clock == "seen"
    people = [climb(row) for _step in range(5)]
    own = "an-lac@agency.example"
    assert people == [own, own, "thu-truong@thu.example", "truong-ca@thu.example", "lanh-dao@thu.example"]
    last = Assignment.objects.get(pk=row.pk)
    # There is nobody higher, so it does not ring on.
    assert (last.alarm_at, last.alarm_told) == (None, "leader")
    rows = list(History.objects.filter(kind__startswith="clock_").order_by("pk").values_list("kind", "why"))
    assert rows == [
        ("clock_warned", "warning"),
        ("clock_escalated", "focal_point"),
        ("clock_escalated", "head"),
        ("clock_escalated", "supervisor"),
        ("clock_escalated", "leader"),
    ]
    # The next clock begins its ladder at the bottom.
    do(agency_work.see, assignment_id=row.pk, by=cast.focal_point)
    seen = Assignment.objects.get(pk=row.pk)
    assert (seen.alarm_clock, seen.alarm_step, seen.alarm_told) == ("accepted", 0, "")
    assert climb(row) == own


@pytest.mark.usefixtures("ladder")
def test_a_result_that_waits_is_the_hotlines_to_answer(accepted: Assignment, cast: Cast) -> None:
    do(agency_work.give_result, assignment_id=accepted.pk, text="Đã vá", by=cast.focal_point)
    assert Assignment.objects.get(pk=accepted.pk).alarm_clock == "answer"
    people = [climb(accepted) for _step in range(3)]
    assert people == ["truong-ca@thu.example", "truong-ca@thu.example", "lanh-dao@thu.example"]
    do(closing.close, incident_id=accepted.incident_id, answer="Xong.", by=cast.call_taker)
    assert Assignment.objects.get(pk=accepted.pk).alarm_at is None


def test_two_workers_take_a_step_once(accepted: Assignment) -> None:
    Assignment.objects.filter(pk=accepted.pk).update(alarm_at=timezone.now())
    together([escalating.work, escalating.work, escalating.work])
    assert History.objects.filter(kind="clock_warned").count() == 1


def test_a_clock_that_cannot_be_worked_on_does_not_stop_the_others(
    world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = (give(open_one(world), world.an_lac, cast.call_taker) for _ in range(2))
    now = timezone.now()
    Assignment.objects.filter(pk=bad.pk).update(alarm_at=now - dt.timedelta(hours=1), alarm_clock="nothing")
    Assignment.objects.filter(pk=good.pk).update(alarm_at=now)
    escalating.work()
    assert Assignment.objects.get(pk=bad.pk).alarm_at > now
    assert History.objects.filter(kind="clock_warned", incident=good.incident).exists()


class TestToldWithoutTheApp:
    """Every hop reaches whoever has no notification: the unit by SMS or mail, the agency by its contacts."""

    @pytest.fixture(autouse=True)
    def sms(self, settings: Any) -> None:
        settings.SMS_SEND_URL, settings.SMS_SEND_FIELDS = "http://127.0.0.1:9/", "to={to}&text={text}"

    def told(self, kind: str) -> list[tuple[str, str]]:
        rows = Delivery.objects.filter(kind=kind, state="waiting").exclude(door="push").order_by("pk")
        return [(row.door, row.person.username if row.person else "agency") for row in rows]

    def test_a_unit_by_sms_else_by_mail(self, accepted: Assignment, cast: Cast) -> None:
        Delivery.objects.update(state="sent")
        Person.objects.filter(pk=cast.handler.pk).update(phone="+84900000021", username="one")
        mail = {"username": "two", "full_name": "Người Hai", "email": "two@unit.example", "role": "handler"}
        Person.objects.create_user(agency=accepted.agency, handling_unit=cast.unit, **mail)
        do(agency_work.hand_on, assignment_id=accepted.pk, unit=cast.unit, by=cast.focal_point)
        assert self.told("assignment") == [("sms", "one"), ("email", "two")]
        row = Delivery.objects.get(person__username="one")
        assert f"/inbox/assignment/{accepted.pk}/" in row.body
        # No word of the citizen, and it does not leave once the hotline has taken it back.
        assert "Ổ gà" not in row.body
        do(assigning.cancel_assignment, assignment_id=accepted.pk, by=cast.supervisor, why="wrong_agency")
        assert self.told("assignment") == []

    def test_the_way_back(self, accepted: Assignment, cast: Cast) -> None:
        Person.objects.filter(pk=cast.handler.pk).update(phone="+84900000021", username="one")
        do(agency_work.hand_on, assignment_id=accepted.pk, unit=cast.unit, by=cast.focal_point)
        do(agency_work.give_result, assignment_id=accepted.pk, text="Đã vá", by=cast.handler)
        assert self.told("news") == [("email", "agency")]
        assert "Đã vá" in Delivery.objects.get(kind="news").body
        do(results.send_back_to_unit, assignment_id=accepted.pk, by=cast.focal_point, reason="Thiếu ảnh")
        assert self.told("news")[1:] == [("sms", "one")]
        do(agency_work.give_result, assignment_id=accepted.pk, text="Đã vá, có ảnh", by=cast.focal_point)
        do(closing.reject_result, incident_id=accepted.incident_id, reason="Chưa dọn đất", by=cast.supervisor)
        last = Delivery.objects.filter(kind="news").latest("pk")
        assert (last.door, last.contact_point_id is not None, "Chưa dọn đất" in last.body) == ("email", True, True)
        assert "http" in last.body

    def test_who_was_told_hears_that_it_was_taken_back(self, accepted: Assignment, cast: Cast) -> None:
        Person.objects.filter(pk=cast.handler.pk).update(phone="+84900000021", username="one")
        do(agency_work.hand_on, assignment_id=accepted.pk, unit=cast.unit, by=cast.focal_point)
        # The agency's mail has left, the unit's message has not: it is told nothing of what it never heard of.
        Delivery.objects.filter(kind="assignment", door="email").update(state="sent")
        do(assigning.cancel_assignment, assignment_id=accepted.pk, by=cast.supervisor, why="wrong_agency")
        assert (self.told("assignment"), self.told("news")) == ([], [("email", "agency")])
        news = Delivery.objects.get(kind="news")
        assert "thu hồi" in news.body
        assert accepted.incident.code in news.body
        assert "Ổ gà" not in news.body

    def test_closing_takes_back_what_others_still_work_on(self, accepted: Assignment, cast: Cast) -> None:
        Delivery.objects.filter(kind="assignment").update(state="sent")
        do(closing.cancel, incident_id=accepted.incident_id, reason=closing.CancelReason.TEST, by=cast.supervisor)
        assert self.told("news") == [("email", "agency")]
