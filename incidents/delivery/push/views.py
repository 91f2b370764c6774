"""Notifications of one's own work on this device: switched on and off by somebody who is signed in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from incidents.delivery.push import devices, keys
from incidents.delivery.push.subscriptions import Subscription
from opscenter.accounts.models import Person
from realtime.change import change


def refused(status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse({"code": code, "detail": detail}, status=status)


def off() -> JsonResponse:
    """503 where no notifications are sent at all."""
    return refused(503, "off", _("This hotline sends no notifications."))


def unreadable() -> JsonResponse:
    """422 for what is not a browser's subscription, or of a push service nobody knows here."""
    return refused(422, "invalid", _("This browser's notifications cannot be used here."))


@require_http_methods(["POST", "DELETE"])
@login_required
def device(request: HttpRequest) -> HttpResponse:
    """POST a PushSubscription: this browser is told of this person's work from now on. DELETE it: no more.

    204; 403 for partners, 422, 503.
    """
    person = request.user
    if not isinstance(person, Person) or person.role == "partner":
        raise PermissionDenied
    if not keys.is_set_up():
        return off()
    try:
        subscription = Subscription.model_validate_json(request.body)
    except ValidationError:
        return unreadable()
    with change():
        if request.method == "DELETE":
            devices.forget(subscription.endpoint)
        else:
            kept = devices.keep(subscription, person=person, language=get_language() or "vi")
            devices.remember_in(request.session, kept)
    return HttpResponse(status=204)
