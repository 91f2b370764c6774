"""Sending the mails, each with its files once these are written; claimed with a lease, so that none is lost.

A worker killed before the mail server had the mail leaves the lease, and the next one sends it. Killed in the moment
after, it is sent again under the same Message-ID: the price of never losing one (as in delivery/).
"""

from __future__ import annotations

import datetime as dt
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from incidents.bulletins.models import Mail, MailState
from incidents.delivery import email
from incidents.delivery.outcomes import Failure, Outcome, Result
from incidents.delivery.ways import Attachment, Outgoing
from incidents.delivery.work import GIVE_UP_AFTER, LEASE, wait_after
from incidents.figures.files import path_of
from incidents.figures.models import FileState
from realtime.change import change

# What most mail servers take, before base64 makes it a third larger.
MOST_BYTES = 15_000_000
_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Claimed:
    id: int
    attempts: int
    created_at: dt.datetime
    outgoing: Outgoing


class Mailing:
    """One mail at a time in a thread of its own; `tick` never waits for it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="bulletins")
        self._under_way: tuple[Claimed, Future[Result]] | None = None

    def tick(self) -> int:
        """Writes down what is sent and takes up the next; 1 for either."""
        if self._under_way is not None:
            claimed, future = self._under_way
            if not future.done():
                return 0
            self._under_way = None
            record(claimed, future.result())
            return 1
        if not email.is_set_up():
            # They wait, and say so on the page, until somebody has set a mail server up.
            return 0
        found = claim()
        if found is None:
            return 0
        self._under_way = found, self._pool.submit(email.send, found.outgoing)
        return 1


def claim(at: dt.datetime | None = None) -> Claimed | None:
    """Claims one mail that is due and whose files are written, or could not be."""
    at = at or timezone.now()
    due = Q(state=MailState.WAITING, next_try_at__lte=at) | Q(state=MailState.SENDING, lease_until__lte=at)
    written = ~Q(issue__files__state__in=[FileState.WAITING, FileState.WRITING])
    row = Mail.objects.filter(due).filter(written).order_by("next_try_at", "pk").first()
    if row is None:
        return None
    with change():
        mine = Mail.objects.filter(due, pk=row.pk, attempts=row.attempts).update(
            state=MailState.SENDING, lease_until=at + LEASE, attempts=F("attempts") + 1
        )
    return Claimed(row.pk, row.attempts + 1, row.created_at, _outgoing(row)) if mine else None


def _outgoing(row: Mail) -> Outgoing:
    attachments, missing, size = [], 0, 0
    for file in row.issue.files.order_by("pk") if row.issue else ():
        path = path_of(file)
        written = file.state == FileState.DONE and path.is_file()
        if not written or size + path.stat().st_size > MOST_BYTES:
            missing += 1
            continue
        size += path.stat().st_size
        name = f"1022-{row.issue.first:%Y%m%d}-{row.issue.last:%Y%m%d}.{file.kind}" if row.issue else path.name
        attachments.append(Attachment(name, path.read_bytes(), _TYPES.get(file.kind, "application/octet-stream")))
    body = row.body
    if missing and row.issue is not None:
        with override(row.issue.schedule.language):
            body += "\n" + _("A file of this report could not be written, or is too large for a mail.") + "\n"
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    return Outgoing(
        address=row.address,
        subject=row.subject,
        body=body,
        message_id=f"<{row.message_id}@{domain}>",
        attachments=tuple(attachments),
    )


def record(claimed: Claimed, result: Result) -> None:
    """Writes down what came of it: sent, failed for good, or to be tried again."""
    with change() as c:
        mine = Mail.objects.filter(pk=claimed.id, state=MailState.SENDING, attempts=claimed.attempts)
        ended = {"lease_until": None, "ended_at": c.at, "failure": result.failure or ""}
        if result.outcome == Outcome.SENT:
            mine.update(**{**ended, "state": MailState.SENT, "failure": ""})
        elif result.outcome == Outcome.PERMANENT:
            mine.update(**{**ended, "state": MailState.FAILED})
        elif c.at - claimed.created_at > GIVE_UP_AFTER:
            mine.update(**{**ended, "state": MailState.FAILED, "failure": Failure.GAVE_UP})
        else:
            mine.update(
                state=MailState.WAITING,
                lease_until=None,
                failure=result.failure or "",
                next_try_at=c.at + wait_after(claimed.attempts),
            )
