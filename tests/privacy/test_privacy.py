"""Personal data is found, given and erased; what happened stays, and says that something was erased."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from incidents.calls.models import Call, CallDraft, Caller
from incidents.conversations.models import Message
from incidents.delivery.models import Delivery
from incidents.dispatching.children import open_child
from incidents.dispatching.closing import CancelReason, answer_at_once, cancel
from incidents.emergencies.log.verifying import verify
from incidents.emergencies.major import commanding, declaring, resources, sitreps
from incidents.emergencies.models import Commander, LogText, MajorIncident, ResourceRequest, Sector, ServicePart
from incidents.emergencies.models.log import LogScope
from incidents.emergencies.services import parts
from incidents.emergencies.services.opening import raise_emergency
from incidents.intake.messages import take_message
from incidents.intake.take import ReporterDetails
from incidents.privacy import retention
from incidents.privacy.erasing import erase_reporter
from incidents.privacy.models import DataAct
from incidents.records.editing import lock
from incidents.records.models import History, Incident, Photo, Report, Reporter, ReportWords
from incidents.records.places import Pin, set_place
from incidents.triage.merging import merge
from realtime.change import change
from realtime.models import Event
from tests.cast import Cast, Hands, cast
from tests.intake.world import IN_AN_LAC, World, picture, take, upload, world

__all__ = ["cast", "take", "world"]
pytestmark = pytest.mark.django_db(transaction=True)
SECRETS = ("Người Kể", "+84900000001", "0900000001", "ke@example.vn", "nhà tôi", "hẻm sâu")


def told(take: Any) -> Report:
    """A report with all the places where personal data lies."""
    taken = take(
        "Ổ gà trước nhà tôi",
        address="hẻm sâu số 5",
        point=IN_AN_LAC,
        photos=[upload(picture())],
        reporter=ReporterDetails(name="Người Kể", phone="+84900000001", email="ke@example.vn"),
    )
    take_message(source="web", source_id="more", words="nhà tôi cửa xanh", report=taken.report)
    return Report.objects.get(pk=taken.report.pk)


def everything() -> str:
    """All that the tables hold, as one text."""
    tables = (Report, ReportWords, Reporter, Incident, Message, Delivery, History, DataAct, Photo)
    return json.dumps([list(table._default_manager.values()) for table in tables], default=str, ensure_ascii=False)


def test_what_is_kept_is_given_whole(take: Any, cast: Cast) -> None:
    report = told(take)
    hands = Hands(cast.supervisor)
    for who in ("0900 000 001", "ke@example.vn", report.tracking_code.lower()):
        page = hands.post("/privacy/", {"who": who}, form=True).content.decode()
        assert f"/privacy/{report.reporter_id}/export/" in page, who
        assert "+84900000001" not in page
    assert "/export/" not in hands.post("/privacy/", {"who": "0900000002"}, form=True).content.decode()
    answer = hands.post(f"/privacy/{report.reporter_id}/export/", form=True)
    document = json.loads(answer.content)
    assert document["person"]["phone"] == "+84900000001"
    assert document["reports"][0]["words"] == "Ổ gà trước nhà tôi"
    assert document["reports"][0]["messages"][0]["text"] == "nhà tôi cửa xanh"
    assert DataAct.objects.get().kind == "exported"


def test_erased_is_erased_everywhere_and_the_rest_stays(take: Any, cast: Cast) -> None:
    report = told(take)
    files = [str(getattr(Photo.objects.get(), name)) for name in ("original", "shown", "thumbnail")]
    before = Incident.objects.values("category", "ward_code", "received_at", "state", "agency_trace").get()
    hands, url = Hands(cast.supervisor), f"/privacy/{report.reporter_id}/erase/"
    hands.post(url, form=True)
    assert Reporter.objects.get().erased_at is None
    for _again in range(2):
        hands.post(url, {"sure": "on"}, form=True)
    kept = everything()
    assert [secret for secret in SECRETS if secret in kept] == []
    assert Incident.objects.values("category", "ward_code", "received_at", "state", "agency_trace").get() == before
    assert not Photo.objects.exists()
    assert not any((Path(settings.MEDIA_ROOT) / name).exists() for name in files)
    # The history says so and was not rewritten.
    assert History.objects.filter(kind="words_erased").count() == 1
    assert DataAct.objects.filter(kind="erased", by=cast.supervisor).count() == 1
    # Nor is anything of it in the stream from here on.
    newest = Event.objects.order_by("-offset").first()
    assert "nhà tôi" not in newest.bodies
    page = Hands(cast.call_taker).get(f"/room/incident/{Incident.objects.get().code}/panel")
    assert page.status_code == 200


def test_another_person_of_the_same_incident_keeps_theirs(take: Any, cast: Cast) -> None:
    report = told(take)
    other = take("Ổ gà to", same_as=report.incident_id, reporter=ReporterDetails(name="Người Khác")).report
    with change():
        erase_reporter(reporter_id=report.reporter_id, by=cast.supervisor, why=DataAct.Why.REQUESTED)
    assert ReportWords.objects.get(report=other).words == "Ổ gà to"
    assert Reporter.objects.get(pk=other.reporter_id).name == "Người Khác"


def test_time_erases_what_is_closed_and_old(take: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, still_open = told(take), take("Đèn đường hỏng", reporter=ReporterDetails(phone="0900000002")).report
    anonymous = take("Đống rác").report
    with change():
        answer_at_once(incident_id=closed.incident_id, answer="Xong.", by=cast.call_taker)
    with change():
        answer_at_once(incident_id=anonymous.incident_id, answer="Xong.", by=cast.call_taker)
    later = timezone.now() + dt.timedelta(days=settings.KEEP_PERSONAL_DAYS + 1)
    assert retention.work(timezone.now()) == 0
    assert retention.work(later) == 2
    assert retention.work(later) == 0
    assert Reporter.objects.get(pk=closed.reporter_id).erased_at is not None
    assert ReportWords.objects.get(report=anonymous).words == ""
    assert ReportWords.objects.get(report=still_open).words == "Đèn đường hỏng"
    assert set(DataAct.objects.values_list("why", flat=True)) == {"retention"}
    monkeypatch.setattr(settings, "KEEP_PERSONAL_DAYS", 0)
    assert retention.work(later) == 0


def test_who_called_is_erased_on_request_and_by_time(take: Any, cast: Cast) -> None:
    def rang(call_id: str, number: str, report: Report | None = None) -> Call:
        call = Call.objects.create(
            call_id=call_id,
            began_at=timezone.now(),
            state="ended",
            is_live=False,
            recording=f"rec/{number}.wav",
            report=report,
        )
        Caller.objects.create(call=call, number=number, name="Người Kể")
        CallDraft.objects.create(call=call, fields={"words": "nhà tôi"}, by=cast.call_taker, at=timezone.now())
        return call

    report = told(take)
    # By their number, by another telephone, and somebody who reported nothing.
    own, by_other = rang("1", "+84900000001"), rang("2", "+84900000077", report)
    stranger = rang("3", "+84900000088")
    hands = Hands(cast.supervisor)
    document = json.loads(hands.post(f"/privacy/{report.reporter_id}/export/", form=True).content)
    assert {row["number"] for row in document["calls"]} == {"+84900000001", "+84900000077"}
    hands.post(f"/privacy/{report.reporter_id}/erase/", {"sure": "on"}, form=True)
    assert set(Caller.objects.filter(call__in=[own, by_other]).values_list("number", "name")) == {("", "")}
    assert list(CallDraft.objects.values_list("call", flat=True)) == [stranger.pk]
    assert set(Call.objects.exclude(pk=stranger.pk).values_list("recording", flat=True)) == {""}
    assert "1 call from this number" in hands.post("/privacy/", {"who": "0900000088"}, form=True).content.decode()
    hands.post("/privacy/calls/erase/", {"who": "0900000088"}, form=True)
    assert Caller.objects.get(call=stranger).number
    hands.post("/privacy/calls/erase/", {"who": "0900000088", "sure": "on"}, form=True)
    assert not Caller.objects.get(call=stranger).number
    assert not CallDraft.objects.exists()
    late = rang("4", "+84900000099")
    Call.objects.filter(pk=late.pk).update(began_at=timezone.now() - dt.timedelta(days=900))
    retention.work()
    assert not Caller.objects.get(call=late).number
    # The calls with their times stay.
    assert Call.objects.count() == 4


def test_what_was_written_about_an_emergency_goes_with_its_last_report(
    take: Any, world: World, cast: Cast, new_agency: Any
) -> None:
    new_agency(code="ambulance-115", name="Cấp cứu 115", kind="ambulance")
    report = told(take)
    other = take("Có tai nạn", same_as=report.incident_id, reporter=ReporterDetails(name="Người Khác")).report
    pk = report.incident_id
    with change():
        raise_emergency(incident_id=pk, services=["ambulance"], by=cast.call_taker)
    with change():
        parts.note(incident_id=pk, words="Bà Lan ngừng thở", by=cast.call_taker, scope=LogScope.MEDICAL)
        ServicePart.objects.filter(shared=pk).update(record="Bà Lan, 62 tuổi")
    with change():
        erase_reporter(reporter_id=report.reporter_id, by=cast.supervisor, why=DataAct.Why.REQUESTED)
    # Another person's report of the same is kept, and with it what was written about that.
    assert LogText.objects.filter(entry__shared=pk, words="Bà Lan ngừng thở").exists()
    with change():
        erase_reporter(reporter_id=other.reporter_id, by=None, why=DataAct.Why.RETENTION)
    assert not LogText.objects.filter(entry__shared=pk).exclude(words="").exists()
    assert not ServicePart.objects.filter(shared=pk).exclude(record="").exists()
    assert {finding.what for finding in verify(pk)} == {"erased"}
    # What is written afterwards is for who is still there, and goes once it is over.
    with change():
        parts.note(incident_id=pk, words="Bà Lan tỉnh lại", by=cast.call_taker, scope=LogScope.MEDICAL)
    retention.work()
    assert LogText.objects.filter(words="Bà Lan tỉnh lại").exists()
    with change():
        cancel(incident_id=pk, by=cast.call_taker, reason=CancelReason.TEST)
    assert retention.work() == 1
    assert not LogText.objects.exclude(words="").exists()
    assert retention.work() == 0
    assert {finding.what for finding in verify(pk)} == {"erased"}


def test_a_major_incident_keeps_its_numbers_and_loses_its_words_once_it_is_over(
    take: Any, world: World, cast: Cast, new_agency: Any
) -> None:
    new_agency(code="ambulance-115", name="Cấp cứu 115", kind="ambulance")
    report = told(take)
    pk = report.incident_id
    with change():
        raise_emergency(incident_id=pk, services=["ambulance"], by=cast.call_taker)
    own = {"incident_id": pk, "by": cast.call_taker}
    with change():
        declaring.declare(reason="Cháy nhà bà Lan", **own)
        commanding.set_commander(name="Bà Lan", position="chủ nhà", agency_id=None, **own)
        commanding.describe_scene(dangers="Bình gas nhà bà Lan", access="Ngõ bà Lan", **own)
        commanding.open_sector(name="Nhà bà Lan", place="Sân bà Lan", lead="Con bà Lan", **own)
        resources.ask(kind="Xe của bà Lan", number=2, asked_of="Bà Lan", **own)
        sitreps.write_sitrep(words="Bà Lan đã ra", next_min=20, place="Nhà bà Lan", **own)
    with change():
        erase_reporter(reporter_id=report.reporter_id, by=cast.supervisor, why=DataAct.Why.REQUESTED)
    # Crews are still there: the way in and what burns stay until it is over, and so does the exact place.
    assert MajorIncident.objects.get().access == "Ngõ bà Lan"
    with change():
        cancel(incident_id=pk, by=cast.call_taker, reason=CancelReason.TEST)
    tables = (MajorIncident, Commander, Sector, ResourceRequest, LogText)
    kept = json.dumps([list(table._default_manager.values()) for table in tables], default=str, ensure_ascii=False)
    assert "Lan" not in kept
    assert ResourceRequest.objects.get().number == 2
    assert {finding.what for finding in verify(pk)} == {"erased"}
    code = Incident.objects.get(pk=pk).code
    for page in ("report", "major", "sitreps/1"):
        assert Hands(cast.call_taker).get(f"/emergencies/{code}/{page}/").status_code == 200, page


def test_where_exactly_it_was_goes_with_the_person_also_from_what_hangs_on_it(take: Any, cast: Cast) -> None:
    exact = (106.6212345, 11.0512345)
    first, second = told(take), take("Ổ gà trước nhà tôi", point=IN_AN_LAC).report
    Report.objects.filter(pk=second.pk).update(reporter=first.reporter_id)
    with change():
        set_place(lock(second.incident_id), Pin(*exact, 5.0, "nhà tôi"), by=cast.call_taker)
    with change():
        merge(incident_ids=[first.incident_id, second.incident_id], by=cast.call_taker)
    into = Incident.objects.get(on_board=True)
    with change():
        set_place(lock(into.pk), Pin(*exact, 5.0, "nhà tôi"), by=cast.call_taker)
    with change():
        task = open_child(incident_id=into.pk, what="Dọn dây điện", by=cast.call_taker)
    with change():
        erase_reporter(reporter_id=first.reporter_id, by=cast.supervisor, why=DataAct.Why.REQUESTED)
    assert Incident.objects.get(pk=into.pk).point.x == exact[0]
    for pk in (task.pk, into.pk):
        with change():
            cancel(incident_id=pk, by=cast.call_taker, reason=CancelReason.TEST)
    for incident in Incident.objects.all():
        assert (incident.point.x, incident.point.y) == (106.621, 11.051) or incident.point.coords == IN_AN_LAC
        assert incident.radius_m >= 80
        assert incident.place_label == ""
    assert not Incident.objects.filter(summary__contains="nhà tôi").exists()
    assert "106.62123" not in everything()
