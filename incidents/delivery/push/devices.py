"""Devices that take notifications: kept, found, forgotten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from django.contrib.sessions.backends.base import SessionBase

from incidents.delivery.models import Delivery, PushDevice
from incidents.delivery.outcomes import Failure
from incidents.delivery.push.subscriptions import Subscription
from incidents.records.models import Report, Reporter
from opscenter.accounts.models import Person
from realtime.change import current_change

# More than anybody has; the one that was seen longest ago goes.
MOST_OF_A_PERSON = 10
MOST_OF_A_REPORT = 10
MOST_REPORTS = 50
_IN_SESSION = "push_device"


def digest(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


def keep(subscription: Subscription, *, person: Person | None, language: str) -> PushDevice:
    """Keeps a browser's subscription, in the open change: again is the same device. It is `person`'s from now on, who
    signed in last in that browser; without one it belongs to whoever follows reports on it."""
    device, _created = PushDevice.objects.update_or_create(
        endpoint_digest=digest(subscription.endpoint),
        defaults={
            "endpoint": subscription.endpoint,
            "p256dh": subscription.keys.p256dh,
            "auth": subscription.keys.auth,
            "language": language,
            "person": person,
            "seen_at": current_change().at,
        },
    )
    if person is not None:
        older = PushDevice.objects.filter(person=person).exclude(pk=device.pk).order_by("-seen_at", "-pk")
        PushDevice.objects.filter(pk__in=list(older.values_list("pk", flat=True)[MOST_OF_A_PERSON - 1 :])).delete()
    return device


def follow(device: PushDevice, reports: Sequence[Report], *, only: bool) -> None:
    """The device is told of these reports, in the open change; with `only` of no others any more."""
    if only:
        device.reports.set(reports)
    else:
        device.reports.add(*reports)
    through = PushDevice.reports.through.objects
    for report in reports:
        others = through.filter(report=report).exclude(pushdevice=device).order_by("-pushdevice__seen_at", "-pk")
        through.filter(pk__in=list(others.values_list("pk", flat=True)[MOST_OF_A_REPORT - 1 :])).delete()


def forget(endpoint: str) -> bool:
    """Forgets a device, in the open change. Who knows its address holds it: nobody can guess one."""
    gone, _rows = PushDevice.objects.filter(endpoint_digest=digest(endpoint)).delete()
    return gone > 0


def remember_in(session: SessionBase, device: PushDevice) -> None:
    """So that signing out ends the notifications of that browser."""
    session[_IN_SESSION] = device.pk


def forget_at_sign_out(session: SessionBase, person: Person) -> None:
    """Somebody signs out: what they are told is not shown any more to whoever uses the browser next."""
    if pk := session.get(_IN_SESSION):
        PushDevice.objects.filter(pk=pk, person=person).delete()


# --- for the way ------------------------------------------------------------------------------------------------


def of_report(report: Report) -> Sequence[PushDevice]:
    return list(PushDevice.objects.filter(reports=report, person=None).order_by("pk"))


def any_of(reporter: Reporter | None, report: Report | None) -> str:
    """Not "" when somebody follows the report on a device."""
    return "device" if report is not None and PushDevice.objects.filter(reports=report, person=None).exists() else ""


def address(device: PushDevice) -> str:
    """All that is needed to write to it, as sending.py takes it."""
    return json.dumps({"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}})


def forget_gone(row: Delivery) -> None:
    """The browser's maker says that the subscription has ended: nothing is ever sent there again."""
    if row.failure == Failure.GONE and row.device_id is not None:
        PushDevice.objects.filter(pk=row.device_id).delete()
