"""Receipts: what the other side tells about a message after it has taken it."""

from __future__ import annotations

from django.db.models import Q

from incidents.delivery import endings
from incidents.delivery.models import Attempt, Delivery, DeliveryState, Door, Receipt
from incidents.delivery.outcomes import Failure, Outcome
from incidents.records import editing
from incidents.records.covering import mask
from realtime.change import change, current_change

# Which receipt may follow which: what arrived cannot fail any more, and a repeated or late one changes nothing.
_AFTER = {
    Receipt.DELIVERED: {Receipt.NONE},
    Receipt.READ: {Receipt.NONE, Receipt.DELIVERED},
    Receipt.FAILED: {Receipt.NONE},
}
_OUTCOMES = {Receipt.DELIVERED: Outcome.SENT, Receipt.READ: Outcome.SENT, Receipt.FAILED: Outcome.PERMANENT}


def note(*, door: Door, receipt: Receipt, provider_id: str = "", delivery_id: int = 0, detail: str = "") -> bool:
    """Writes down a receipt, in a change of its own; True when the message is known, whatever it changes.

    The message is named by the other side's number or by our own. A failed one ends the message as failed and has it
    said again by another door. `detail` is the other side's answer; addresses in it are masked.
    """
    named = Q(pk=delivery_id) if delivery_id else Q(provider_id=provider_id)
    if not (delivery_id or provider_id):
        return False
    found = Delivery.objects.filter(named, door=door).order_by("-pk").values_list("pk", "incident_id").first()
    if found is None:
        return False
    pk, incident_id = found
    with change():
        incident = editing.lock(incident_id) if receipt == Receipt.FAILED and incident_id is not None else None
        row = Delivery.objects.select_related("report__reporter", "instead_of").get(pk=pk)
        if incident is not None:
            row.incident = incident
        _write(row, receipt, detail)
    return True


def remark(*, delivery_id: int, code: str, detail: str) -> None:
    """Notes what came back for a message and changes nothing about it ("I am away"); in a change of its own."""
    with change() as c:
        Attempt.objects.create(delivery_id=delivery_id, at=c.at, outcome=Outcome.SENT, code=code, detail=_tidy(detail))


def _tidy(detail: str) -> str:
    return mask(" ".join(detail.replace("\x00", "").split()))[:300]


def _write(row: Delivery, receipt: Receipt, detail: str) -> None:
    at = current_change().at
    possible = Delivery.objects.filter(pk=row.pk, receipt__in=[one.value for one in _AFTER[receipt]])
    # A receipt may overtake our own note that the message was sent.
    possible = possible.exclude(state=DeliveryState.CANCELLED)
    fails = receipt == Receipt.FAILED
    ends = {"state": DeliveryState.FAILED, "failure": Failure.UNDELIVERED, "ended_at": at} if fails else {}
    if not possible.update(receipt=receipt, receipt_at=at, **ends):
        return
    code = Failure.UNDELIVERED if fails else receipt.value
    Attempt.objects.create(delivery=row, at=at, outcome=_OUTCOMES[receipt], code=code, detail=_tidy(detail))
    if fails:
        endings.ended(row, DeliveryState.FAILED, Failure.UNDELIVERED)
