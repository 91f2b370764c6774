"""What the platforms' events say and whose they are: pure, with the known vectors, and with anything at all."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as proof
from hypothesis import strategies as st

from incidents.delivery.models import Receipt
from incidents.doors import facebook, viber, zalo
from incidents.doors.chat import DOORS, Malformed, Message, Told
from incidents.doors.posting import fitted
from tests.doors.platforms import PLATFORMS, Peer
from tests.intake.world import IN_AN_LAC

ZALO_BODY = (
    '{"event_name":"user_send_text","app_id":"1022","timestamp":"1571029200000","sender":{"id":"u1"},'
    '"recipient":{"id":"oa1"},"message":{"msg_id":"m1","text":"Ổ gà trước số 12/5 đường 30/4"}}'
).encode()
ZALO_MAC = "4b836d0b574d2f28378366e2893b7f195e33fdd71b76d3fb1c809ca74eb7aedb"


def wire(name: str, *arguments: Any, **more: Any) -> bytes:
    """An event as the platform writes it."""
    event = PLATFORMS[name](Peer(lambda asked: (200, {}))).event(*arguments, **more)
    return json.dumps(event, ensure_ascii=False).encode()


def test_every_door_is_found_by_itself() -> None:
    assert DOORS.keys() == PLATFORMS.keys()


@pytest.mark.parametrize(
    ("door", "keys", "raw", "header", "value"),
    [
        ("viber", {"VIBER_TOKEN": "test-viber-token"}, b'{"event":"message","timestamp":1234567890}',
         "X-Viber-Content-Signature", "a6209a44d6cbb4781e2e3b647d83d9d983c2060d598ff4a5c2b152e92f19b932"),
        ("facebook", {"FACEBOOK_APP_SECRET": "app-secret"}, b'{"object":"page","entry":[]}', "X-Hub-Signature-256",
         "sha256=e6e9d7a842a48e17f43a34d6125d0d933e2aab92ee37f0993a4d493b50e3d438"),
        ("zalo", {"ZALO_APP_ID": "1022", "ZALO_OA_SECRET": "oa-secret"}, ZALO_BODY, "X-ZEvent-Signature",
         f"mac={ZALO_MAC}"),
    ],
)  # fmt: skip
def test_the_known_vectors(
    door: str, keys: dict[str, str], raw: bytes, header: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, key in keys.items():
        monkeypatch.setattr(settings, name, key)
    assert DOORS[door].is_signed(raw, {header: value})
    # One bit of the body, one letter of the signature, and nothing at all.
    assert not DOORS[door].is_signed(raw + b" ", {header: value})
    assert not DOORS[door].is_signed(raw, {header: value[:-1] + ("0" if value[-1] != "0" else "1")})
    assert not DOORS[door].is_signed(raw, {header: "é"})
    assert not DOORS[door].is_signed(raw, {})


def test_the_minority_scheme_of_zalo_is_another_one() -> None:
    expected = hmac.new(b"oa-secret", b"1022" + ZALO_BODY + b"1571029200000", hashlib.sha256).hexdigest()
    assert zalo.mac_of(ZALO_BODY, "1571029200000", app_id="1022", secret="oa-secret", scheme="hmac") == expected
    assert expected != ZALO_MAC


@pytest.mark.parametrize("door", sorted(PLATFORMS))
def test_words_a_place_and_a_picture(door: str) -> None:
    found = DOORS[door].parse(wire(door, "50405319809731111", "u1", "Ổ gà to"))
    # A number above 2^53 stays what it is.
    assert found == [Message("50405319809731111", "u1", "Ổ gà to")]
    (place,) = DOORS[door].parse(wire(door, "1", "u1", point=IN_AN_LAC))
    assert isinstance(place, Message)
    assert place.point == IN_AN_LAC
    (picture,) = DOORS[door].parse(wire(door, "2", "u1", "xem", picture="https://media.example/a.jpg"))
    assert isinstance(picture, Message)
    assert (picture.text, picture.media) == ("xem", ("https://media.example/a.jpg",))


@pytest.mark.parametrize("shape", range(3))
def test_zalos_place_in_each_of_its_shapes(shape: int) -> None:
    (message,) = zalo.door.parse(wire("zalo", "m2", "u1", point=IN_AN_LAC, shape=shape))
    assert isinstance(message, Message)
    assert message.point == IN_AN_LAC


@pytest.mark.parametrize(
    ("door", "event"),
    [
        *[("zalo", {"event_name": name, "message": {"msg_id": "1", "text": "a"}, "sender": {"id": "oa"}})
          for name in ("oa_send_text", "follow", "unfollow", "user_click_button", "user_send_sticker", "anything_new")],
        *[("viber", {"event": name, "timestamp": 1, "message_token": 1, "user_id": "u1"})
          for name in ("webhook", "subscribed", "unsubscribed", "conversation_started", "anything_new")],
        ("facebook", {"object": "page", "entry": []}),
        ("facebook", {"object": "user", "entry": [{"id": 1}]}),
        ("facebook", {"object": "page", "entry": [{"id": "P", "changes": [{"field": "feed"}]}]}),
        ("facebook", {"object": "page", "entry": [{"messaging": [{"sender": {"id": "P"}, "read": {"watermark": 1}}]}]}),
        ("facebook", {"object": "page", "entry": [{"messaging": [
            {"sender": {"id": "PAGE"}, "message": {"mid": "m_ours", "text": "Chào", "is_echo": True}}]}]}),
    ],
)  # fmt: skip
def test_echoes_and_what_is_no_message_give_nothing(door: str, event: dict[str, Any]) -> None:
    assert DOORS[door].parse(json.dumps(event).encode()) == []


def test_receipts() -> None:
    for name, receipt in (("delivered", Receipt.DELIVERED), ("seen", Receipt.READ), ("failed", Receipt.FAILED)):
        event = {"event": name, "timestamp": 1, "message_token": 491266184665523145, "user_id": "u1", "desc": "x"}
        assert viber.door.parse(json.dumps(event).encode()) == [Told("491266184665523145", receipt, "x")]
    delivery = {"sender": {"id": "u1"}, "delivery": {"mids": ["m_1", "m_2"], "watermark": 1458668856253}}
    event = {"object": "page", "entry": [{"messaging": [delivery]}]}
    told = facebook.door.parse(json.dumps(event).encode())
    assert told == [Told("m_1", Receipt.DELIVERED), Told("m_2", Receipt.DELIVERED)]


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_SHAPES = {
    "viber": lambda a, b: {"event": "message", "timestamp": 1, "message_token": a, "sender": b, "message": b},
    "facebook": lambda a, b: {"object": "page", "entry": [{"messaging": [{"sender": a, "message": b}, b]}, a]},
    "zalo": lambda a, b: {"event_name": "user_send_location", "message": a, "sender": b},
}


@pytest.mark.parametrize("door", sorted(PLATFORMS))
@proof(max_examples=60)
@given(a=_JSON | st.dictionaries(st.sampled_from(["id", "text", "attachments", "location", "mid"]), _JSON), b=_JSON)
def test_any_shape_is_something_or_malformed(door: str, a: Any, b: Any) -> None:
    for event in (_SHAPES[door](a, b), _SHAPES[door](b, a), a):
        with contextlib.suppress(Malformed):
            DOORS[door].parse(json.dumps(event).encode())


@pytest.mark.parametrize("door", sorted(PLATFORMS))
@proof(max_examples=60)
@given(raw=st.binary(max_size=60))
def test_any_bytes_are_malformed(door: str, raw: bytes) -> None:
    with pytest.raises(Malformed):
        DOORS[door].parse(raw)


@pytest.mark.parametrize("door", sorted(PLATFORMS))
@pytest.mark.parametrize("raw", [b'{"event_name":' * 100_000, b"[" * 100_000, b"\xff\xfe{}", b'{"entry":'])
def test_deep_wrong_encoded_and_cut_off_is_malformed(door: str, raw: bytes) -> None:
    assert not DOORS[door].is_signed(raw, {})
    with pytest.raises(Malformed):
        DOORS[door].parse(raw)


def test_a_long_text_keeps_its_last_line() -> None:
    body = "a" * 3000 + "\nhttps://1022.example/tra-cuu/X"
    short = fitted(body, 2000)
    assert len(short) <= 2000
    assert short.endswith("…\nhttps://1022.example/tra-cuu/X")
    assert fitted("ngắn", 2000) == "ngắn"
