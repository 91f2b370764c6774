"""Files that came with a mail and are no pictures: kept as they are, never opened here, given to staff as a download.

What a file is called and says of itself is the sender's word: only endings of a short list are kept, and whatever it
holds it leaves this host as bytes to be saved, under a name of plain letters.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from incidents.conversations.models import Message
from incidents.doors.mail import Attachment
from incidents.doors.models import KeptFile
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from incidents.records.models import Report
from realtime.change import change

log = logging.getLogger(__name__)
FOLDER = "files"
LARGEST = 10 * 1_048_576
MOST = 5
# Documents, tables, recordings. Nothing that a double click runs, and nothing that a browser would draw as a page.
ENDINGS = frozenset(
    (
        *("pdf", "doc", "docx", "odt", "rtf", "txt", "xls", "xlsx", "ods", "csv", "ppt", "pptx", "odp"),
        *("mp3", "m4a", "wav", "ogg", "amr", "mp4", "3gp", "mov"),
    )
)


def may_be_kept(one: Attachment) -> bool:
    """Whether a file is of a kind and size that is kept; else the mailbox alone has it, and the report says so."""
    return ending_of(one.name) in ENDINGS and 0 < len(one.content) <= LARGEST


def ending_of(name: str) -> str:
    """The ending of a file's name in small letters, without its dot; "" for none."""
    return Path(name).suffix[1:].lower()


def keep(message: Message, files: Sequence[Attachment]) -> list[KeptFile]:
    """Keeps files with a message, each once; not inside a change. Raises OSError when the disk refuses."""
    known = set(KeptFile.objects.filter(message=message).values_list("sha256", flat=True))
    wanted = {hashlib.sha256(one.content).hexdigest(): one for one in files[:MOST]}
    written = [(digest, one, _write(one.content)) for digest, one in wanted.items() if digest not in known]
    if not written:
        return []
    with change() as c:
        incident = lock(Report.objects.values_list("incident_id", flat=True).get(pk=message.report_id))
        rows = [
            KeptFile.objects.create(
                message=message, name=one.name[:100], path=path, size=len(one.content), sha256=digest, at=c.at
            )
            for digest, one, path in written
        ]
        data = {"files": [row.pk for row in rows], "message": message.pk}
        append(incident, HistoryKind.FILES_KEPT, by=None, data=data)
    return rows


def erase_of(report_ids: Sequence[int]) -> None:
    """Erases the files of these reports, in the open transaction."""
    rows = KeptFile.objects.filter(message__report__in=report_ids)
    paths = list(rows.values_list("path", flat=True))
    rows.delete()

    def remove() -> None:
        for path in paths:
            (Path(settings.MEDIA_ROOT) / path).unlink(missing_ok=True)

    transaction.on_commit(remove, robust=True)


def remove_orphans(older_than: dt.timedelta = dt.timedelta(days=1)) -> int:
    """Removes files without a row that are older than `older_than`; gives how many. For the worker."""
    root, before = Path(settings.MEDIA_ROOT), (timezone.now() - older_than).timestamp()
    old = [str(one.relative_to(root)) for one in (root / FOLDER).glob("*/*/*") if one.stat().st_mtime < before]
    removed = 0
    for start in range(0, len(old), 500):
        names = set(old[start : start + 500])
        for name in names - set(KeptFile.objects.filter(path__in=names).values_list("path", flat=True)):
            (root / name).unlink(missing_ok=True)
            removed += 1
    return removed


def _write(content: bytes) -> str:
    """Writes a file under a random name without an ending; gives its path below MEDIA_ROOT."""
    name = f"{FOLDER}/{timezone.localdate():%Y/%m}/{uuid.uuid4().hex}"
    path = Path(settings.MEDIA_ROOT) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        os.fchmod(file.fileno(), 0o640)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return name
