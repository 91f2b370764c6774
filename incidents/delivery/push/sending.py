"""One notification by a browser maker's push service (RFC 8030), readable for that browser alone (RFC 8291)."""

from __future__ import annotations

import json
from typing import Any

import httpx
from pydantic import ValidationError

from incidents.delivery.models import URGENT
from incidents.delivery.outcomes import Failure, Outcome, Result
from incidents.delivery.push import endpoints, keys
from incidents.delivery.push.subscriptions import Subscription
from incidents.delivery.ways import Outgoing
from opscenter.outside import NotPublic, UnknownHost, public_address

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
# How long the service keeps it for a phone that is off, in seconds. The standard's default of 0 is "now or never".
_KEPT_S, _KEPT_URGENT_S = 86_400, 120


def payload(outgoing: Outgoing) -> bytes:
    """What the browser's worker shows: frontend/src/workers/notify.ts."""
    shown = {
        "title": outgoing.subject,
        "body": outgoing.body,
        "url": outgoing.link,
        "urgent": outgoing.kind in URGENT,
    }
    return json.dumps(shown, ensure_ascii=False).encode()


def send(outgoing: Outgoing) -> Result:
    """Gives one notification to the push service and says what came of it; raises nothing.

    404 and 410: the browser has ended the subscription. 400 and 413 are about this message, 401 and 403 about our key.
    """
    try:
        target = Subscription.model_validate_json(outgoing.address or "{}")
    except ValidationError:
        return Result(Outcome.PERMANENT, Failure.NO_ADDRESS, "no device, or not an address of a known push service")
    try:
        request = _request(outgoing, target)
    except NotPublic:
        return Result(Outcome.PERMANENT, Failure.NO_ADDRESS, "the push service lies in a network of our own")
    except UnknownHost:
        return Result(Outcome.TEMPORARY, Failure.UNREACHABLE, "unknown host")
    try:
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client:
            answer = client.post(**request)
    except httpx.HTTPError as error:
        return Result(Outcome.TEMPORARY, Failure.UNREACHABLE, type(error).__name__)
    return _outcome(answer)


def _request(outgoing: Outgoing, target: Subscription) -> dict[str, Any]:
    """Raises NotPublic and UnknownHost."""
    # It brings a whole HTTP client of its own, which a process that starts does not wait for.
    from pywebpush import WebPusher

    url = httpx.URL(target.endpoint)
    is_urgent = outgoing.kind in URGENT
    encrypted = WebPusher(target.model_dump()).encode(payload(outgoing), "aes128gcm")["body"]
    headers = {
        "Host": url.netloc.decode(),
        "Authorization": keys.authorization(endpoints.origin_of(target.endpoint)),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(_KEPT_URGENT_S if is_urgent else _KEPT_S),
        "Urgency": "high" if is_urgent else "normal",
        # A repetition takes the place of the first while the phone is off.
        "Topic": outgoing.message_id.strip("<>").partition("@")[0].replace("-", ""),
    }
    extensions: dict[str, Any] = {}
    if not endpoints.is_own(target.endpoint):
        # It connects to the very address that was checked.
        extensions = {"sni_hostname": url.host}
        url = url.copy_with(host=public_address(url.host, 443))
    return {"url": url, "content": encrypted, "headers": headers, "extensions": extensions}


def _outcome(answer: httpx.Response) -> Result:
    detail = " ".join(f"{answer.status_code} {answer.text[:200]}".split())[:300]
    if answer.is_success:
        return Result(Outcome.SENT, detail=str(answer.status_code))
    if answer.status_code in {404, 410}:
        return Result(Outcome.PERMANENT, Failure.GONE, str(answer.status_code))
    if answer.status_code in {401, 403}:
        return Result(Outcome.TEMPORARY, Failure.SENDER_REFUSED, detail)
    if answer.status_code in {400, 413}:
        return Result(Outcome.PERMANENT, Failure.REFUSED, detail)
    return Result(Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW, detail)
