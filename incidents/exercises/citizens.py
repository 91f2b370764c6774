"""Reports come in: each by the real door, as a browser, a partner's machine, Zalo or a call-taker sends it."""

from __future__ import annotations

import json
import random
import time
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings

from incidents.doors.zalo import mac_of
from incidents.exercises.composing import Planned
from incidents.exercises.pictures import draw
from incidents.exercises.visitor import Answer, Upload, Visitor

ZALO_OA = "demonstration-oa"


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


def by_phone(call_taker: Visitor, one: Planned, point: tuple[float, float] | None) -> Sent:
    """The call-taker types it and sends it to the staff's API. Raises Refused."""
    sent: dict[str, object] = {"words": one.words, "name": one.name, "phone": one.phone, "email": one.email}
    if one.says_category and one.category:
        sent["category"] = one.category
    if point is not None and one.number % 2:
        sent |= {"lon": point[0], "lat": point[1], "accuracy_m": 30}
    answer = _expect(call_taker.post_json("/api/reports", sent, {"X-Action-Id": str(uuid.uuid4())}), 201)
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
