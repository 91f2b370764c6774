"""Files of figures: asked for by people, written by the worker beside its other work, fetched, and thrown away."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connection
from django.db.models import F, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import override

from incidents.figures.asking import Asked, Question
from incidents.figures.lists import write_csv, write_geojson, write_xlsx
from incidents.figures.models import File, FileKind, FileState
from incidents.figures.reports import office, write_docx, write_pdf
from opscenter.accounts.models import Person
from realtime.change import change, current_change

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=2)
KEPT = dt.timedelta(days=7)
MOST_TRIES = 3
# Of one person, waiting at once.
MOST_WAITING = 5


def write_html(path: Path, asked: Asked, reader: Person) -> int:
    """The map report."""
    # Folium is a large part of what a process reads at its start, and most processes never draw a map.
    from incidents.figures import maps

    return maps.write_html(path, asked, reader)


# Writes the file and gives how many rows it holds.
Write = Callable[[Path, Asked, Person], int]
WRITERS: dict[str, Write] = {
    FileKind.CSV: write_csv,
    FileKind.XLSX: write_xlsx,
    FileKind.GEOJSON: write_geojson,
    FileKind.DOCX: write_docx,
    FileKind.PDF: write_pdf,
    FileKind.HTML: write_html,
}


class TooMany(Exception):
    """Somebody already waits for as many files as anybody may."""


def ask_for(*, kind: FileKind, question: str, language: str, by: Person) -> File:
    """Puts a file into the worker's queue, inside the open change. Raises TooMany."""
    waiting = File.objects.filter(by=by, state__in=[FileState.WAITING, FileState.WRITING]).count()
    if waiting >= MOST_WAITING:
        raise TooMany
    at = current_change().at
    return File.objects.create(kind=kind, question=question, language=language, by=by, asked_at=at)


def path_of(file: File) -> Path:
    """Where a file lies; only the view that asks whose it is serves it."""
    return Path(settings.MEDIA_ROOT) / "figures" / f"{file.pk}.{file.kind}"


class Writing:
    """Writes one file at a time in a thread of its own; `tick` never waits for it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="figures")
        self._under_way: tuple[File, Future[tuple[int, int]]] | None = None

    def tick(self) -> int:
        """Writes down what is ready, renews the lease of what is under way, takes up the next; 1 for any of it."""
        if self._under_way is not None:
            file, future = self._under_way
            if not future.done():
                _renew(file)
                return 0
            self._under_way = None
            _record(file, future)
            return 1
        next_file = _claim()
        if next_file is None:
            return 0
        self._under_way = next_file, self._pool.submit(write, next_file)
        return 1


def _claim() -> File | None:
    now = timezone.now()
    due = Q(state=FileState.WAITING) | Q(state=FileState.WRITING, lease_until__lte=now)
    row = File.objects.filter(due).order_by("pk").select_related("by").first()
    if row is None:
        return None
    lease = now + LEASE
    with change():
        taken = File.objects.filter(due, pk=row.pk, tries=row.tries)
        if row.tries >= MOST_TRIES:
            taken.update(state=FileState.FAILED, lease_until=None, done_at=now)
            return None
        mine = taken.update(state=FileState.WRITING, lease_until=lease, tries=F("tries") + 1)
    row.tries += 1
    return row if mine else None


def _renew(file: File) -> None:
    with change() as c:
        mine = File.objects.filter(pk=file.pk, tries=file.tries, state=FileState.WRITING)
        mine.filter(lease_until__lt=c.at + LEASE / 2).update(lease_until=c.at + LEASE)


def _record(file: File, future: Future[tuple[int, int]]) -> None:
    try:
        rows, size = future.result()
        ends = {"state": FileState.DONE, "rows": rows, "bytes": size}
    except Exception:
        log.exception("the file %s could not be written", file)
        again = file.tries < MOST_TRIES
        ends = {"state": FileState.WAITING if again else FileState.FAILED, "rows": 0, "bytes": 0}
    with change() as c:
        File.objects.filter(pk=file.pk, tries=file.tries, state=FileState.WRITING).update(
            lease_until=None, done_at=c.at, **ends
        )


def write(file: File) -> tuple[int, int]:
    """Writes one file under another name first, so that nobody fetches half of it; gives its rows and bytes."""
    close_old_connections()
    try:
        with override(file.language):
            form = Question(QueryDict(file.question), file.by, timezone.localdate(file.asked_at))
            if not form.is_valid():
                raise ValueError(f"the question cannot be read any more: {form.errors.as_json()}")
            target = path_of(file)
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_suffix(f".{file.tries}.part")
            rows = WRITERS[file.kind](part, form.asked(), file.by)
            part.replace(target)
            return rows, target.stat().st_size
    finally:
        connection.close()


def forget() -> int:
    """Removes files that are older than KEPT, and what a killed worker left half written; gives how many."""
    before = timezone.now() - KEPT
    old = list(File.objects.filter(asked_at__lt=before)[:100])
    for file in old:
        path_of(file).unlink(missing_ok=True)
    if old:
        with change():
            File.objects.filter(pk__in=[file.pk for file in old]).delete()
    folder = Path(settings.MEDIA_ROOT) / "figures"
    for part in folder.glob("*.part") if folder.exists() else ():
        if dt.datetime.fromtimestamp(part.stat().st_mtime, dt.UTC) < before:
            part.unlink(missing_ok=True)
    return len(old)


def kinds() -> list[tuple[str, str]]:
    """The kinds of files that can be asked for on this machine: (value, label)."""
    return [(kind.value, str(kind.label)) for kind in FileKind if kind != FileKind.PDF or office()]
