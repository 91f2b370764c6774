"""Open311 GeoReport v2, as another city's client would use it: XML and JSON, errors as a list, keys."""

from __future__ import annotations

import json
import uuid
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from incidents.doors.models import ApiKey, Media, ServiceAttribute
from incidents.records.models import Exercise, Incident, Report, ReportWords
from opscenter.accounts.models import Person
from tests.intake.world import IN_AN_LAC, World

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/open311/v2"


def make_key(partner: str = "app-partner", **options: Any) -> str:
    import io

    out = io.StringIO()
    call_command("make_api_key", partner, stdout=out, **options)
    return out.getvalue().strip()


@pytest.fixture
def key(world: World) -> str:
    return make_key()


def post(key: str, form: str = "json", headers: dict[str, str] | None = None, **fields: Any) -> Any:
    given = {
        "api_key": key,
        "service_code": "road",
        "lat": str(IN_AN_LAC[1]),
        "long": str(IN_AN_LAC[0]),
        "description": "Ổ gà & <hố> sâu",
        **fields,
    }
    return Client().post(
        f"{BASE}/requests.{form}", {name: value for name, value in given.items() if value is not None}, headers=headers
    )


def errors(response: Any) -> list[int]:
    rows = json.loads(response.content)
    assert isinstance(rows, list)
    assert all(row["description"] for row in rows)
    assert rows[0]["code"] == response.status_code
    return [row["code"] for row in rows]


# --- discovery and services -------------------------------------------------------------------------------------


def test_discovery_in_both_forms(world: World) -> None:
    answer = json.loads(Client().get(f"{BASE}/discovery.json").content)
    assert answer["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    assert answer["endpoints"][0]["url"].endswith("/open311/v2")
    response = Client().get("/open311/discovery.xml")
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    tree = ElementTree.fromstring(response.content)
    assert tree.tag == "discovery"
    assert [one.text for one in tree.iterfind("endpoints/endpoint/formats/format")] == ["text/xml", "application/json"]


def test_services_are_the_public_categories(world: World) -> None:
    world.categories["land"].__class__.objects.filter(code="land").update(is_public=False)
    rows = json.loads(Client().get(f"{BASE}/services.json").content)
    assert {row["service_code"] for row in rows} == {"road", "light", "waste", "fire", "fight"}
    assert rows[0]["type"] == "realtime"
    assert rows[0]["metadata"] is False
    tree = ElementTree.fromstring(Client().get(f"{BASE}/services.xml").content)
    assert tree.tag == "services"
    assert [one.findtext("metadata") for one in tree.iterfind("service")] == ["false"] * 5
    assert "Đường hư hỏng" in [one.findtext("service_name") for one in tree.iterfind("service")]


def test_names_follow_the_readers_language(world: World) -> None:
    rows = json.loads(Client().get(f"{BASE}/services.json", headers={"Accept-Language": "en"}).content)
    assert "road" in {row["service_name"] for row in rows}


@pytest.fixture
def questions(world: World) -> None:
    road = world.categories["road"]
    values = [{"key": "small", "name": "Nhỏ"}, {"key": "big", "name": "Lớn"}]
    ServiceAttribute.objects.create(
        category=road, code="size", datatype="singlevaluelist", required=True, order=1, description="Cỡ", values=values
    )
    ServiceAttribute.objects.create(
        category=road, code="kinds", datatype="multivaluelist", order=2, description="Loại", values=values
    )
    ServiceAttribute.objects.create(category=road, code="depth", datatype="number", order=3, description="Sâu (cm)")
    ServiceAttribute.objects.create(category=road, code="since", datatype="datetime", order=4, description="Từ khi")
    ServiceAttribute.objects.create(category=road, code="who", datatype="text", order=5, description="Ai thấy")


def test_a_service_with_questions(questions: None) -> None:
    answer = json.loads(Client().get(f"{BASE}/services/road.json").content)
    assert answer["service_code"] == "road"
    assert [row["code"] for row in answer["attributes"]] == ["size", "kinds", "depth", "since", "who"]
    tree = ElementTree.fromstring(Client().get(f"{BASE}/services/road.xml").content)
    assert tree.tag == "service_definition"
    assert [one.text for one in tree.iterfind("attributes/attribute[1]/values/value/key")] == ["small", "big"]
    for missing in ("light", "nothing"):
        assert errors(Client().get(f"{BASE}/services/{missing}.json")) == [404]


# --- posting ----------------------------------------------------------------------------------------------------


def test_a_post_becomes_a_report_and_can_be_followed(key: str, world: World) -> None:
    response = post(
        key,
        email="a@citizen.example",
        phone="0900 000 001",
        first_name="Giả",
        last_name="Nguyễn",
        media_url="https://partner.example/a.jpg",
    )
    assert response.status_code == 201
    (row,) = json.loads(response.content)
    report = Report.objects.get()
    assert row["service_request_id"] == report.incident.code
    assert "token" not in row
    assert report.tracking_code in row["service_notice"]
    assert report.source == "open311"
    assert report.taken_by.username == "app-partner"
    assert ReportWords.objects.get().words == "Ổ gà & <hố> sâu"
    assert (report.reporter.name, report.reporter.phone) == ("Nguyễn Giả", "+84900000001")
    # Stored, not fetched.
    assert report.door_data["media_urls"] == ["https://partner.example/a.jpg"]
    # The worker will ask for it, if the host is one that was named.
    assert Media.objects.get().url == "https://partner.example/a.jpg"
    assert report.incident.category == world.categories["road"]
    assert report.incident.category_trace["by"] != "person"

    (own,) = json.loads(Client().get(f"{BASE}/requests/{report.incident.code}.json", {"api_key": key}).content)
    assert own["status"] == "open"
    assert own["description"] == "Ổ gà & <hố> sâu"
    assert (own["lat"], own["long"]) == (IN_AN_LAC[1], IN_AN_LAC[0])
    assert own["requested_datetime"].endswith("+07:00")
    (found,) = json.loads(Client().get(f"{BASE}/tokens/{report.tracking_code}.json").content)
    assert found == {"service_request_id": report.incident.code, "token": report.tracking_code}


def test_xml_carries_the_same(key: str) -> None:
    response = post(key, "xml")
    assert response.status_code == 201
    tree = ElementTree.fromstring(response.content)
    code = tree.findtext("request/service_request_id")
    assert tree.tag == "service_requests"
    own = ElementTree.fromstring(Client().get(f"{BASE}/requests/{code}.xml", {"api_key": key}).content)
    assert own.findtext("request/description") == "Ổ gà & <hố> sâu"


def test_letters_that_xml_has_no_way_to_write_are_left_out(key: str) -> None:
    post(key, description="a\x0b\x1fb\ufffe c")
    tree = ElementTree.fromstring(Client().get(f"{BASE}/requests.xml", {"api_key": key}).content)
    assert tree.findtext("request/description") == "ab c"


def test_an_address_instead_of_a_point(key: str) -> None:
    assert post(key, lat=None, long=None, address_string="phường An Lạc").status_code == 201
    assert Incident.objects.get().ward_code == "90001"
    assert ReportWords.objects.get().address == "phường An Lạc"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"service_code": None}, 400),
        ({"service_code": "nothing"}, 404),
        ({"lat": None, "long": None}, 400),
        ({"lat": None}, 400),
        ({"lat": "north"}, 400),
        ({"lat": "nan"}, 400),
        ({"lat": "91"}, 400),
        ({"lat": None, "long": None, "address_id": "7"}, 400),
        ({"description": "x" * 4001}, 400),
        ({"email": "nobody"}, 400),
        ({"phone": "call me"}, 400),
        ({"media_url": "javascript:alert(1)"}, 400),
        ({"media_url": "http://[oops"}, 400),
        ({"first_name": "x" * 71}, 400),
        ({"api_key": "wrong"}, 403),
        ({"api_key": None}, 403),
    ],
)
def test_bad_posts_are_a_list_of_errors_and_change_nothing(key: str, fields: dict[str, Any], status: int) -> None:
    response = post(key, **fields)
    assert response.status_code == status
    errors(response)
    assert not Report.objects.exists()


def test_all_problems_are_told_at_once(key: str) -> None:
    assert errors(post(key, email="x", phone="y", lat="z")) == [400, 400, 400]
    tree = ElementTree.fromstring(post(key, "xml", email="x").content)
    assert tree.tag == "errors"
    assert tree.findtext("error/code") == "400"


def test_answers_to_questions_are_checked_and_kept(key: str, questions: None) -> None:
    assert errors(post(key)) == [400]
    assert errors(post(key, **{"attribute[size]": "huge"})) == [400]
    assert errors(post(key, **{"attribute[size]": "big", "attribute[depth]": "deep"})) == [400]
    assert errors(post(key, **{"attribute[size]": "big", "attribute[since]": "2024-01-01"})) == [400]
    response = post(
        key,
        **{
            "attribute[size]": "big",
            "attribute[kinds][]": ["small", "big"],
            "attribute[depth]": "30",
            "attribute[since]": "2024-06-01T08:00:00+07:00",
            "attribute[who]": "Bà Giả ở số 9",
        },
    )
    assert response.status_code == 201
    report = Report.objects.get()
    assert report.door_data["attributes"] == {
        "size": ["big"],
        "kinds": ["small", "big"],
        "depth": 30.0,
        "since": "2024-06-01T08:00:00+07:00",
    }
    # What may name people is kept with the words, which can be erased.
    assert ReportWords.objects.get().words.endswith("Ai thấy: Bà Giả ở số 9")


def test_an_action_id_makes_a_repeated_post_one_report(key: str) -> None:
    headers = {"X-Action-Id": str(uuid.uuid4())}
    first, again = post(key, headers=headers), post(key, headers=headers)
    assert first.content == again.content
    assert Report.objects.count() == 1
    assert post(key).status_code == 201
    assert Report.objects.count() == 2


def test_too_large_a_post_is_refused_in_the_same_form(key: str) -> None:
    response = post(key, padding="x" * 2_000_000)
    # A multipart file part would not count; a field does.
    assert response.status_code == 413
    errors(response)


# --- keys -------------------------------------------------------------------------------------------------------


def test_keys_are_kept_as_digests_and_can_be_revoked(key: str) -> None:
    row = ApiKey.objects.get()
    assert key not in str(ApiKey.objects.values().get())
    assert key.startswith(row.prefix)
    assert not Person.objects.get(username="app-partner").has_usable_password()
    call_command("make_api_key", "app-partner", revoke=row.prefix)
    assert errors(post(key)) == [403]
    with pytest.raises(CommandError):
        call_command("make_api_key", "app-partner", revoke=row.prefix)


def test_an_inactive_partners_key_is_not_valid(key: str) -> None:
    Person.objects.update(is_active=False)
    assert errors(post(key)) == [403]


def test_staff_get_no_keys(world: World, new_person: Any) -> None:
    person = new_person("call_taker")
    with pytest.raises(CommandError):
        make_key(person.username)


def test_an_exercises_key_marks_all_that_comes_of_it(world: World) -> None:
    from django.utils import timezone

    exercise = Exercise.objects.create(name="Thử nghiệm", starts_at=timezone.now())
    drill_key = make_key("drill", exercise=exercise.pk)
    assert post(drill_key).status_code == 201
    assert Incident.objects.get().exercise == exercise.pk
    assert len(json.loads(Client().get(f"{BASE}/requests.json", {"api_key": drill_key}).content)) == 1
    # Nobody else sees it.
    assert json.loads(Client().get(f"{BASE}/requests.json").content) == []
    with pytest.raises(CommandError):
        make_key("drill", exercise=999)


# --- reading ----------------------------------------------------------------------------------------------------


def test_the_public_sees_field_reports_without_words_and_not_exactly(key: str, take: Any) -> None:
    point = (106.621234, 11.051234)
    seen = take("Ổ gà trước nhà ông Giả", point=point).incident
    take("Cháy nhà", point=point)  # emergencies are nobody's list
    rows = json.loads(Client().get(f"{BASE}/requests.json").content)
    assert [row["service_request_id"] for row in rows] == [seen.code]
    assert (rows[0]["lat"], rows[0]["long"]) == (11.051, 106.621)
    assert (rows[0]["description"], rows[0]["address"], rows[0]["status_notes"]) == ("", "", "")
    # Nor does another partner see more.
    other = json.loads(Client().get(f"{BASE}/requests.json", {"api_key": key}).content)
    assert other == rows


def test_a_complaint_is_seen_by_its_sender_alone(key: str, world: World) -> None:
    world.categories["land"].__class__.objects.filter(code="land").update(is_complaint=True)
    code = json.loads(post(key, service_code="land").content)[0]["service_request_id"]
    assert len(json.loads(Client().get(f"{BASE}/requests/{code}.json", {"api_key": key}).content)) == 1
    for outsider in ({}, {"api_key": make_key("another")}):
        assert errors(Client().get(f"{BASE}/requests/{code}.json", outsider)) == [404]


def test_filters(key: str, world: World) -> None:
    road = json.loads(post(key).content)[0]["service_request_id"]
    light = json.loads(post(key, service_code="light").content)[0]["service_request_id"]
    Incident.objects.by_code(light).update(state="closed", on_board=False)

    def codes(**query: str) -> list[str]:
        response = Client().get(f"{BASE}/requests.json", {"api_key": key, **query})
        assert response.status_code == 200, response.content
        return [row["service_request_id"] for row in json.loads(response.content)]

    assert codes() == [light, road]
    assert codes(service_code="road") == [road]
    assert codes(status="closed") == [light]
    assert codes(status="open") == [road]
    assert codes(status="open,closed") == [light, road]
    assert codes(service_request_id=f"{road},1022-999999", status="closed") == [road]
    assert codes(start_date="2000-01-01T00:00:00Z") == []
    assert codes(end_date="2999-01-01T00:00:00+07:00") == []
    assert codes(start_date="2000-01-01T00:00:00Z", end_date="2999-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"},
        {"start_date": "yesterday"},
        {"start_date": "2024-01-01T00:00:00"},
        {"start_date": "2024-13-01T00:00:00Z"},
        {"start_date": "2024-02-01T00:00:00Z", "end_date": "2024-01-01T00:00:00Z"},
    ],
)
def test_bad_queries(world: World, query: dict[str, str]) -> None:
    assert errors(Client().get(f"{BASE}/requests.json", query)) == [400]


def test_the_answer_reaches_the_partner_once_closed(key: str) -> None:
    code = json.loads(post(key).content)[0]["service_request_id"]
    Incident.objects.update(answer="Đã vá xong")

    def notes(**query: str) -> str:
        return str(json.loads(Client().get(f"{BASE}/requests/{code}.json", query).content)[0]["status_notes"])

    assert notes(api_key=key) == ""
    Incident.objects.update(state="closed", on_board=False)
    assert notes(api_key=key) == "Đã vá xong"
    assert notes() == ""


def test_other_methods_and_unknown_tokens(key: str) -> None:
    assert errors(Client().delete(f"{BASE}/requests.json")) == [405]
    assert errors(Client().post(f"{BASE}/services.json")) == [405]
    assert errors(Client().get(f"{BASE}/tokens/AAAA-BBBB-CCCC.json")) == [404]
    assert Client().get(f"{BASE}/requests.yaml").status_code == 404


def test_reading_a_thousand_takes_few_queries(key: str, django_assert_max_num_queries: Any) -> None:
    for _number in range(3):
        post(key)
    with django_assert_max_num_queries(10):
        rows = json.loads(Client().get(f"{BASE}/requests.json", {"api_key": key}).content)
    assert len(rows) == 3


def test_an_exhausted_budget_is_a_list_of_errors_too(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "BUDGETS", "open311.read=1/600:1000/600")
    assert Client().get(f"{BASE}/services.json").status_code == 200
    response = Client().get(f"{BASE}/services.json")
    assert errors(response) == [429]
    assert int(response["Retry-After"]) > 0


def test_guessing_keys_has_a_budget_of_its_own(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "BUDGETS", "guess=2/600:1000/600")
    statuses = [post(f"guess-{number}").status_code for number in range(3)]
    assert statuses == [403, 403, 429]
    assert post(key).status_code == 201
