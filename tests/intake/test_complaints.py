"""A report that complains of somebody never goes there; a report that joins an incident is counted with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils.translation import override

from incidents.delivery.models import Delivery
from incidents.dispatching.children import open_child
from incidents.dispatching.correcting import set_category, set_complaint, set_emergency
from incidents.dispatching.explaining import explain_incident
from incidents.dispatching.refusals import Refusal, Refused
from incidents.intake.take import ComplaintDetails
from incidents.records import needs
from incidents.records.editing import lock
from incidents.records.models import Assignment, Category, Complaint, History, Incident
from incidents.triage.merging import merge
from opscenter.accounts.models import Agency, Person
from realtime.change import change
from tests.cast import Cast, Hands, cast, give, open_one
from tests.intake.world import IN_AN_LAC, World

__all__ = ["cast"]


def test_neither_by_rule_nor_by_hand(take: Any, world: World, cast: Cast) -> None:
    incident = take(
        "Ổ gà mà phường không chịu vá",
        point=IN_AN_LAC,
        complaint=ComplaintDetails(agency=world.an_lac, official="cán bộ số 3", procedure="Vá đường"),
    ).incident
    stored = Complaint.objects.get(report__incident=incident)
    assert (stored.agency, stored.official, stored.procedure) == (world.an_lac, "cán bộ số 3", "Vá đường")
    assert incident.suggested_agency is None
    assert "complained_of" in str(incident.agency_trace)
    with pytest.raises(Refused) as refused:
        give(incident, world.an_lac, cast.supervisor)
    assert refused.value.code == Refusal.COMPLAINED_OF
    # The official's name is nowhere but in its own row.
    assert "số 3" not in str(list(History.objects.values())) + str(Incident.objects.values().get(pk=incident.pk))


def test_the_way_is_told_in_one_sentence(take: Any, world: World) -> None:
    incident = take("Có ổ gà trên QL13", point=IN_AN_LAC).incident
    with override("vi"):
        way = explain_incident(Incident.objects.get(pk=incident.pk))
    assert way.sentence.startswith("Vì “ổ gà” nên thuộc lĩnh vực Đường hư hỏng")
    assert "UBND an-lac" in way.sentence
    assert [step.open for step in way.steps] == [False] * 7
    assert incident.agency_trace["reach"] == {"focal_points": 0, "by": ["email"]}


class TestJoining:
    def test_the_caller_is_counted_and_heard_later(self, take: Any) -> None:
        first = take(point=IN_AN_LAC).incident
        joined = take("Chỗ đó tôi cũng thấy, cháy bóng đèn nữa", same_as=first.pk)
        assert joined.incident.pk == first.pk
        assert joined.report.next_step == ""
        after = Incident.objects.get(pk=first.pk)
        assert after.reports.count() == 2
        # What was decided of the incident stays as it was.
        assert (after.category_id, after.version) == (first.category_id, first.version + 1)
        newest = History.objects.filter(incident=first).order_by("pk").last()
        assert newest is not None
        assert newest.kind == "report_added"

    def test_a_complaint_does_not_join_what_the_agency_complained_of_has(
        self, take: Any, world: World, cast: Cast
    ) -> None:
        first = take("Ổ gà", point=IN_AN_LAC).incident
        give(first, world.an_lac, cast.supervisor)
        about_it = ComplaintDetails(agency=world.an_lac, official="cán bộ số 3")
        apart = take("Phường không chịu vá ổ gà", same_as=first.pk, point=IN_AN_LAC, complaint=about_it).incident
        assert apart.pk != first.pk
        assert apart.suggested_agency is None
        about_another = ComplaintDetails(agency=world.binh_minh)
        assert take("Ổ gà", same_as=first.pk, complaint=about_another).incident.pk == first.pk
        # Whom the agency stands under is complained of: nobody below is told either.
        above = Agency.objects.create(code="above", name="UBND trên", kind="district", valid_from=dt.date(2019, 1, 1))
        Agency.objects.filter(pk=world.an_lac.pk).update(parent=above)
        assert take("Ổ gà", same_as=first.pk, complaint=ComplaintDetails(agency=above)).incident.pk != first.pk

    def test_what_was_closed_or_belongs_to_an_exercise_opens_its_own(self, take: Any) -> None:
        closed = take(point=IN_AN_LAC).incident
        Incident.objects.filter(pk=closed.pk).update(state="cancelled", on_board=False)
        drill = take(point=IN_AN_LAC, exercise=3).incident
        for other in (closed.pk, drill.pk, 999_999):
            assert take("Vẫn còn ổ gà", same_as=other).incident.pk not in {closed.pk, drill.pk}


class TestWhatTheRoomSays:
    """A complaint by SMS, Zalo, e-mail or Open311 names nobody in a form: the room says whom before anybody gets it."""

    @pytest.fixture
    def conduct(self, world: World) -> Category:
        return Category.objects.create(code="conduct", group=1, name="Thái độ", name_en="Conduct", is_complaint=True)

    def say(self, incident: Incident, by: Person, **whom: Any) -> list[Assignment]:
        with change():
            report = incident.reports.order_by("pk")[0]
            return set_complaint(incident_id=incident.pk, report=report, by=by, **{"agency": None, **whom})

    def test_it_goes_to_nobody_before_that(self, world: World, cast: Cast, conduct: Category) -> None:
        incident = open_one(world, category=conduct, group=1)
        with pytest.raises(Refused) as refused:
            give(incident, world.binh_minh, cast.supervisor)
        assert refused.value.code == Refusal.COMPLAINT_UNDECIDED
        self.say(incident, cast.call_taker, agency=world.an_lac)
        with pytest.raises(Refused) as refused:
            give(incident, world.an_lac, cast.supervisor)
        assert refused.value.code == Refusal.COMPLAINED_OF
        assert give(incident, world.binh_minh, cast.supervisor).agency == world.binh_minh
        # Or that it is about nobody's work.
        other = open_one(world, category=conduct, group=1)
        with change():
            needs.recompute(lock(other.pk))
        assert "complaint_open" in Incident.objects.get(pk=other.pk).needs
        self.say(other, cast.call_taker, no_unit=True)
        assert "complaint_open" not in Incident.objects.get(pk=other.pk).needs
        assert give(other, world.an_lac, cast.supervisor).agency == world.an_lac

    def test_an_official_without_an_agency_is_asked_about(self, world: World, cast: Cast) -> None:
        incident = open_one(world)
        self.say(incident, cast.call_taker, official="cán bộ số 3")
        with pytest.raises(Refused):
            give(incident, world.an_lac, cast.supervisor)
        # Lives before complaints: an emergency waits for nobody's answer.
        with change():
            set_emergency(incident_id=incident.pk, by=cast.call_taker)
        assert give(incident, world.fire, cast.supervisor).agency == world.fire

    def test_who_has_it_already_loses_it_and_whoever_is_under_it(
        self, world: World, cast: Cast, conduct: Category
    ) -> None:
        above = Agency.objects.create(code="above", name="UBND trên", kind="district", valid_from=dt.date(2019, 1, 1))
        Agency.objects.filter(pk=world.an_lac.pk).update(parent=above)
        incident = open_one(world)
        row = give(incident, world.an_lac, cast.supervisor, co_ordinating=[world.binh_minh])
        with change():
            task = open_child(incident_id=incident.pk, what="Đo lại đất", by=cast.supervisor)
        of_task = give(task, world.an_lac, cast.supervisor)
        with change():
            set_category(incident_id=incident.pk, category=conduct, by=cast.call_taker)
        assert Incident.objects.visible_to(cast.focal_point).filter(pk=incident.pk).exists()
        assert "complaint_open" in Incident.objects.get(pk=incident.pk).needs
        lost = self.say(incident, cast.call_taker, agency=above, official="cán bộ số 3")
        assert [one.pk for one in lost] == [row.pk, of_task.pk]
        assert not Incident.objects.visible_to(cast.focal_point).filter(pk__in=[incident.pk, task.pk]).exists()
        # What was to tell them has not left; who is not concerned goes on.
        waiting = Delivery.objects.filter(state="waiting", kind="assignment")
        assert {one.assignment.agency_id for one in waiting if one.assignment} <= {world.binh_minh.pk}
        assert Incident.objects.visible_to(cast.focal_point_there).filter(pk=incident.pk).exists()
        with pytest.raises(Refused):
            give(task, world.an_lac, cast.supervisor)
        # The official's name is nowhere but in its own row.
        assert "số 3" not in str(list(History.objects.values()))

    def test_who_had_answered_it_before_reads_nothing_more(self, world: World, cast: Cast) -> None:
        incident = open_one(world)
        row = give(incident, world.an_lac, cast.supervisor)
        Assignment.objects.filter(pk=row.pk).update(state="answered")
        self.say(incident, cast.call_taker, agency=world.an_lac)
        assert not Incident.objects.visible_to(cast.focal_point).filter(pk=incident.pk).exists()

    def test_it_is_merged_with_nothing_that_goes_elsewhere(
        self, world: World, cast: Cast, conduct: Category, take: Any
    ) -> None:
        hole, complaint, another = (
            open_one(world),
            open_one(world, category=conduct, group=1),
            open_one(world, category=conduct, group=1),
        )
        with pytest.raises(Refused) as refused, change():
            merge(incident_ids={hole.pk, complaint.pk}, by=cast.supervisor)
        assert refused.value.code == Refusal.COMPLAINT_UNDECIDED
        assert take("Phường vòi tiền", same_as=hole.pk, category=conduct).incident.pk != hole.pk
        with change():
            merge(incident_ids={complaint.pk, another.pk}, by=cast.supervisor)

    def test_the_address(self, world: World, cast: Cast, conduct: Category) -> None:
        incident = open_one(world, category=conduct, group=1)
        room, url = Hands(cast.call_taker), f"/api/incidents/{incident.code}"
        asked = room.post(f"{url}/dispatch", {"agency": world.binh_minh.pk, "base_version": 1})
        assert (asked.status_code, asked.json()["code"]) == (409, "complaint_undecided")
        for sent in ({}, {"complained_agency": world.an_lac.pk, "complained_no_unit": "true"}, {"report": 999_999}):
            wrong = room.post(f"{url}/complaint", {"base_version": 1, **sent})
            assert wrong.status_code == 422, wrong.content
        panel = room.client.get(f"/room/incident/{incident.code}/panel", headers={"Accept-Language": "vi"})
        text = panel.content.decode()
        assert "Ghi trước khi giao" in text, text[text.index("form-complaint") - 300 :][:1500]
        said = room.post(
            f"{url}/complaint",
            {"complained_agency": str(world.an_lac.pk), "complained_no_unit": "", "base_version": "1"},
            form=True,
        )
        assert said.status_code == 200, said.content
        # Who looked before that sees both texts first.
        stale = room.post(f"{url}/dispatch", {"agency": world.binh_minh.pk, "base_version": 1})
        assert (stale.status_code, stale.json()["code"]) == (409, "changed")
