"""What becomes of a mail: a bounce ends the delivery it is of, a machine's mail is noted, an agency's contact is
followed, and a citizen's words become a report or go on with theirs. The worker calls this."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.db import models

from incidents.delivery import receipts
from incidents.delivery.models import Delivery, Door, Receipt
from incidents.doors import files, mail, mail_reading
from incidents.doors.mail import Attachment, Mail
from incidents.intake.arrivals import Arrived
from incidents.intake.messages import take_message
from incidents.intake.take import ReporterDetails
from incidents.records.models import Report, Source

log = logging.getLogger(__name__)

# Who looks at a mail before it is taken as a citizen's, with the message of ours that it answers: True when it was
# theirs (agencies' commands).
Claim = Callable[[Mail, Delivery | None, str], bool]
_claims: list[Claim] = []


def claim_first(claim: Claim) -> None:
    """Adds somebody who may take a mail for themselves; called in `ready()`."""
    if claim not in _claims:
        _claims.append(claim)


@dataclass(slots=True)
class _File:
    """An attachment as the photos' room reads files."""

    name: str | None
    content: io.BytesIO

    @property
    def size(self) -> int:
        return self.content.getbuffer().nbytes

    def read(self, num_bytes: int = -1, /) -> bytes:
        return self.content.read(num_bytes)


def take(arrived: Arrived) -> None:
    """Takes one mail and forgets its file."""
    file = mail_reading.folder() / str(arrived.body["file"])
    if not file.exists():
        # Taken, and killed before that was noted.
        log.warning("the mail of arrival %s was taken before", arrived.source_id)
        return
    _take(mail.parse(file.read_bytes()), arrived.source_id, whole=bool(arrived.body["whole"]))
    file.unlink(missing_ok=True)


def _take(message: Mail, source_id: str, *, whole: bool) -> None:
    answered = answers(message)
    if message.bounce is not None:
        if answered is not None and message.bounce.action == "failed":
            receipts.note(
                door=Door.EMAIL, receipt=Receipt.FAILED, delivery_id=answered.pk, detail=message.bounce.detail
            )
        return
    if message.is_automatic or not message.sender or message.sender == _our_address():
        # Not answered, and no report: newsletters, "I am away", our own. It stays in the mailbox.
        if answered is not None:
            receipts.remark(delivery_id=answered.pk, code="auto_reply", detail=message.subject)
        return
    if any(claim(message, answered, source_id) for claim in _claims):
        return
    _take_words(message, source_id, _report_of(message, answered), whole=whole)


def answers(message: Mail) -> Delivery | None:
    """The message of ours that a mail answers or returns, by the numbers in its thread; the newest that is known."""
    for number in reversed(message.ours):
        found = (
            Delivery.objects.select_related(
                "contact_point__agency", "contact_point__person", "assignment__agency", "report"
            )
            .filter(message_id=UUID(number))
            .first()
        )
        if found is not None:
            return found
    return None


def _report_of(message: Mail, answered: Delivery | None) -> Report | None:
    """Which report a citizen's mail goes on with: the thread's, or that of the tracking code in it. Whoever knows the
    code may add to the report, as on its page."""
    if answered is not None and answered.report is not None:
        return answered.report
    return Report.objects.filter(tracking_code=message.code).first() if message.code else None


def _take_words(message: Mail, source_id: str, report: Report | None, *, whole: bool) -> None:
    pictures = [_File(one.name, io.BytesIO(one.content)) for one in message.attachments if one.is_picture]
    others = [one for one in message.attachments if not one.is_picture]
    kept = [one for one in others if files.may_be_kept(one)][: files.MOST]
    left = [one for one in others if one not in kept]
    heading = message.subject if report is None else ""
    words = "\n".join(part for part in (heading, message.text, *_told(left, whole)) if part)
    data = {"message_id": message.id} if message.id else {}
    heard = take_message(
        source=Source.EMAIL,
        source_id=source_id,
        words=words,
        reporter=ReporterDetails(
            name=message.name, email=message.sender, door=Source.EMAIL, door_id=message.sender[:100]
        ),
        photos=pictures[: settings.PHOTOS_PER_REPORT],
        report=report,
        door_data={**data, **({} if message.whole else {"replaced_characters": True})},
    )
    # Also for a mail that was taken before and killed here.
    files.keep(heard.message, kept)


def _told(others: list[Attachment], whole: bool) -> list[str]:
    """Files that are neither pictures nor kept: the mailbox has them, and the report says so."""
    lines = [f"[{one.name or one.kind}, {len(one.content) // 1024 + 1} KB: xem trong hộp thư]" for one in others]
    return lines if whole else [*lines, "[Thư quá lớn: xem trong hộp thư]"]


def _our_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()


def thread_of(row: Delivery) -> list[str]:
    """The numbers a mail to the same person goes on with: the mail they wrote, and ours before this one."""
    from incidents.delivery.work import message_id_of

    if row.report is not None:
        same = models.Q(report=row.report)
        first = [str(row.report.door_data.get("message_id", ""))] if row.report.source == Source.EMAIL else []
    elif row.assignment_id is not None and row.contact_point_id is not None:
        same, first = models.Q(assignment=row.assignment_id, contact_point=row.contact_point_id), []
    else:
        return []
    before = Delivery.objects.filter(same, door=Door.EMAIL, pk__lt=row.pk).exclude(state="cancelled").order_by("pk")
    return [one for one in (*first, *(message_id_of(one) for one in before[:10])) if one]
