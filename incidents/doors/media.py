"""Pictures that citizens sent by a platform: fetched by the worker, only from the platform's own hosts, as photos.

Nothing of a picture costs the report: it is taken first, and what cannot be fetched or shown is written down.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from django.conf import settings
from django.db import connections
from django.db.models import F, Q
from django.utils import timezone

from incidents.conversations.models import Message
from incidents.doors.models import Media
from incidents.records import photos
from incidents.records.editing import lock
from incidents.records.history import HistoryKind, append
from opscenter import outside
from realtime.change import change

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=2)
FIRST_WAIT = dt.timedelta(seconds=20)
# Platforms keep what was sent for a while only.
GIVE_UP_AFTER = dt.timedelta(days=2)
MOST_REDIRECTS = 3
_FETCHERS = 2
_TIMEOUT = httpx.Timeout(20.0, connect=5.0)


class Refused(Exception):
    """It will never be fetched; the text is a code."""


class Later(Exception):
    """It may be there later; the text is a code."""


def expect(message: Message, urls: Sequence[str]) -> None:
    """Writes down what is to be fetched for a message; in a change of its own, twice is once."""
    if urls:
        with change() as c:
            Media.objects.bulk_create(
                [
                    Media(message=message, number=number, url=url, next_try_at=c.at, created_at=c.at)
                    for number, url in enumerate(urls)
                ],
                ignore_conflicts=True,
            )


# --- fetching: touches no database ------------------------------------------------------------------------------


def hosts_of(door: str) -> tuple[str, ...]:
    """The hosts of a door: the platform's own and those of the setting."""
    from incidents.doors.chat import DOORS

    own = DOORS[door].media_hosts if door in DOORS else ()
    pairs = [entry.partition("=") for entry in settings.MEDIA_HOSTS]
    return (*own, *(host.strip() for name, _equals, host in pairs if name.strip() == door))


def public_address(host: str, port: int) -> str:
    """An address of the host; Refused when any of them lies in a network of our own. Raises Later when unknown."""
    try:
        return outside.public_address(host, port)
    except outside.UnknownHost as error:
        raise Later("unknown_host") from error
    except outside.NotPublic as error:
        raise Refused("private_address") from error


def fetch(url: str, allowed: Sequence[str]) -> bytes:
    """The bytes at the address. Each step of a redirect is checked like the first. Raises Refused and Later.

    It connects to the very address that was checked, so a name that points elsewhere a moment later does not help.
    """
    for _step in range(MOST_REDIRECTS + 1):
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" or not outside.is_one_of(host, allowed) or parts.port not in {None, 443}:
            raise Refused("foreign_host")
        answer = _get(url, host)
        if isinstance(answer, bytes):
            return answer
        url = urljoin(url, answer)
    raise Refused("too_many_redirects")


def _get(url: str, host: str) -> bytes | str:
    """The content, or where it says to look instead."""
    checked = httpx.URL(url).copy_with(**_target(host))
    try:
        with (
            httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", checked, headers={"Host": host}, extensions={"sni_hostname": host}) as answer,
        ):
            if answer.is_redirect:
                return str(answer.headers["Location"])
            if answer.status_code in {404, 410}:
                raise Refused("gone")
            if not answer.is_success:
                raise Later(f"http_{answer.status_code}")
            content = b""
            for part in answer.iter_bytes():
                content += part
                if len(content) > settings.PHOTO_MAX_BYTES:
                    raise Refused("too_large")
            return content
    except httpx.HTTPError as error:
        raise Later(type(error).__name__) from error


def _target(host: str) -> dict[str, Any]:
    """The parts of the address to connect to: the host's own name goes into the handshake and the header."""
    return {"host": public_address(host, 443)}


# --- the rows ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _File:
    """Bytes as photos take them."""

    content: bytes
    name: str = "anh"

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, num_bytes: int = -1, /) -> bytes:
        return io.BytesIO(self.content).read(num_bytes)


def take_up(at: dt.datetime | None = None, most: int = _FETCHERS) -> list[Media]:
    """Claims what is due, or whose fetcher died."""
    at = at or timezone.now()
    open_ones = Q(state=Media.State.WAITING, next_try_at__lte=at)
    claimed = []
    for row in Media.objects.filter(open_ones).select_related("message__report").order_by("next_try_at", "pk")[:most]:
        with change():
            mine = Media.objects.filter(open_ones, pk=row.pk).update(next_try_at=at + LEASE, attempts=F("attempts") + 1)
        if mine:
            claimed.append(row)
    return claimed


def fetch_one(row: Media) -> None:
    """Fetches one picture and makes it a photo of the report its message belongs to by then."""
    try:
        prepared, problems = photos.prepare([_File(fetch(row.url, hosts_of(row.message.door)))])
        if problems:
            raise Refused(problems[0].code.value)
    except Later as error:
        over = timezone.now() - row.created_at > GIVE_UP_AFTER
        _end(row, "gave_up") if over else _again(row, str(error))
        return
    except Refused as error:
        _end(row, str(error))
        return
    try:
        _keep(row, prepared)
    except BaseException:
        photos.discard(prepared)
        raise


def _keep(row: Media, prepared: list[photos.Prepared]) -> None:
    with change():
        message = Message.objects.select_related("report").get(pk=row.message_id)
        incident = lock(message.report.incident_id)
        if not Media.objects.filter(pk=row.pk, state=Media.State.WAITING).update(state=Media.State.TAKEN, url=""):
            photos.discard(prepared)
            return
        message.photos.add(*photos.add(incident, prepared, report=message.report))


def _again(row: Media, why: str) -> None:
    with change() as c:
        wait = FIRST_WAIT * 2 ** min(row.attempts, 8)
        Media.objects.filter(pk=row.pk).update(next_try_at=c.at + wait, failure=why[:40])


def _end(row: Media, why: str) -> None:
    with change():
        message = Message.objects.select_related("report").get(pk=row.message_id)
        incident = lock(message.report.incident_id)
        if Media.objects.filter(pk=row.pk, state=Media.State.WAITING).update(
            state=Media.State.FAILED, failure=why[:40], url=""
        ):
            append(incident, HistoryKind.MEDIA_FAILED, by=None, why=why[:60], data={"message": message.pk})


class Fetching:
    """Keeps a few fetchers at work; `tick` never waits for them. A killed one leaves its lease."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._busy: set[int] = set()

    def tick(self) -> int:
        free = _FETCHERS - len(self._busy)
        rows = take_up(most=free) if free > 0 else []
        self._pool = self._pool or ThreadPoolExecutor(_FETCHERS, thread_name_prefix="media")
        for row in rows:
            self._busy.add(row.pk)
            self._pool.submit(self._one, row)
        return len(rows)

    def _one(self, row: Media) -> None:
        try:
            fetch_one(row)
        except Exception:
            log.exception("the picture %s could not be taken", row.pk)
        finally:
            self._busy.discard(row.pk)
            with suppress(Exception):
                connections.close_all()
