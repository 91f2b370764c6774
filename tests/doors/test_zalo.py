"""Zalo's webhook: only what Zalo signed is taken, each message once, in whatever shape a place arrives."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from incidents.doors.zalo import Malformed, mac_of, parse, read
from incidents.doors.zalo_webhook import LARGEST
from incidents.intake.models import JoinedMessage
from incidents.records.models import History, Incident, Report, Reporter, ReportWords
from incidents.records.places import Pin, set_place
from realtime.change import change
from tests.intake.world import IN_AN_LAC, IN_BINH_MINH, World

VECTOR_BODY = (
    '{"event_name":"user_send_text","app_id":"1022","timestamp":"1571029200000","sender":{"id":"u1"},'
    '"recipient":{"id":"oa1"},"message":{"msg_id":"m1","text":"Ổ gà trước số 12/5 đường 30/4"}}'
).encode()
VECTOR_MAC = "4b836d0b574d2f28378366e2893b7f195e33fdd71b76d3fb1c809ca74eb7aedb"
URL = "/doors/zalo/webhook"


@pytest.fixture
def zalo(world: World) -> Any:
    """Sends events signed as settings say; answers the response."""
    before = settings.ZALO_APP_ID, settings.ZALO_OA_SECRET, settings.ZALO_SIGNATURE_SCHEME
    settings.ZALO_APP_ID, settings.ZALO_OA_SECRET, settings.ZALO_SIGNATURE_SCHEME = "1022", "oa-secret", "sha256"

    def send(event: dict[str, Any] | bytes, **headers: str) -> Any:
        raw = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        try:
            timestamp = str(json.loads(raw).get("timestamp", ""))
        except (ValueError, AttributeError):
            timestamp = ""
        mac = hashlib.sha256(b"1022" + raw + timestamp.encode() + b"oa-secret").hexdigest()
        headers = {"X-ZEvent-Signature": f"mac={mac}", **headers}
        return Client().post(URL, raw, content_type="application/json", headers=headers)

    yield send
    settings.ZALO_APP_ID, settings.ZALO_OA_SECRET, settings.ZALO_SIGNATURE_SCHEME = before


def text(msg_id: str = "m1", words: str = "Có ổ gà to", sender: str = "u1") -> dict[str, Any]:
    return {
        "event_name": "user_send_text",
        "app_id": "1022",
        "timestamp": "1571029200000",
        "sender": {"id": sender},
        "recipient": {"id": "oa1"},
        "message": {"msg_id": msg_id, "text": words},
    }


def place(msg_id: str, point: tuple[float, float] = IN_AN_LAC, shape: int = 0, sender: str = "u1") -> dict[str, Any]:
    lon, lat = point
    message: dict[str, Any] = [
        {
            "attachments": [
                {"type": "location", "payload": {"coordinates": {"latitude": str(lat), "longitude": str(lon)}}}
            ]
        },
        {"attachments": [{"type": "location", "payload": {"coordinates": {"lat": lat, "long": lon}}}]},
        {"location": {"latitude": lat, "longitude": lon}},
    ][shape]
    event = text(msg_id, sender=sender)
    return {**event, "event_name": "user_send_location", "message": {"msg_id": msg_id, **message}}


# --- pure -------------------------------------------------------------------------------------------------------


def test_the_known_vector() -> None:
    mac = mac_of(VECTOR_BODY, "1571029200000", app_id="1022", secret="oa-secret", scheme="sha256")
    assert mac == VECTOR_MAC


def test_the_minority_scheme_is_another_one() -> None:
    expected = hmac.new(b"oa-secret", b"1022" + VECTOR_BODY + b"1571029200000", hashlib.sha256).hexdigest()
    assert mac_of(VECTOR_BODY, "1571029200000", app_id="1022", secret="oa-secret", scheme="hmac") == expected
    assert expected != VECTOR_MAC


@pytest.mark.parametrize("shape", range(3))
def test_a_place_in_each_of_its_shapes(shape: int) -> None:
    message = parse(place("m2", shape=shape))
    assert message is not None
    assert message.point == IN_AN_LAC


@pytest.mark.parametrize(
    "name", ["oa_send_text", "follow", "unfollow", "user_click_button", "user_send_sticker", "anything_new"]
)
def test_echoes_and_other_events_are_no_message(name: str) -> None:
    assert parse({**text(), "event_name": name}) is None


def test_media_are_kept_as_addresses() -> None:
    event = {**text(words=""), "event_name": "user_send_image"}
    event["message"]["attachments"] = [{"type": "image", "payload": {"url": "https://zalo.example/a.jpg"}}]
    message = parse(event)
    assert message is not None
    assert message.media == ("https://zalo.example/a.jpg",)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(message=_JSON, sender=_JSON)
def test_any_shape_is_a_message_or_malformed(message: Any, sender: Any) -> None:
    with contextlib.suppress(Malformed):
        parse({"event_name": "user_send_location", "message": message, "sender": sender})


@given(
    payload=_JSON,
    attachments=st.lists(
        st.fixed_dictionaries(
            {
                "payload": st.dictionaries(
                    st.sampled_from(["coordinates", "latitude", "lat", "long", "url"]), _JSON, max_size=3
                )
            }
        ),
        max_size=2,
    ),
)
def test_any_attachment_is_read_or_malformed(payload: Any, attachments: list[Any]) -> None:
    event = text()
    event["message"].update(attachments=attachments, location=payload)
    try:
        message = parse(event)
    except Malformed:
        return
    assert message is not None


@given(st.binary(max_size=60))
def test_any_bytes_are_an_event_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert "event_name" in read(raw)


def test_deep_nesting_is_malformed() -> None:
    with pytest.raises(Malformed):
        read(b'{"event_name":' * 100_000)
    with pytest.raises(Malformed):
        read(b"[" * 100_000)


# --- the address ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_vector_becomes_a_report(zalo: Callable[..., Any], world: World) -> None:
    response = Client().post(
        URL, VECTOR_BODY, content_type="application/json", headers={"X-ZEvent-Signature": f"mac={VECTOR_MAC}"}
    )
    assert response.status_code == 200
    report = Report.objects.get()
    assert (report.source, report.source_id) == ("zalo", "m1")
    assert ReportWords.objects.get().words == "Ổ gà trước số 12/5 đường 30/4"
    assert (report.reporter.door, report.reporter.door_id) == ("zalo", "u1")
    assert report.incident.category == world.categories["road"]


@pytest.mark.django_db(transaction=True)
def test_a_replay_changes_nothing(zalo: Callable[..., Any]) -> None:
    assert zalo(text()).status_code == 200
    before = History.objects.count()
    assert zalo(text()).status_code == 200
    assert (Report.objects.count(), History.objects.count()) == (1, before)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda raw: (raw, {"X-ZEvent-Signature": ""}), 403),
        (lambda raw: (raw, {"X-ZEvent-Signature": "mac=" + "0" * 64}), 403),
        (lambda raw: (raw, {"X-ZEvent-Signature": "mac=" + "é" * 10}), 403),
        # Signed, then one letter changed.
        (lambda raw: (raw.replace("gà".encode(), "gỗ".encode()), {"X-ZEvent-Signature": f"mac={VECTOR_MAC}"}), 403),
        (lambda raw: (raw[:-10], {}), 400),
        (lambda raw: (b"\xff\xfe" + raw, {}), 400),
        (lambda raw: (b"[]", {}), 400),
        (lambda raw: (b'{"event_name":"user_send_text","timestamp":"1"}', {}), 400),
        (lambda raw: (raw + b" " * LARGEST, {}), 413),
    ],
)
def test_forged_cut_off_and_oversized_ones_change_nothing(zalo: Callable[..., Any], spoil: Any, status: int) -> None:
    raw, headers = spoil(VECTOR_BODY)
    response = zalo(raw, **headers)
    assert response.status_code == status
    assert response.content
    assert not Report.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("raw", [b"", b"  \n"])
def test_the_empty_post_at_set_up_is_answered_200(zalo: Callable[..., Any], raw: bytes) -> None:
    assert zalo(raw).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["follow", "oa_send_text", "user_send_sticker"])
def test_what_is_no_report_is_acknowledged(zalo: Callable[..., Any], name: str) -> None:
    event = {"event_name": name, "app_id": "1022", "timestamp": "1", "follower": {"id": "u1"}, "oa_id": "oa1"}
    assert zalo(event).status_code == 200
    assert not Report.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_door_that_is_not_set_up_takes_nothing(world: World) -> None:
    assert settings.ZALO_APP_ID == ""
    mac = hashlib.sha256(VECTOR_BODY + b"1571029200000").hexdigest()
    response = Client().post(
        URL, VECTOR_BODY, content_type="application/json", headers={"X-ZEvent-Signature": f"mac={mac}"}
    )
    assert response.status_code == 503
    assert not Report.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_only_post(zalo: Callable[..., Any]) -> None:
    assert Client().get(URL).status_code == 405


# --- a place after the words ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_place_completes_the_senders_report(zalo: Callable[..., Any], world: World) -> None:
    zalo(text())
    assert "place_unknown" in Incident.objects.get().needs
    assert zalo(place("m2")).status_code == 200
    incident = Incident.objects.get()
    assert Report.objects.get().given_point.coords == IN_AN_LAC
    assert incident.ward_code == "90001"
    assert incident.suggested_agency == world.an_lac
    assert incident.needs == []
    assert JoinedMessage.objects.get().source_id == "m2"
    # The same place again, also after the next report without a place.
    zalo(text("m3", "Đống rác"))
    assert zalo(place("m2")).status_code == 200
    assert Report.objects.get(source_id="m3").given_point is None
    assert Report.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_place_of_somebody_else_or_without_a_report_is_its_own(zalo: Callable[..., Any]) -> None:
    zalo(text())
    zalo(place("m2", sender="u2"))
    assert Report.objects.count() == 2
    # It has its place, so the next one is another report.
    zalo(place("m3", IN_BINH_MINH, sender="u2"))
    assert Report.objects.count() == 3
    assert Reporter.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_place_after_half_an_hour_is_its_own(zalo: Callable[..., Any]) -> None:
    import datetime as dt

    zalo(text())
    report = Report.objects.get()
    Report.objects.update(received_at=report.received_at - dt.timedelta(minutes=31))
    zalo(place("m2"))
    assert Report.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_persons_pin_is_not_moved(zalo: Callable[..., Any], new_person: Any) -> None:
    from incidents.records import editing

    zalo(text())
    with change():
        incident = editing.lock(Incident.objects.get().pk)
        set_place(incident, Pin(*IN_BINH_MINH), by=new_person())
    zalo(place("m2"))
    assert Incident.objects.get(pk=incident.pk).ward_code == "90002"
    # Nothing is dropped: the place is a report of its own for a person to see.
    assert Report.objects.count() == 2
