"""The nightly seal: the heads of all logs that grew, hashed together with the seal before."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from incidents.emergencies.log.chain import digest
from incidents.emergencies.models import Seal, SharedIncident
from realtime.change import change
from realtime.entities import canonical


def seal() -> Seal | None:
    """Seals every log that grew since the last seal, in a change of its own; None when none did."""
    with change() as c:
        last = Seal.objects.select_for_update().order_by("-pk").first()
        grown = SharedIncident.objects.filter(log_length__gt=F("sealed_length")).order_by("pk")
        heads = list(grown.values_list("pk", "log_length", "log_head"))
        if not heads:
            return None
        text = canonical([list(head) for head in heads])
        made = Seal.objects.create(at=c.at, heads=text, hash=digest(f"{last.hash if last else ''}\n{text}"))
        for pk, length, _head in heads:
            SharedIncident.objects.filter(pk=pk, sealed_length__lt=length).update(sealed_length=length)
    return made


def seal_once_a_day() -> int:
    """For the worker: one seal a local day, at the first round after midnight."""
    newest = Seal.objects.order_by("-pk").values_list("at", flat=True).first()
    if newest is not None and timezone.localdate(newest) >= timezone.localdate():
        return 0
    seal()
    return 0
