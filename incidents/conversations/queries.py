"""What the room's panel reads of a conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from incidents.conversations.models import CannedText, Message
from incidents.conversations.replying import Choice, choices
from incidents.delivery.models import Delivery, DeliveryState, Receipt
from incidents.records.models import Incident, Report
from incidents.records.reasons import sentence
from opscenter.accounts.models import Person

# How many earlier reports of the same citizens are named at most.
MOST_ELSEWHERE = 20


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the panel shows it; `fate` is what became of an answer."""

    row: Message
    text: str
    why: str
    fate: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said of one report, how its citizen can be answered, and what else they have reported."""

    report: Report
    said: Sequence[Said]
    doors: Sequence[Choice]
    apart: str
    elsewhere: Sequence[Incident]

    @property
    def waits(self) -> bool:
        return self.report.incident.waiting_since is not None


def talks(incident: Incident, reports: Sequence[Report], person: Person) -> list[Talk]:
    """One conversation part for each report (fetched with reporter). Four queries however many, and one or two for
    each report by a platform that takes answers for some time only."""
    rows = (
        Message.objects.filter(report__in=reports)
        .select_related("by", "delivery")
        .prefetch_related("photos")
        .order_by("at", "pk")
    )
    of: dict[int, list[Message]] = defaultdict(list)
    for row in rows:
        of[row.report_id].append(row)
    elsewhere = _elsewhere(incident, {row.conversation_id for row in rows}, person)
    return [_talk(incident, report, of[report.pk], elsewhere) for report in reports]


def _talk(
    incident: Incident, report: Report, rows: Sequence[Message], elsewhere: Mapping[int, Sequence[Incident]]
) -> Talk:
    report.incident = incident
    wrote_by = next((row.door for row in reversed(rows) if row.direction == Message.Direction.IN), report.source)
    return Talk(
        report=report,
        said=[_said(row) for row in rows if not row.opens],
        doors=choices(report, wrote_by) if incident.on_board else [],
        apart=sentence({"code": report.door_data["apart"]}) if report.door_data.get("apart") else "",
        elsewhere=elsewhere.get(rows[0].conversation_id, []) if rows else [],
    )


def _said(row: Message) -> Said:
    fate, failed = fate_of(row.delivery) if row.delivery is not None else ("", False)
    # What was written about this very report needs no explanation.
    why = sentence({"code": row.because}) if row.because not in {"", "message.named"} else ""
    return Said(row, row.text, why, fate, failed)


def fate_of(delivery: Delivery) -> tuple[str, bool]:
    """What became of an answer, in words, and whether it did not arrive."""
    if delivery.state == DeliveryState.SENT and delivery.receipt in {Receipt.DELIVERED, Receipt.READ}:
        return f"{delivery.get_door_display()} · {delivery.get_receipt_display()}", False
    failed = delivery.state in {DeliveryState.FAILED, DeliveryState.CANCELLED}
    return f"{delivery.get_door_display()} · {delivery.get_state_display()}", failed


def _elsewhere(incident: Incident, conversations: Collection[int], person: Person) -> Mapping[int, list[Incident]]:
    """The other incidents that the same citizens have spoken about, as far as this person may see them."""
    spoken = Message.objects.filter(conversation__in=conversations, opens=True).exclude(report__incident=incident)
    pairs = list(spoken.order_by("-pk").values_list("conversation_id", "report__incident_id")[:MOST_ELSEWHERE])
    seen = Incident.objects.visible_to(person).select_related("category").in_bulk([pk for _of, pk in pairs])
    found: dict[int, list[Incident]] = defaultdict(list)
    for conversation_id, incident_id in dict.fromkeys(pairs):
        if incident_id in seen:
            found[conversation_id].append(seen[incident_id])
    return found


def canned_texts() -> list[CannedText]:
    """The sentences in use. One query."""
    return list(CannedText.objects.filter(is_active=True))


def canned_text(code: str, language: str) -> str:
    """One sentence as a citizen reads it; "" when it is not in use. One query."""
    found = CannedText.objects.filter(code=code, is_active=True).first()
    return found.in_language(language) if found is not None else ""
