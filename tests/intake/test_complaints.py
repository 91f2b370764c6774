"""A report that complains of somebody never goes there; a report that joins an incident is counted with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils.translation import override

from incidents.dispatching.explaining import explain_incident
from incidents.dispatching.refusals import Refusal, Refused
from incidents.intake.take import ComplaintDetails
from incidents.records.models import Complaint, History, Incident
from opscenter.accounts.models import Agency
from tests.cast import Cast, cast, give
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
