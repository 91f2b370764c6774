"""The address that every chat platform calls. What it brings is written down before the answer; the worker takes it."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from incidents.doors import chat_arrivals
from incidents.doors.chat import DOORS, ChatDoor, Malformed

log = logging.getLogger(__name__)
LARGEST = 256 * 1024


@csrf_exempt
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, door: str) -> HttpResponse:
    """200 for what was written down, came before or needs nothing, also for the empty POST at set-up; 400, 403, 413,
    503. GET is the question that some platforms ask at set-up."""
    chat_door = DOORS[door]
    return _post(request, chat_door) if request.method == "POST" else _get(request, chat_door)


def _get(request: HttpRequest, door: ChatDoor) -> HttpResponse:
    answer = door.challenge(request.GET.dict())
    if answer is None:
        return _said("no", 403)
    return _said(answer[:200], 200)


def _post(request: HttpRequest, door: ChatDoor) -> HttpResponse:
    raw = request.read(LARGEST + 1)
    if len(raw) > LARGEST:
        return _said("too large", 413)
    if not raw.strip():
        return _said("ok", 200)
    if not door.is_set_up():
        return _said("this door is not set up", 503)
    if not door.is_signed(raw, request.headers):
        log.warning("an event of %d bytes for %s has a wrong signature; see doors/README.md", len(raw), door.source)
        return _said("wrong signature", 403)
    try:
        heard = door.parse(raw)
    except Malformed as error:
        return _said(str(error), 400)
    chat_arrivals.keep(door, heard)
    return _said("ok", 200)


def _said(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
