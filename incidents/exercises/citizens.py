"""Reports come in: each by the real door, as a browser, a partner's machine, Zalo or a call-taker sends it."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Generator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings

from incidents.calls.models import Call
from incidents.calls.webhook import signature_of
from incidents.doors.zalo import mac_of
from incidents.exercises.composing import Planned
from incidents.exercises.pictures import draw
from incidents.exercises.visitor import Answer, Upload, Visitor

ZALO_OA = "demonstration-oa"
# Every so many callers hang up while they wait.
_GIVES_UP = 15


class Refused(RuntimeError):
    """The door did not take a report; the text holds its answer."""


@dataclass(frozen=True, slots=True)
class Sent:
    """How to find a report again: by the incident's code where the door tells it, else by the door's own number."""

    code: str = ""
    source: str = ""
    source_id: str = ""


def _expect(answer: Answer, *statuses: int) -> Answer:
    if answer.status not in statuses:
        raise Refused(f"{answer.status}: {answer.body[:300].decode('utf-8', 'replace')}")
    return answer


def by_web(address: str, one: Planned, point: tuple[float, float] | None) -> Sent:
    """Opens the portal, fills in the form and sends it, as a browser without scripts does. Raises Refused."""
    citizen = Visitor(address)
    try:
        _expect(citizen.get("/"), 200)
        action = str(uuid.uuid4())
        lon, lat = point or (None, None)
        fields = {
            "words": one.words,
            "category": one.category if one.says_category else "",
            "lat": "" if lat is None else f"{lat:.6f}",
            "lon": "" if lon is None else f"{lon:.6f}",
            "accuracy": "" if lat is None else str(5 + one.number % 50),
            "kind": "person",
            "name": one.name,
            "phone": one.phone,
            "email": one.email,
            "action_id": action,
        }
        files = []
        if one.has_photo:
            picture = draw(random.Random(one.number), mended=False, point=point)
            files = [("photos", Upload(f"anh-{one.number}.jpg", picture))]
        taken = _expect(citizen.post_form("/phan-anh/", fields, files), 302)
        # They look at the page with their code, like people do.
        _expect(citizen.get(taken.headers["location"]), 200)
    finally:
        citizen.close()
    return Sent(source="web", source_id=action)


class Exchange:
    """The scripted telephone exchange: reports its calls by the real webhook, signed as any exchange signs."""

    def __init__(self, address: str) -> None:
        self.visitor = Visitor(address)

    def report(self, event: str, call_id: str, number: str, name: str = "") -> None:
        """Raises Refused."""
        body = {
            "event": event,
            "call_id": call_id,
            "caller_number": number,
            "caller_name": name,
            "called_number": "1022",
            "event_ts": time.time(),
        }
        raw, stamp = json.dumps(body, ensure_ascii=False).encode(), str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Call-Timestamp": stamp,
            "X-Call-Signature": signature_of(raw, stamp, settings.PHONE_SECRET),
        }
        _expect(self.visitor.post_bytes("/doors/phone/webhook", raw, headers), 200)


def by_phone(
    exchange: Exchange, call_taker: Visitor, one: Planned, point: tuple[float, float] | None
) -> Generator[float, None, Sent | None]:
    """It rings in the room until a call-taker takes it, types it and saves it; yields seconds before the next act.

    None: somebody else was quicker, and has the call. Raises Refused.
    """
    call_id, number = f"demonstration-{uuid.uuid4().hex}", one.phone or f"0900000{one.number % 1000:03d}"
    exchange.report("ringing", call_id, number, one.name)
    yield 6.0 + one.number % 9
    if one.number % _GIVES_UP == 0:
        # They could not wait, and try once more: the room has one person less to call back.
        exchange.report("abandoned", call_id, number)
        yield 30.0
        call_id = f"demonstration-{uuid.uuid4().hex}"
        exchange.report("ringing", call_id, number, one.name)
        yield 5.0
    call = Call.objects.get(call_id=call_id)
    taken = call_taker.post_json(f"/api/calls/{call.pk}/take", {}, {"X-Action-Id": str(uuid.uuid4())})
    if taken.status == 409:
        yield 90.0
        exchange.report("ended", call_id, number)
        return None
    _expect(taken, 200)
    exchange.report("answered", call_id, number)
    yield 3.0
    sent: dict[str, object] = {"words": one.words, "name": one.name, "phone": number, "email": one.email}
    sent["call"] = call.pk
    if one.says_category and one.category:
        sent["category"] = one.category
    if point is not None and one.number % 2:
        sent |= {"lon": point[0], "lat": point[1], "accuracy_m": 30}
    answer = _expect(call_taker.post_json("/api/reports", sent, {"X-Action-Id": str(uuid.uuid4())}), 201)
    exchange.report("ended", call_id, number)
    return Sent(code=str(answer.json()["incident"]))


def by_zalo(zalo: Visitor, one: Planned, point: tuple[float, float] | None) -> Sent:
    """What Zalo's servers post, signed as they sign it; some citizens send their place afterwards. Raises Refused."""
    sender, number = f"demonstration-{one.number:04d}", uuid.uuid4().hex
    _post_zalo(zalo, "user_send_text", sender, {"msg_id": number, "text": one.words})
    if point is not None and one.number % 3 == 0:
        place = {"latitude": f"{point[1]:.6f}", "longitude": f"{point[0]:.6f}"}
        attachment = {"type": "location", "payload": {"coordinates": place}}
        _post_zalo(zalo, "user_send_location", sender, {"msg_id": uuid.uuid4().hex, "attachments": [attachment]})
    return Sent(source="zalo", source_id=number)


def _post_zalo(zalo: Visitor, event: str, sender: str, message: dict[str, object]) -> None:
    timestamp = str(int(time.time() * 1000))
    body = json.dumps(
        {
            "app_id": settings.ZALO_APP_ID,
            "event_name": event,
            "timestamp": timestamp,
            "sender": {"id": sender},
            "recipient": {"id": ZALO_OA},
            "message": message,
        },
        ensure_ascii=False,
    ).encode()
    mac = mac_of(
        body,
        timestamp,
        app_id=settings.ZALO_APP_ID,
        secret=settings.ZALO_OA_SECRET,
        scheme=settings.ZALO_SIGNATURE_SCHEME,
    )
    headers = {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac}"}
    _expect(zalo.post_bytes("/doors/zalo/webhook", body, headers), 200)


def by_open311(partner: Visitor, key: str, one: Planned, point: tuple[float, float] | None) -> Sent:
    """A partner's machine posts by GeoReport v2. Raises Refused."""
    fields = {
        "api_key": key,
        "service_code": one.category or "field-other",
        "description": one.words,
        "first_name": one.name,
        "phone": one.phone,
    }
    if point is not None:
        fields |= {"lat": f"{point[1]:.6f}", "long": f"{point[0]:.6f}"}
    else:
        fields["address_string"] = one.words[:300]
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Action-Id": str(uuid.uuid4())}
    body = urlencode({name: value for name, value in fields.items() if value}).encode()
    answer = _expect(partner.post_bytes("/open311/v2/requests.json", body, headers), 200, 201)
    return Sent(code=str(answer.json()[0]["service_request_id"]))
