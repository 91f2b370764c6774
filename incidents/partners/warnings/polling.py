"""The worker's round that asks the sources of warnings: in a thread of its own, never waiting for any of them."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from django.db.models import F
from django.utils import timezone

from incidents.partners.models import WarningSource
from incidents.partners.warnings.reading import LARGEST, Read, Unreadable, alerts_in, read, root_of
from incidents.partners.warnings.taking import NotTheirs, take
from incidents.webhooks.outbound import NotAllowed, Unreachable, exchange
from realtime.change import change

log = logging.getLogger(__name__)

# Of a feed at most so many new messages are fetched at a time; the rest comes the next time.
MOST_FETCHED = 20
MOST_REMEMBERED = 500
LEASE = dt.timedelta(minutes=5)
LONGEST_WAIT = dt.timedelta(hours=1)
_ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one visit brought: the messages, the addresses that are done with, why it failed (a code)."""

    messages: tuple[Read, ...]
    done: tuple[str, ...]
    failure: str


class Polling:
    """Asks one source at a time; `tick` never waits for the answer."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="warnings")
        self._under_way: tuple[WarningSource, Future[Fetched]] | None = None

    def tick(self) -> int:
        """Takes in an answer that is there, or asks the source that is due; 1 for either."""
        if self._under_way is not None:
            source, future = self._under_way
            if not future.done():
                return 0
            self._under_way = None
            record(source, future.result())
            return 1
        source_due = claim()
        if source_due is None:
            return 0
        self._under_way = source_due, self._pool.submit(fetch, source_due)
        return 1


def claim(at: dt.datetime | None = None) -> WarningSource | None:
    """A source that is due, taken for asking; None when there is none."""
    at = at or timezone.now()
    row = WarningSource.objects.filter(is_active=True, next_at__lte=at).exclude(url="").order_by("next_at").first()
    if row is None:
        return None
    with change():
        mine = WarningSource.objects.filter(pk=row.pk, next_at=row.next_at).update(next_at=at + LEASE)
    return row if mine else None


def fetch(source: WarningSource) -> Fetched:
    """Asks for the source's address, and for the messages its feed names; raises nothing, touches no database."""
    messages: list[Read] = []
    done: list[str] = []
    failure = ""
    try:
        root = root_of(_get(source.url))
        whole = list(alerts_in(root))
        messages += _readable(whole)
        known = set(source.read)
        new = [url for url in dict.fromkeys(_links(root, source.url)) if url not in known]
        # Feeds begin with the newest: the oldest first, so that nothing is taken back before it came.
        for url in reversed(new[:MOST_FETCHED]):
            try:
                messages += _readable(list(alerts_in(root_of(_get(url)))))
                done.append(url)
            except Unreadable as error:
                done.append(url)
                failure = str(error)
        if not whole and not new and root.tag not in {f"{_ATOM}feed", "rss"}:
            failure = "no_alert"
    except Unreadable as error:
        failure = str(error)
    except (NotAllowed, Unreachable) as error:
        failure = str(error)
    except Exception:
        log.exception("a source of warnings could not be read")
        failure = "unexpected"
    return Fetched(tuple(messages), tuple(done), failure[:60])


def _get(url: str) -> bytes:
    answer = exchange("GET", url, most_bytes=LARGEST, within_s=30.0)
    if not 200 <= answer.status < 300:
        raise Unreachable(f"http_{answer.status}")
    if answer.is_cut:
        raise Unreadable("too_large")
    return answer.body


def _readable(alerts: list[Element]) -> Iterator[Read]:
    for alert in alerts:
        try:
            yield read(alert)
        except Unreadable as error:
            log.warning("a warning cannot be used: %s", error)


def _links(root: Element, base: str) -> Iterator[str]:
    """Where the messages of an Atom or RSS feed lie, the newest first as feeds have it."""
    for entry in root.iter(f"{_ATOM}entry"):
        if any(True for _alert in alerts_in(entry)):
            continue
        links = entry.findall(f"{_ATOM}link")
        cap = [link for link in links if "cap" in link.get("type", "")] or links
        if cap and cap[0].get("href"):
            yield urljoin(base, cap[0].get("href", ""))
    for item in root.iter("item"):
        if link := (item.findtext("link") or "").strip():
            yield urljoin(base, link)


def record(source: WarningSource, fetched: Fetched) -> None:
    """Takes the messages in, and writes down when the source is asked again: later after failures, an hour at most."""
    failure = fetched.failure
    for message in sorted(fetched.messages, key=lambda one: one.sent):
        try:
            take(source, message)
        except NotTheirs:
            failure = "wrong_sender"
    every = dt.timedelta(seconds=max(source.every_s, 10))
    failures = source.failures + 1 if failure else 0
    with change() as c:
        wait = min(every * 2 ** min(failures, 6), max(LONGEST_WAIT, every))
        WarningSource.objects.filter(pk=source.pk).update(
            next_at=c.at + wait,
            asked_at=c.at,
            failure=failure,
            failures=failures if failure else F("failures") * 0,
            read=[*source.read, *fetched.done][-MOST_REMEMBERED:],
        )
