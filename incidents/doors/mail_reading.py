"""Reading the hotline's mailbox by IMAP: each new mail is kept as a file, arrives as a row, and is marked as read.

Runs in a process of its own (`manage.py read_mail`), because it waits for the server. Killed in between, it reads the
mail again, which then is the same arrival. Nothing is deleted from the mailbox.
"""

from __future__ import annotations

import hashlib
import imaplib
import logging
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from incidents.doors import mail
from incidents.intake import arrivals
from incidents.intake.models import Arrival

log = logging.getLogger(__name__)

LARGEST = 30 * 1024 * 1024
# How long one wait for news lasts. News that came with the answer to something else are seen after it.
IDLE_S = 15
# Without IDLE the mailbox is looked at so often.
POLL_S = 15
_FIRST_WAIT_S, _LONGEST_WAIT_S = 2.0, 120.0
_TIMEOUT_S = 30


def folder() -> Path:
    """Where mails lie until they were taken up."""
    return Path(settings.MEDIA_ROOT) / "arrivals"


def connect() -> BaseMailBox:
    """The mailbox, signed in and in its folder. Raises what imaplib and imap_tools raise, and OSError."""
    host, port = settings.IMAP_HOST, settings.IMAP_PORT
    box: BaseMailBox
    if settings.IMAP_SECURITY == "tls":
        box = MailBox(host, port, timeout=_TIMEOUT_S, ssl_context=ssl.create_default_context())
    elif settings.IMAP_SECURITY == "starttls":
        box = MailBoxStartTls(host, port, timeout=_TIMEOUT_S, ssl_context=ssl.create_default_context())
    else:
        box = MailBoxUnencrypted(host, port, timeout=_TIMEOUT_S)
    return box.login(settings.IMAP_USER, settings.IMAP_PASSWORD, initial_folder=settings.IMAP_FOLDER)


def read_new(box: BaseMailBox) -> int:
    """Keeps every unread mail and marks it as read; gives how many."""
    number = 0
    for uid in box.uids("UNSEEN"):
        raw, whole = _fetched(box, uid)
        if raw is not None:
            keep(raw, whole=whole)
        box.flag([uid], ["\\Seen"], True)
        number += 1
    return number


def keep(raw: bytes, *, whole: bool = True) -> bool:
    """Keeps one mail as a file and an arrival; False when it came before."""
    parsed = mail.parse(raw)
    # With its sender: nobody can use up another's number.
    name = hashlib.sha256(f"{parsed.id or hashlib.sha256(raw).hexdigest()} {parsed.sender}".encode()).hexdigest()[:40]
    file = folder() / f"{name}.eml"
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_bytes(raw)
    part.replace(file)
    if arrivals.arrive(
        door="email", source_id=name, sender=parsed.sender or name, body={"file": file.name, "whole": whole}
    ):
        return True
    _forget_if_taken(name, file)
    return False


def _forget_if_taken(name: str, file: Path) -> None:
    if not Arrival.objects.filter(door="email", source_id=name).exclude(state=Arrival.State.TAKEN).exists():
        file.unlink(missing_ok=True)


def _fetched(box: BaseMailBox, uid: str) -> tuple[bytes | None, bool]:
    """The mail as it is; of one that is too large only its headers."""
    size = next(_literals(box.client.uid("FETCH", uid, "(RFC822.SIZE)")[1], b"RFC822.SIZE "), b"0")
    is_large = int(size.split(b" ")[0].strip(b") ") or 0) > LARGEST
    answer = box.client.uid("FETCH", uid, "(BODY.PEEK[HEADER])" if is_large else "(BODY.PEEK[])")[1]
    raw = next((part[1] for part in answer if isinstance(part, tuple) and isinstance(part[1], bytes)), None)
    return raw, not is_large


def _literals(answer: list[object], after: bytes) -> Iterator[bytes]:
    for part in answer:
        line = part[0] if isinstance(part, tuple) else part
        if isinstance(line, bytes) and after in line:
            yield line.partition(after)[2]


def run(stopping: threading.Event) -> None:
    """Reads until it is stopped; a server that is away is tried again, ever more seldom."""
    wait = _FIRST_WAIT_S
    while not stopping.is_set():
        try:
            with connect() as box:
                log.info("the mailbox %s is open", settings.IMAP_FOLDER)
                wait = _FIRST_WAIT_S
                _follow(box, stopping)
        except (OSError, ImapToolsError, imaplib.IMAP4.error) as error:
            log.warning("the mailbox cannot be read: %s; trying again in %.0f s", type(error).__name__, wait)
            stopping.wait(wait)
            wait = min(wait * 2, _LONGEST_WAIT_S)


def _follow(box: BaseMailBox, stopping: threading.Event) -> None:
    idles = "IDLE" in box.client.capabilities
    while not stopping.is_set():
        close_old_connections()
        read_new(box)
        if not idles:
            stopping.wait(POLL_S)
            box.client.noop()
            continue
        box.idle.start()  # type: ignore[no-untyped-call]
        try:
            for _second in range(IDLE_S):
                if stopping.is_set() or box.idle.poll(timeout=1):
                    break
        finally:
            box.idle.stop()  # type: ignore[no-untyped-call]
