"""The gateway by which SMS leave: one HTTP request a message, its fields named by settings.

OPSCENTER_SMS_SEND_URL, _METHOD (get, form or json), _FIELDS ("to={to}&text={text}&…"), _HEADERS, _ACCEPTED, _NUMBER
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

import httpx
from django.conf import settings
from django.urls import reverse

from incidents.delivery.outcomes import Failure, Outcome, Result
from incidents.delivery.ways import Outgoing
from incidents.doors import sms
from incidents.records.covering import mask
from incidents.records.models import Report, Reporter
from opscenter.accounts.models import Person

# Far below the lease of a message under way.
_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
_LARGEST = 64 * 1024


def is_set_up() -> bool:
    return bool(settings.SMS_SEND_URL and settings.SMS_SEND_FIELDS)


def to_citizen(reporter: Reporter | None, report: Report | None) -> str:
    """The reporter's mobile number; landlines get no SMS."""
    return sms.mobile_of(reporter.phone) if reporter is not None and reporter.phone else ""


def to_person(person: Person) -> str:
    """The own number of somebody with an account."""
    return sms.mobile_of(person.phone) if person.phone else ""


def fit(body: str) -> str:
    return sms.fit(body, diacritics=settings.SMS_DIACRITICS, most_parts=settings.SMS_MOST_PARTS)


def send(outgoing: Outgoing) -> Result:
    """Gives one message to the gateway and says what came of it; raises nothing.

    What the gateway refuses of this message is final (4xx), our own name and password are not (401, 403), nor is
    "too many" (408, 429). A message that may have been taken before is repeated under the same number (`{id}`).
    """
    number = sms.mobile_of(outgoing.address)
    if not number:
        return Result(Outcome.PERMANENT, Failure.NO_ADDRESS)
    try:
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=False) as client:
            answer = client.request(**_request(outgoing, number))
    except httpx.HTTPError as error:
        return Result(Outcome.TEMPORARY, Failure.UNREACHABLE, type(error).__name__)
    text = answer.text[:_LARGEST]
    detail = mask(" ".join(f"{answer.status_code} {text}".split()))[:300]
    if answer.is_success and re.search(settings.SMS_SEND_ACCEPTED, text):
        found = re.search(settings.SMS_SEND_ID, text) if settings.SMS_SEND_ID else None
        return Result(Outcome.SENT, detail=detail, provider_id=found[1] if found else "")
    if answer.status_code in {401, 403}:
        return Result(Outcome.TEMPORARY, Failure.SENDER_REFUSED, detail)
    is_final = answer.is_client_error and answer.status_code not in {404, 408, 425, 429}
    if is_final:
        return Result(Outcome.PERMANENT, Failure.REFUSED, detail)
    return Result(Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW, detail)


def _request(outgoing: Outgoing, number: str) -> dict[str, Any]:
    plain = sms.is_plain(outgoing.body)
    values = {
        "to": number,
        "digits": number.lstrip("+"),
        "national": f"0{number[3:]}" if number.startswith("+84") else number,
        "from": settings.SMS_NUMBER,
        "text": outgoing.body,
        # As kannel and most call it: 0 the plain alphabet, 2 UCS-2.
        "coding": "0" if plain else "2",
        "unicode": "0" if plain else "1",
        "id": str(outgoing.delivery),
        "receipt": f"{settings.SMS_CALLBACK_URL}{reverse('sms_receipt', args=[settings.SMS_SECRET])}"
        f"?delivery={outgoing.delivery}",
    }
    fields = {
        name: re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), value)
        for name, value in parse_qsl(settings.SMS_SEND_FIELDS, keep_blank_values=True)
    }
    method = settings.SMS_SEND_METHOD
    given = {"params": fields} if method == "get" else {"json": fields} if method == "json" else {"data": fields}
    headers = dict(line.split(":", 1) for line in settings.SMS_SEND_HEADERS.split("|") if ":" in line)
    headers = {name.strip(): value.strip() for name, value in headers.items()}
    return {"method": "GET" if method == "get" else "POST", "url": settings.SMS_SEND_URL, "headers": headers, **given}
