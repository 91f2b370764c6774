"""Notifications of one's reports on this device: who has a report's tracking code may be told of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods
from pydantic import Field, ValidationError

from incidents.delivery.push import devices, keys
from incidents.delivery.push.subscriptions import Subscription
from incidents.delivery.push.views import off, unreadable
from incidents.portal.queries import tidy_code
from incidents.records.models import Report
from opscenter import budgets
from realtime.change import change


class Following(Subscription):
    """With `only` these codes are all that the device follows from now on."""

    codes: list[str] = Field(default_factory=list, max_length=devices.MOST_REPORTS)
    only: bool = False


@require_http_methods(["POST", "DELETE"])
def notify(request: HttpRequest) -> HttpResponse:
    """POST a PushSubscription with tracking codes: this browser is told of those reports. DELETE it: of none.

    204, whichever codes exist; 422, 429, 503. Each code that is none costs the budget `guess`.
    """
    if not keys.is_set_up():
        return off()
    budgets.spend(request, "portal.track")
    try:
        wanted = Following.model_validate_json(request.body)
    except ValidationError:
        return unreadable()
    if request.method == "DELETE":
        with change():
            devices.forget(wanted.endpoint)
        return HttpResponse(status=204)
    codes = {tidy_code(code) for code in wanted.codes}
    found = list(Report.objects.filter(tracking_code__in=codes))
    for _wrong in range(len(codes) - len(found)):
        budgets.spend(request, "guess")
    with change():
        device = devices.keep(wanted, person=None, language=get_language() or "vi")
        devices.follow(device, found, only=wanted.only)
    return HttpResponse(status=204)
