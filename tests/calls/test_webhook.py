"""The neutral webhook: only what was signed just now is taken, each report once, and nothing is lost or invented."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from incidents.calls.models import Call, Caller
from incidents.calls.numbers import dialled, normalised
from incidents.calls.webhook import LARGEST, WINDOW_S, signature_of
from realtime.models import Event

URL = "/doors/phone/webhook"
SECRET = "a secret of tests"


@pytest.fixture
def send(transactional_db: None) -> Iterator[Callable[..., Any]]:
    before = settings.PHONE_SECRET
    settings.PHONE_SECRET = SECRET

    def post(event: dict[str, Any] | bytes, *, at: float | None = None, **headers: str) -> Any:
        raw = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        stamp = str(int(time.time() if at is None else at))
        signed = {"X-Call-Timestamp": stamp, "X-Call-Signature": signature_of(raw, stamp, SECRET), **headers}
        return Client().post(URL, raw, content_type="application/json", headers=signed)

    yield post
    settings.PHONE_SECRET = before


def ringing(call_id: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "event": "ringing",
        "call_id": call_id,
        "caller_number": "0900 000 001",
        "caller_name": "Nguyễn Văn Thử",
        "called_number": "1022",
        "event_ts": timezone.now().isoformat(),
        **more,
    }


def test_a_call_rings(send: Any) -> None:
    assert send(ringing()).status_code == 200
    call = Call.objects.get()
    assert (call.state, call.line, call.is_live) == ("ringing", "1022", True)
    assert Caller.objects.get().number == "+84900000001"
    assert Caller.objects.get().name == "Nguyễn Văn Thử"


def test_a_forged_call_costs_no_statement(send: Any, django_assert_num_queries: Any) -> None:
    # Nor may a flood of them use up anything that the exchange's own reports need.
    with django_assert_num_queries(0):
        assert send(ringing(), **{"X-Call-Signature": "sha256=0"}).status_code == 403


def test_seconds_of_the_epoch_are_a_time_too(send: Any) -> None:
    at = int(time.time())
    assert send(ringing(event_ts=at)).status_code == 200
    assert Call.objects.get().rang_at == dt.datetime.fromtimestamp(at, dt.UTC)


def test_the_stream_never_says_who_calls(send: Any) -> None:
    send(ringing())
    send(ringing(event="abandoned"))
    texts = "".join(Event.objects.values_list("bodies", flat=True))
    assert "1022" in texts
    assert "900000001" not in texts
    assert "Thử" not in texts


def test_the_same_report_again_changes_nothing(send: Any) -> None:
    event = ringing()
    send(event)
    version = Call.objects.get().version
    assert send(event).status_code == 200
    assert Call.objects.get().version == version


def test_late_and_turned_around(send: Any) -> None:
    start = timezone.now() - dt.timedelta(seconds=90)
    at = {event: (start + dt.timedelta(seconds=s)).isoformat() for event, s in
          {"ringing": 0, "answered": 12, "ended": 72}.items()}  # fmt: skip
    for event in ("ended", "ringing", "answered"):
        assert send(ringing(event=event, event_ts=at[event])).status_code == 200
    call = Call.objects.get()
    assert call.state == "ended"
    assert (call.wait(), call.talk()) == (dt.timedelta(seconds=12), dt.timedelta(seconds=60))
    assert call.callback == ""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"[" * 9000, 400),
        (b'{"event":"ringing"', 400),
        (b'{"event":"ringing","call_id":"\xff","event_ts":1}', 400),
        (json.dumps(ringing(event="exploded")).encode(), 400),
        (json.dumps(ringing(call_id="")).encode(), 400),
        (json.dumps(ringing(event_ts="yesterday")).encode(), 400),
        (json.dumps(ringing(event_ts="2019-11-24T08:00:00")).encode(), 400),
        (b"x" * (LARGEST + 1), 413),
    ],
)
def test_what_cannot_be_read_is_said_so(send: Any, body: bytes, status: int) -> None:
    assert send(body).status_code == status
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("told", "name", "number"),
    [
        ({"caller_name": None, "caller_number": None, "called_number": None, "recording": None}, "", ""),
        ({"caller_name": "Bay\ud800 \x00Thử", "caller_number": 84900000001}, "Bay? Thử", "+84900000001"),
        ({"caller_name": "a" * 5_000, "extension": "9" * 5_000}, "a" * 150, "+84900000001"),
        ({"caller_name": {"vi": "Bảy"}, "caller_number": ["0900000001"], "recording": True}, "", ""),
    ],
)
def test_what_an_exchange_says_beside_a_call_never_costs_the_call(
    send: Any, told: dict[str, Any], name: str, number: str
) -> None:
    assert send(json.dumps(ringing(**told)).encode()).status_code == 200
    assert Call.objects.get().state == "ringing"
    caller = Caller.objects.get()
    assert (caller.name, caller.number) == (name, number)


def test_forged_old_and_replayed(send: Any) -> None:
    event = json.dumps(ringing()).encode()
    now = str(int(time.time()))
    forged = [
        send(event, **{"X-Call-Signature": "sha256=" + "0" * 64}),
        send(event, **{"X-Call-Signature": ""}),
        send(event, **{"X-Call-Signature": signature_of(event, now, "another secret")}),
        # Signed then, sent now with a fresh time: the time is part of what is signed.
        send(event, at=time.time() - 60, **{"X-Call-Timestamp": now}),
        send(event, at=time.time() - WINDOW_S - 60),
        send(event, at=time.time() + WINDOW_S + 60),
    ]
    assert {answer.status_code for answer in forged} == {403}
    assert not Call.objects.exists()


def test_a_door_that_is_not_set_up(send: Any) -> None:
    settings.PHONE_SECRET = ""
    assert send(ringing()).status_code == 503


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("0900000001", "+84900000001"),
        ("+84 900 000 001", "+84900000001"),
        ("84900000001", "+84900000001"),
        ("0274 3000 022", "+842743000022"),
        ("anonymous", ""),
        ("", ""),
        ("101", ""),
    ],
)
def test_numbers_are_made_one(raw: str, number: str) -> None:
    assert normalised(raw) == number
    assert not number or dialled(number).startswith("0")
