"""The addresses that an SMS gateway calls: a message that came in, and what became of one that went out.

Gateways sign nothing, so the secret stands in the path, and their addresses may be named. Answered after one insert.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from incidents.delivery import receipts
from incidents.delivery.models import Door
from incidents.doors import sms
from incidents.intake import arrivals
from opscenter import budgets

log = logging.getLogger(__name__)
LARGEST = 64 * 1024
_MOST_FIELDS = 60


@csrf_exempt
@require_http_methods(["GET", "POST"])
def incoming(request: HttpRequest, secret: str) -> HttpResponse:
    """200 for what was kept or had been before; 400 for what is no SMS, 403, 404 (wrong secret) or 413."""
    _check(request, secret)
    try:
        fields = dict(parse_qsl(settings.SMS_IN_FIELDS))
        message = sms.parse(sent := _sent(request), fields)
    except (sms.Malformed, _Unreadable) as error:
        log.warning("an SMS gateway's request was refused: %s", error)
        return _said(str(error), 413 if isinstance(error, _TooLarge) else 400)
    # Without a number of its own, the same request again is the same message.
    number = message.id or hashlib.sha256(repr(sorted(sent.items())).encode()).hexdigest()[:40]
    arrivals.arrive(door="sms", source_id=number, sender=message.sender, body=asdict(message))
    return _said(settings.SMS_IN_ANSWER)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest, secret: str) -> HttpResponse:
    """200 also for a message we do not know: a gateway would only ask again."""
    _check(request, secret)
    try:
        sent = _sent(request)
    except _Unreadable as error:
        return _said(str(error), 413 if isinstance(error, _TooLarge) else 400)
    named = dict(parse_qsl(settings.SMS_RECEIPT_FIELDS))
    found = {name: sent.get(theirs, b"").decode("utf-8", "replace").strip() for name, theirs in named.items()}
    told = sms.receipt_in(found.get("status", ""), found.get("detail", ""))
    delivery = found.get("delivery", "")
    if told is not None:
        receipts.note(
            door=Door.SMS,
            receipt=told,
            delivery_id=int(delivery) if delivery.isdecimal() and len(delivery) < 19 else 0,
            provider_id=found.get("id", "")[:150],
            detail=f"{found.get('status', '')} {found.get('detail', '')}".strip(),
        )
    return _said(settings.SMS_IN_ANSWER)


class _Unreadable(ValueError):
    pass


class _TooLarge(_Unreadable):
    pass


def _check(request: HttpRequest, secret: str) -> None:
    """Raises Http404, PermissionDenied or budgets.Exhausted."""
    if not settings.SMS_SECRET or not constant_time_compare(secret, settings.SMS_SECRET):
        budgets.spend(request, "guess")
        raise Http404
    if settings.SMS_ALLOW and not _is_allowed(budgets.client_address(request)):
        from django.core.exceptions import PermissionDenied

        log.warning("an SMS gateway called from an address that OPSCENTER_SMS_ALLOW does not name")
        raise PermissionDenied


def _is_allowed(address: str) -> bool:
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(caller in ipaddress.ip_network(network, strict=False) for network in settings.SMS_ALLOW)


def _sent(request: HttpRequest) -> dict[str, bytes]:
    """What was sent, as bytes, from the query, a form or a JSON object; the same name again counts once, the first."""
    query = request.META.get("QUERY_STRING", "").encode("utf-8", "replace")
    body = request.read(LARGEST + 1) if request.method == "POST" else b""
    if len(body) > LARGEST or len(query) > LARGEST:
        raise _TooLarge("too large")
    try:
        pairs = _of_form(query)
        if request.content_type == "application/json":
            pairs += _of_json(body)
        elif body:
            pairs += _of_form(body)
    except (ValueError, RecursionError) as error:
        raise _Unreadable("not readable as a form or a JSON object") from error
    return dict(reversed(pairs))


def _of_form(form: bytes) -> list[tuple[str, bytes]]:
    # Latin-1 has a letter for each byte: which encoding they are in is told by the fields themselves.
    pairs = parse_qsl(form.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=_MOST_FIELDS)
    return [(name, value.encode("latin-1")) for name, value in pairs]


def _of_json(body: bytes) -> list[tuple[str, bytes]]:
    content = json.loads(body)
    if not isinstance(content, Mapping):
        raise ValueError("not an object")
    return [
        (str(name), str(value).encode("utf-8", "replace"))
        for name, value in content.items()
        if isinstance(value, str | int | float)
    ]


def _said(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
