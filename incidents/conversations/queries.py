"""What the room's panel reads of a conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from incidents.conversations.models import CannedText, Message
from incidents.conversations.replying import Choice, choices
from incidents.delivery.models import Delivery, DeliveryState, Receipt
from incidents.records.models import Incident, Report
from incidents.records.reasons import sentence
from opscenter.accounts.models import Person

# How many other incidents of the same citizen are named at most, and how many messages about them are read.
MOST_ELSEWHERE = 20
MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the panel shows it; `fate` is what became of an answer, `about` the other incident it is of."""

    row: Message
    text: str
    why: str = ""
    fate: str = ""
    failed: bool = False
    erased: bool = False
    about: Incident | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """What a citizen and the hotline said to each other, and how they can be answered about one report.

    One thread for a person: what was said by other doors and of other incidents stands in it too. `before` is what was
    said before this incident began, `older` whether there is more than is read here. Of several reports by one person,
    the last has the thread.
    """

    report: Report
    before: Sequence[Said]
    older: bool
    said: Sequence[Said]
    doors: Sequence[Choice]
    apart: str
    elsewhere: Sequence[Incident]

    @property
    def waits(self) -> bool:
        return self.report.incident.waiting_since is not None


def talks(incident: Incident, reports: Sequence[Report], person: Person) -> list[Talk]:
    """One conversation part for each report (fetched with reporter), with what this person may see of the same
    citizen's other incidents. Four queries however many, and one or two for each report by a platform that takes
    answers for some time only."""
    own = (
        Message.objects.filter(report__in=reports)
        .select_related("by", "delivery", "report__text")
        .prefetch_related("photos")
        .order_by("at", "pk")
    )
    of: dict[int, list[Message]] = defaultdict(list)
    thread: dict[int, list[Message]] = defaultdict(list)
    last: dict[int, int] = {}
    for row in own:
        of[row.report_id].append(row)
        thread[row.conversation_id].append(row)
    for report in reports:
        last |= {row.conversation_id: report.pk for row in of[report.pk]}
    others = _elsewhere(incident, thread, person)
    return [
        _talk(
            incident,
            report,
            of[report.pk],
            [row for number in thread if last[number] == report.pk for row in thread[number]],
            [row for row in others if last.get(row.conversation_id) == report.pk],
            len(others) == MOST_MESSAGES,
        )
        for report in reports
    ]


def _talk(
    incident: Incident,
    report: Report,
    rows: Sequence[Message],
    thread: Sequence[Message],
    others: Sequence[Message],
    older: bool,
) -> Talk:
    report.incident = incident
    wrote_by = next((row.door for row in reversed(rows) if row.direction == Message.Direction.IN), report.source)
    began = min((row.at for row in thread), default=None)
    # The first words of this incident's reports stand above already; in a longer thread they show where it goes on.
    ours = [_said(row, None) for row in thread if others or not row.opens]
    theirs = [_said(row, row.report.incident) for row in others]
    both = sorted([*ours, *theirs], key=lambda one: (one.row.at, one.row.pk))
    named = {row.report.incident_id: row.report.incident for row in reversed(others)}
    return Talk(
        report=report,
        before=[one for one in both if began is not None and one.row.at < began],
        older=older and bool(others),
        said=[one for one in both if began is None or one.row.at >= began],
        doors=choices(report, wrote_by) if incident.on_board else [],
        apart=sentence({"code": report.door_data["apart"]}) if report.door_data.get("apart") else "",
        elsewhere=list(named.values())[:MOST_ELSEWHERE],
    )


def _said(row: Message, about: Incident | None) -> Said:
    words = getattr(row.report, "text", None) if row.opens else None
    fate, failed = fate_of(row.delivery) if row.delivery is not None else ("", False)
    # What was written about this very report needs no explanation, nor does why a message went to another incident.
    why = sentence({"code": row.because}) if about is None and row.because not in {"", "message.named"} else ""
    return Said(
        row=row,
        text=words.words if words is not None else row.text,
        why=why,
        fate=fate,
        failed=failed,
        erased=(words if words is not None else row).erased_at is not None,
        about=about,
    )


def fate_of(delivery: Delivery) -> tuple[str, bool]:
    """What became of an answer, in words, and whether it did not arrive."""
    if delivery.state == DeliveryState.SENT and delivery.receipt in {Receipt.DELIVERED, Receipt.READ}:
        return f"{delivery.get_door_display()} · {delivery.get_receipt_display()}", False
    failed = delivery.state in {DeliveryState.FAILED, DeliveryState.CANCELLED}
    return f"{delivery.get_door_display()} · {delivery.get_state_display()}", failed


def _elsewhere(incident: Incident, conversations: Collection[int], person: Person) -> list[Message]:
    """What the same citizens said and heard about other incidents that this person may see: the newest messages, the
    oldest of them first. Two queries."""
    if not conversations:
        return []
    rows = (
        Message.objects.filter(conversation__in=conversations)
        .filter(report__incident__in=Incident.objects.visible_to(person).values("pk"))
        .exclude(report__incident=incident)
        .select_related("by", "delivery", "report__text", "report__incident")
        .prefetch_related("photos")
        .order_by("-at", "-pk")[:MOST_MESSAGES]
    )
    return list(reversed(rows))


def canned_texts() -> list[CannedText]:
    """The sentences in use. One query."""
    return list(CannedText.objects.filter(is_active=True))


def canned_text(code: str, language: str) -> str:
    """One sentence as a citizen reads it; "" when it is not in use. One query."""
    found = CannedText.objects.filter(code=code, is_active=True).first()
    return found.in_language(language) if found is not None else ""
