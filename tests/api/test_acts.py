"""The API as the screens use it: the whole way, one answer for one action id, conflicts, errors beside their fields."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from incidents.records.models import (
    ActionRecord,
    Assignment,
    History,
    Incident,
    Note,
    PersonalLook,
    Photo,
    Report,
    Reporter,
)
from opscenter.accounts.models import Person
from tests.cast import Cast, Hands, give, open_one, together
from tests.intake.world import IN_AN_LAC, IN_BINH_MINH, World, picture, upload


def test_a_call_becomes_an_answer(world: World, cast: Cast) -> None:
    room, focal, handler = Hands(cast.call_taker), Hands(cast.focal_point), Hands(cast.handler)
    lon, lat = IN_AN_LAC
    # As the outbox sends a form's fields: every value a text, empty fields and all.
    taken = room.post(
        "/api/reports",
        {"source": "phone", "words": "Có ổ gà", "address": "", "lat": str(lat), "lon": str(lon), "accuracy_m": "",
         "category": "", "phone": "0900 000 001", "name": "Lan", "organisation": ""},
    )  # fmt: skip
    assert taken.status_code == 201, taken.content
    body = taken.json()
    code = body["incident"]
    report = Report.objects.get(pk=body["report"])
    assert (report.tracking_code, report.taken_by) == (body["tracking_code"], cast.call_taker)
    assert report.reporter is not None
    assert (report.reporter.phone, report.reporter.name) == ("0900000001", "Lan")
    incident = Incident.objects.by_code(code).get()
    assert incident.suggested_agency == world.an_lac
    assert incident.needs == []

    def done(answer: Any, state: str) -> Any:
        assert answer.status_code == 200, answer.content
        body = answer.json()
        incident.refresh_from_db()
        assert (body["code"], body["version"], body["state"]) == (code, incident.version, state)
        return body

    url = f"/api/incidents/{code}"
    agency = str(world.an_lac.pk)
    sent = room.post(
        f"{url}/dispatch", {"agency": agency, "role": "lead", "note": "", "base_version": incident.version}
    )
    pk = done(sent, "assigned")["assignments"][0]
    assert sent.json()["undo_s"] == 10
    mine = f"/api/assignments/{pk}"
    done(focal.post(f"{mine}/see"), "assigned")
    done(focal.post(f"{mine}/accept", {"base_version": str(incident.version)}), "assigned")
    done(focal.post(f"{mine}/hand", {"unit": str(cast.unit.pk), "base_version": incident.version}), "assigned")
    done(handler.post(f"{mine}/start", {"base_version": incident.version}), "in_progress")
    files = {"photos": [upload(picture()), upload(b"not a picture", "x.jpg")]}
    given = handler.post(
        f"{mine}/result", {"result": "Đã vá.", "base_version": str(incident.version), **files}, form=True
    )
    answer = done(given, "in_progress")
    done(focal.post(f"{mine}/pass-on", {"base_version": incident.version}), "resolved")
    assert len(answer["photo_problems"]) == 1
    assert "x.jpg" in answer["photo_problems"][0]
    assert Photo.objects.get().phase == "after"
    done(room.post(f"{url}/close", {"answer": "Phường đã vá.", "base_version": incident.version}), "closed")
    done(room.post(f"{url}/reopen", {"base_version": incident.version, "reason": "Chưa xong"}), "received")
    assert Note.objects.get().text == "Chưa xong"
    done(room.post(f"{url}/cancel", {"base_version": incident.version, "reason": "mistake"}), "cancelled")


def test_the_same_action_id_takes_effect_once(world: World, cast: Cast) -> None:
    incident = open_one(world)
    url, action = f"/api/incidents/{incident.code}/dispatch", str(uuid.uuid4())
    sent = {"agency": world.an_lac.pk, "base_version": 1}
    room = Hands(cast.call_taker)
    first, second = room.post(url, sent, action=action), room.post(url, sent, action=action)
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (200, first.json())
    assert Assignment.objects.count() == 1
    # The id belongs to that act on that thing by that person.
    other = open_one(world)
    for hands, where in (
        (room, f"/api/incidents/{other.code}/dispatch"),
        (room, f"/api/incidents/{incident.code}/close"),
        (Hands(cast.supervisor), url),
    ):
        refused = hands.post(where, {**sent, "answer": "?"}, action=action)
        assert (refused.status_code, refused.json()["code"]) == (409, "action_taken")
    assert Assignment.objects.count() == 1


def test_a_report_by_double_click_is_one_report(world: World, cast: Cast) -> None:
    action = str(uuid.uuid4())
    hands = [Hands(cast.call_taker) for _number in range(3)]
    answers = together(
        [lambda one=one: one.post("/api/reports", {"words": "Có ổ gà"}, action=action) for one in hands]  # type: ignore[misc]
    )
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["tracking_code"] for answer in answers}) == 1
    assert Report.objects.count() == Incident.objects.count() == 1
    again = hands[0].post("/api/reports", {"words": "Có ổ gà"}, action=action)
    assert again.json() == answers[0].json()


def test_a_double_click_on_dispatch_is_one_dispatch(world: World, cast: Cast) -> None:
    incident, action = open_one(world), str(uuid.uuid4())
    hands = [Hands(cast.call_taker) for _number in range(3)]
    sent = {"agency": world.an_lac.pk, "base_version": 1}
    url = f"/api/incidents/{incident.code}/dispatch"
    answers = together([lambda one=one: one.post(url, sent, action=action) for one in hands])  # type: ignore[misc]
    assert [answer.status_code for answer in answers] == [200, 200, 200], [answer.content for answer in answers]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert Assignment.objects.count() == 1
    assert History.objects.filter(kind="dispatched").count() == 1


def test_a_conflict_has_both_texts_and_who(world: World, cast: Cast) -> None:
    incident = open_one(world)
    give(incident, world.an_lac, cast.supervisor)
    seen = Incident.objects.get().version
    theirs = Hands(cast.supervisor).post(
        f"/api/incidents/{incident.code}/close", {"answer": "Phường đã vá.", "base_version": seen}
    )
    assert theirs.status_code == 200
    mine = Hands(cast.call_taker).post(
        f"/api/incidents/{incident.code}/close", {"answer": "Đang xử lý.", "base_version": seen}
    )
    assert mine.status_code == 409
    body = mine.json()
    assert body["code"] == "changed"
    assert body["detail"]
    assert body["yours"] == {"answer": "Đang xử lý."}
    assert body["current"]["answer"] == "Phường đã vá."
    assert body["current"]["version"] == theirs.json()["version"]
    assert str(cast.supervisor) in body["current"]["done"]
    assert ActionRecord.objects.count() == 1
    # Having seen it, with the new version: told that it is closed, not that it conflicts.
    again = Hands(cast.call_taker).post(
        f"/api/incidents/{incident.code}/close",
        {"answer": "Đang xử lý.", "base_version": body["current"]["version"]},
    )
    assert (again.status_code, again.json()["code"]) == (409, "not_allowed")


def test_another_kind_of_change_does_not_conflict(world: World, cast: Cast) -> None:
    incident = open_one(world)
    room = Hands(cast.call_taker)
    assert room.post(f"/api/incidents/{incident.code}/note", {"text": "gọi lại", "shared": "true"}).status_code == 200
    assert Note.objects.get().shared
    sent = room.post(f"/api/incidents/{incident.code}/dispatch", {"agency": world.an_lac.pk, "base_version": 1})
    assert sent.status_code == 200


@pytest.mark.parametrize(
    ("verb", "sent", "field"),
    [
        ("dispatch", {"base_version": 1}, "agency"),
        ("dispatch", {"base_version": 1, "agency": "x"}, "agency"),
        ("dispatch", {"base_version": 1, "agency": 987654}, "agency"),
        ("dispatch", {"base_version": 1, "agency": 10**30}, "agency"),
        ("dispatch", {"agency": 1}, "base_version"),
        ("dispatch", {"base_version": 1, "agency": 1, "role": "boss"}, "role"),
        ("place", {"base_version": 1, "lat": 91, "lon": 106}, "lat"),
        ("place", {"base_version": 1, "lat": "nan", "lon": 106}, "lat"),
        ("category", {"base_version": 1, "category": "nothing"}, "category"),
        ("category", {"base_version": 1}, "category"),
        ("answer", {"base_version": 1, "answer": "   "}, "answer"),
        ("answer", {"base_version": 1, "answer": "x" * 10_001}, "answer"),
        ("cancel", {"base_version": 1, "reason": "because"}, "reason"),
        ("note", {"text": ""}, "text"),
        ("note", {"text": ["a", "b"]}, "text"),
    ],
)
def test_wrong_input_is_told_beside_its_field(
    world: World, cast: Cast, verb: str, sent: dict[str, Any], field: str
) -> None:
    incident = open_one(world)
    answer = Hands(cast.call_taker).post(f"/api/incidents/{incident.code}/{verb}", sent)
    assert answer.status_code == 422, answer.content
    body = answer.json()
    assert body["code"] == "invalid"
    assert body["fields"].keys() == {field}
    assert all(isinstance(text, str) and text for text in body["fields"][field])
    assert Incident.objects.get().version == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"[" * 100_000, b"\xff"])
def test_what_cannot_be_read(world: World, cast: Cast, body: bytes) -> None:
    incident = open_one(world)
    hands = Hands(cast.call_taker)
    headers = {"X-CSRFToken": "a" * 32, "X-Action-Id": str(uuid.uuid4())}
    url = f"/api/incidents/{incident.code}/note"
    answer = hands.client.post(url, body, content_type="application/json", headers=headers)
    assert answer.status_code == 422
    assert answer.json()["fields"]


def test_characters_that_no_database_stores(world: World, cast: Cast) -> None:
    incident = open_one(world)
    answer = Hands(cast.call_taker).post(f"/api/incidents/{incident.code}/note", {"text": "a\x00b\ud800c"})
    assert answer.status_code == 200
    assert Note.objects.get().text == "ab?c"


def test_every_writing_request_has_an_id(world: World, cast: Cast) -> None:
    incident = open_one(world)
    answer = Hands(cast.call_taker).post(f"/api/incidents/{incident.code}/note", {"text": "x"}, action="no")
    assert answer.status_code == 422
    assert answer.json()["fields"].keys() == {"action_id"}
    assert Note.objects.count() == 0


def test_a_code_that_is_none(cast: Cast) -> None:
    for code in ("1022-999999", "nothing", "0", "9" * 30, "%00"):
        answer = Hands(cast.call_taker).post(f"/api/incidents/{code}/note", {"text": "x"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), code


def test_withdrawing_what_is_named(world: World, cast: Cast) -> None:
    incident = open_one(world)
    room = Hands(cast.call_taker)
    url = f"/api/incidents/{incident.code}"
    hot = room.post(f"{url}/emergency", {"base_version": 1})
    assert hot.status_code == 200
    assert room.post(f"{url}/dispatch", {"agency": world.an_lac.pk, "base_version": 2}).status_code == 200
    assert room.post(f"{url}/withdraw", {"what": "emergency", "base_version": 3}).json()["state"] == "assigned"
    assert Incident.objects.get(pk=incident.pk).group == 3
    assert room.post(f"{url}/withdraw", {"what": "dispatch", "base_version": 4}).json()["state"] == "received"
    late = room.post(f"{url}/withdraw", {"what": "emergency"})
    assert (late.status_code, late.json()["code"]) == (409, "nothing_to_withdraw")
    assert late.json()["detail"]


def test_each_look_at_a_reporter_is_written_down(world: World, cast: Cast) -> None:
    incident = open_one(world)
    give(incident, world.an_lac, cast.call_taker)
    report = Report.objects.get()
    report.reporter = Reporter.objects.create(name="Lan", phone="0900000001", created_at=report.received_at)
    report.save()
    url = f"/api/incidents/{incident.code}/reporter"
    answer = Hands(cast.focal_point).get(url)
    assert answer.json() == {
        # On the agency's page the number in them is covered.
        "words": ["Ổ gà trước số 12/5, gọi 0900 000 001"],
        "reporters": [
            {
                "kind": "person",
                "name": "Lan",
                "organisation": "",
                "on_behalf_of": "",
                "phone": "0900000001",
                "email": "",
            }
        ],
        "recordings": [],
    }
    assert answer["Cache-Control"] == "no-store"
    assert [look.by for look in PersonalLook.objects.all()] == [cast.focal_point]
    assert Hands(cast.focal_point_there).get(url).status_code == 404
    # Who complains about an official is not told to agencies at all.
    from incidents.records.models import Category

    conduct = Category.objects.create(code="conduct", group=1, name="Thái độ", name_en="Conduct", is_complaint=True)
    Incident.objects.update(category=conduct)
    assert Hands(cast.focal_point).get(url).status_code == 403
    assert Hands(cast.call_taker).get(url).status_code == 200
    Reporter.objects.update(erased_at=report.received_at)
    again = Hands(cast.call_taker).get(url).json()
    assert (again["reporters"], again["recordings"]) == ([], [])
    assert PersonalLook.objects.count() == 3


def test_a_recordings_reference_is_for_supervisors_and_who_took_the_call(
    world: World, cast: Cast, new_person: Callable[..., Person]
) -> None:
    from incidents.calls.models import Call

    incident = open_one(world)
    give(incident, world.an_lac, cast.call_taker)
    began = incident.received_at
    Call.objects.create(
        call_id="c1", state="ended", began_at=began, answered_at=began, ended_at=began + dt.timedelta(seconds=90),
        taken_by=cast.call_taker, taken_at=began, recording="2026/11/0900000001.wav", report=incident.reports.get(),
    )  # fmt: skip
    url = f"/api/incidents/{incident.code}/reporter"

    def told(person: Person) -> list[Any]:
        return list(Hands(person).get(url).json()["recordings"])

    shown = [{"began_at": began.isoformat(), "talk_s": 90, "reference": "2026/11/0900000001.wav"}]
    assert told(cast.supervisor) == told(cast.call_taker) == shown
    assert told(new_person("call_taker")) == told(cast.focal_point) == []
    assert PersonalLook.objects.count() == 4
    assert "0900000001.wav" not in Hands(cast.call_taker).get(f"/room/incident/{incident.code}/panel").content.decode()


def test_an_agency_that_lost_it_is_told_so(world: World, cast: Cast) -> None:
    """Work that waited in a phone without network: refused with what happened, not with "does not exist"."""
    incident = open_one(world)
    pk = give(incident, world.an_lac, cast.call_taker).pk
    room = Hands(cast.call_taker)
    room.post(f"/api/assignments/{pk}/cancel", {"base_version": 2, "why": "mistake"})
    late = Hands(cast.focal_point).post(f"/api/assignments/{pk}/accept", {"base_version": 2})
    assert (late.status_code, late.json()["code"]) == (409, "changed")
    assert "taken back" in late.json()["current"]["done"]


def test_what_the_system_makes_of_words_while_they_are_typed(world: World, cast: Cast) -> None:
    known = open_one(world, point=_point(IN_AN_LAC), radius_m=10.0, summary="Có ổ gà to")
    lon, lat = IN_AN_LAC
    answer = Hands(cast.call_taker).post("/api/suggest", {"words": "Có ổ gà", "lat": lat, "lon": lon})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["category"]["code"], body["category"]["group"]) == ("road", 3)
    assert body["agency"] == {
        "id": world.an_lac.pk,
        "name": world.an_lac.name,
        "short": world.an_lac.short_name or world.an_lac.name,
        "certain": True,
        "also": [],
    }
    assert [one["code"] for one in body["duplicates"]] == [known.code]
    assert body["place"]["outcome"] == "located"
    assert (body["place"]["needs_person"], body["place"]["question"]) == (False, "")
    assert body["place"]["answer"]["ward_code"] == "90001"
    vague = {"words": "Có ổ gà", "lat": lat, "lon": lon, "accuracy_m": 5_000}
    unsure = Hands(cast.call_taker).post("/api/suggest", vague).json()["place"]
    assert (unsure["answer"], unsure["needs_person"]) == (None, True)
    assert unsure["question"]
    assert all(isinstance(text, str) and text for text in body["category_reasons"] + body["agency_reasons"])
    nothing = Hands(cast.call_taker).post("/api/suggest", {"words": "\x00zzz", "lat": "500", "lon": "1"}, form=True)
    assert (nothing.status_code, nothing.json()["agency"]) == (200, None)
    assert Hands(cast.call_taker).post("/api/suggest", {"lat": "x"}).status_code == 422
    # What a citizen says stands in no address.
    assert Hands(cast.call_taker).get("/api/suggest?words=o+ga").status_code == 405


def test_where_words_are_is_answered_with_what_decided_it(world: World, cast: Cast) -> None:
    hands = Hands(cast.call_taker)

    def asked(**query: object) -> dict[str, Any]:
        answer = hands.get(f"/api/places/resolve?{urlencode(query)}")
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    named = asked(text="ổ gà ở phường An Lạc")
    assert set(named) == {
        "text", "answer", "candidates", "needs_person", "reasons", "question", "outcome", "ignored", "set",
        "generation", "gazetteer",
    }  # fmt: skip
    answer = named["answer"]
    assert (answer["ward_code"], answer["district_code"], answer["kind"], answer["ward"]) == (
        "90001", "80001", "ward", "Phường An Lạc",
    )  # fmt: skip
    assert answer["confidence"] >= 0.9
    assert answer["tokens"]
    assert (named["needs_person"], named["question"], named["set"]) == (False, None, "invented")
    assert [one["code"] for one in named["reasons"]] == ["ward_named"]
    assert "An Lạc" in named["reasons"][0]["text"]
    # The address field goes before the words.
    assert asked(text="phường Bình Minh", address="phường An Lạc")["answer"]["ward_code"] == "90001"
    # A position decides, and as vaguely as it is known.
    lon, lat = IN_BINH_MINH
    sharp = asked(text="ổ gà", lat=lat, lon=lon, accuracy_m=20)
    assert (sharp["answer"]["ward_code"], sharp["answer"]["kind"], sharp["answer"]["radius_m"]) == (
        "90002",
        "point",
        20,
    )
    vague = asked(text="ổ gà", lat=lat, lon=lon, accuracy_m=5_000)
    assert (vague["answer"], vague["needs_person"], bool(vague["question"])) == (None, True, True)
    # On a day that no set covers nothing is guessed.
    before = asked(text="phường An Lạc", on="1890-01-01")
    assert (before["answer"], before["outcome"], [one["code"] for one in before["reasons"]]) == (
        None, "unknown", ["no_area_set"],
    )  # fmt: skip
    for wrong in ("on=yesterday", "lat=north&lon=1"):
        refused = hands.get(f"/api/places/resolve?text=a&{wrong}")
        assert refused.status_code == 422, wrong


def _point(at: tuple[float, float]) -> Any:
    from django.contrib.gis.geos import Point

    return Point(*at, srid=4326)


def test_photos_of_a_refused_result_leave_no_file(world: World, cast: Cast) -> None:
    from pathlib import Path

    from django.conf import settings

    incident = open_one(world)
    pk = give(incident, world.an_lac, cast.call_taker).pk
    refused = Hands(cast.focal_point).post(
        f"/api/assignments/{pk}/result", {"result": "?", "base_version": "2", "photos": [upload(picture())]}, form=True
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "not_allowed")
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_photo_and_who_saw_the_original(world: World, cast: Cast) -> None:
    from incidents.records import photos
    from incidents.records.editing import lock
    from realtime.change import change

    incident = open_one(world)
    content = picture()
    prepared, _problems = photos.prepare([upload(content)])
    with change():
        (photo,) = photos.add(lock(incident.pk), prepared)
    room, supervisor = Hands(cast.call_taker), Hands(cast.supervisor)
    shown = room.get(f"/api/photos/{photo.pk}/shown")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    # Asked again each time: it may have been redacted since.
    assert shown["Cache-Control"] == "private, no-cache"
    assert shown.content != content
    assert PersonalLook.objects.count() == 0
    original = supervisor.get(f"/api/photos/{photo.pk}/original")
    assert (original.content, original["Cache-Control"]) == (content, "no-store")
    assert PersonalLook.objects.get().by == cast.supervisor
    assert room.get(f"/api/photos/{photo.pk}/small").status_code == 422
    assert room.get("/api/photos/987654/shown").status_code == 404
    photos.discard(prepared)
    assert room.get(f"/api/photos/{photo.pk}/shown").status_code == 404


def test_the_api_describes_itself(cast: Cast) -> None:
    document = Hands(cast.call_taker).get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    dispatch = document["paths"]["/api/incidents/{code}/dispatch"]["post"]
    assert "X-Action-Id" in {one["name"] for one in dispatch["parameters"]}
    schema = dispatch["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["required"]) == {"base_version", "agency"}
