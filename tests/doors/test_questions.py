"""The extra questions of a category: asked in forms, on the telephone and in chats, and shown to who handles it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from incidents.conversations.models import Message
from incidents.conversations.replying import reply
from incidents.doors.models import ServiceAttribute
from incidents.doors.questions import answered
from incidents.records.models import Report, ReportWords
from realtime.change import change
from tests.cast import Cast, Hands, give
from tests.doors.platforms import Platform
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = [{"key": "small", "name": "Nhỏ", "name_en": "Small"}, {"key": "large", "name": "Lớn", "name_en": "Large"}]


@pytest.fixture
def asked(world: World) -> World:
    road = world.categories["road"]
    ServiceAttribute.objects.create(
        category=road, code="size", datatype="singlevaluelist", order=1, description="Lớn cỡ nào?", values=SIZES
    )
    ServiceAttribute.objects.create(
        category=road, code="kinds", datatype="multivaluelist", order=2, description="Loại nào?", values=SIZES
    )
    ServiceAttribute.objects.create(category=road, code="depth", datatype="number", order=3, description="Sâu mấy cm?")
    ServiceAttribute.objects.create(category=road, code="who", datatype="string", order=4, description="Ai thấy?")
    return world


def pairs(report: Report) -> list[tuple[str, str]]:
    with override("vi"):
        return [(one.question, one.answer) for one in answered([Report.objects.get(pk=report.pk)])]


def portal(**sent: Any) -> Any:
    fields = {"words": "Có ổ gà to", "category": "road", "action_id": str(uuid.uuid4()), **sent}
    return Hands().post("/phan-anh/", fields, form=True)


def test_the_citizens_form_asks_and_keeps(asked: World, cast: Cast) -> None:
    # Fetched with the topic: the first page stays light.
    assert "q-road-size" not in Client().get("/").content.decode()
    assert Client().get("/phan-anh/cau-hoi/?category=none").content.strip() == b""
    page = Client().get("/phan-anh/cau-hoi/?category=road").content.decode()
    assert 'name="q-road-size"' in page
    assert 'name="q-road-kinds--large"' in page
    sent = {"q-road-size": "large", "q-road-kinds--small": "on", "q-road-depth": "12,5", "q-road-who": "Bà Giả ở số 9"}
    # Of another topic: not asked, and not kept.
    assert portal(**sent, **{"q-light-size": "small"}).status_code == 201
    report = Report.objects.get()
    assert pairs(report) == [("Lớn cỡ nào?", "Lớn"), ("Loại nào?", "Nhỏ"), ("Sâu mấy cm?", "12.5")]
    # Free words may name somebody: they go where words are kept, and erased.
    assert ReportWords.objects.get().words == "Có ổ gà to\nAi thấy?: Bà Giả ở số 9"
    assert "Giả" not in json.dumps(report.door_data, ensure_ascii=False)


@pytest.mark.parametrize(
    "wrong", [{"q-road-size": "huge"}, {"q-road-depth": "sâu"}, {"q-road-depth": "nan"}, {"q-road-depth": "1e400"}]
)
def test_what_is_no_answer_is_told(asked: World, wrong: dict[str, str]) -> None:
    answer = portal(**wrong)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["questions"])
    assert not Report.objects.exists()


def test_what_must_be_answered_is_asked_of_citizens_and_never_stops_a_call(asked: World, cast: Cast) -> None:
    ServiceAttribute.objects.filter(code="depth").update(required=True)
    assert "Sâu mấy cm?" in str(portal().json()["fields"]["questions"])
    # No topic, no questions.
    assert portal(category="").status_code == 201
    call = {"words": "Có ổ gà to", "lat": 11.05, "lon": 106.62, "asked": "road", "q-road-size": "small"}
    for form in (True, False):
        taken = Hands(cast.call_taker).post("/api/reports", call, form=form)
        assert taken.status_code == 201, taken.content
        assert pairs(Report.objects.get(pk=taken.json()["report"])) == [("Lớn cỡ nào?", "Nhỏ")]
    bad = Hands(cast.call_taker).post("/api/reports", {**call, "q-road-size": "huge"})
    assert (bad.status_code, list(bad.json()["fields"])) == (422, ["q-road-size"])


def test_room_agency_and_link_are_shown_the_answers(asked: World, cast: Cast) -> None:
    portal(**{"q-road-size": "large", "lat": "11.05", "lon": "106.62"})
    incident = Report.objects.get().incident
    assignment = give(incident, asked.an_lac, cast.call_taker)
    for person, url in (
        (cast.call_taker, f"/room/incident/{incident.code}/panel"),
        (cast.focal_point, f"/inbox/assignment/{assignment.pk}/"),
    ):
        page = Hands(person).get(url).content.decode()
        assert "<dt>Lớn cỡ nào?</dt><dd>Large</dd>" in page, url


def said_back() -> list[str]:
    """What the system asked, in order."""
    return list(Message.objects.filter(direction="out").order_by("pk").values_list("text", flat=True))


def test_a_chat_is_asked_one_at_a_time(platform: Platform, asked: World) -> None:
    platform.says("Ổ gà to trước số 12/5")
    assert said_back()[-1].startswith("Lớn cỡ nào?\n1. Nhỏ\n2. Lớn")
    platform.says("không biết nữa")
    assert len(said_back()) == 2
    assert "Lớn cỡ nào?" in said_back()[-1]
    platform.says("2")
    assert said_back()[-1].startswith("Loại nào?")
    # Two at once, by number and by name.
    platform.says("1, lớn")
    assert said_back()[-1].startswith("Sâu mấy cm?")
    platform.says("0")
    assert said_back()[-1].startswith("Ai thấy?")
    platform.says("Bà Giả, cây đổ đèn đường hỏng đống rác")
    report = Report.objects.get()
    assert pairs(report) == [
        ("Lớn cỡ nào?", "Lớn"),
        ("Loại nào?", "Nhỏ, Lớn"),
        ("Ai thấy?", "Bà Giả, cây đổ đèn đường hỏng đống rác"),
    ]
    assert "asked" not in report.door_data
    count = len(said_back())
    assert count <= 6
    # Nothing is asked twice, and nothing after the last.
    platform.says("cảm ơn")
    assert len(said_back()) == count


def test_nothing_is_asked_once_a_person_has_written(viber: Platform, asked: World, cast: Cast) -> None:
    viber.says("Ổ gà to trước số 12/5")
    with change():
        reply(report_id=Report.objects.get().pk, text="Chào ông/bà", by=cast.call_taker)
    before = len(said_back())
    viber.says("2")
    assert len(said_back()) == before
    assert pairs(Report.objects.get()) == []


def test_two_answers_that_are_none_go_on_to_the_next(viber: Platform, asked: World) -> None:
    viber.says("Ổ gà to trước số 12/5")
    for words in ("9", "hông biết"):
        viber.says(words)
    assert said_back()[-1].startswith("Loại nào?")


def test_emergencies_and_complaints_are_not_questioned(viber: Platform, asked: World) -> None:
    ServiceAttribute.objects.create(category=asked.categories["fire"], code="x", datatype="string", description="Gì?")
    viber.says("Đang cháy nhà số 5")
    assert said_back() == []


def test_administrators_edit_them_without_json(asked: World, cast: Cast) -> None:
    cast.administrator.is_superuser = cast.administrator.is_staff = True
    cast.administrator.save()
    client = Client()
    client.force_login(cast.administrator)
    url = "/admin/doors/serviceattribute/add/"
    fields = {
        "category": asked.categories["light"].pk,
        "code": "pole",
        "description": "Trụ nào?",
        "datatype": "singlevaluelist",
        "order": "1",
    }
    for values in ("one = Một\nno equals sign", "one = Một\none = Hai", "one = Một"):
        assert client.post(url, {**fields, "values_text": values}).status_code == 200
    assert client.post(url, {**fields, "values_text": "one = Một = One\ntwo = Hai"}).status_code == 302
    row = ServiceAttribute.objects.get(code="pole")
    assert row.values == [{"key": "one", "name": "Một", "name_en": "One"}, {"key": "two", "name": "Hai", "name_en": ""}]
    assert "one = Một = One" in client.get(f"/admin/doors/serviceattribute/{row.pk}/change/").content.decode()
