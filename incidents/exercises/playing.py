"""Plays a day: every report is a small story whose acts come at their time, from a few threads."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import connections

from geo.areas import area_set_on
from incidents.exercises import citizens
from incidents.exercises.citizens import Refused, Sent
from incidents.exercises.composing import Planned
from incidents.exercises.demonstration import Secrets
from incidents.exercises.scenario import Scenario
from incidents.exercises.spots import point_in_ward
from incidents.exercises.staff import Case, Staff
from incidents.exercises.visitor import NoAnswer, Visitor

THREADS = 3
# The pauses of staff are written for a day of this many minutes; a shorter day shortens them.
WRITTEN_FOR_MIN = 8.0
# So many requests in a row without any answer: the server is gone.
GONE_AFTER = 5

Say = Callable[[str], None]


class ServerGone(RuntimeError):
    """The server stopped answering."""


class Player:
    """One run. `counts` says what became of the reports: by door, `refused`, and `acts` that staff could not do."""

    def __init__(self, scenario: Scenario, address: str, secrets: Secrets, *, minutes: float, say: Say) -> None:
        self.scenario, self.address, self.secrets, self.minutes, self.say = scenario, address, secrets, minutes, say
        self.staff = Staff(address, secrets.passwords)
        self.zalo, self.partner = Visitor(address), Visitor(address)
        self.exchange = citizens.Exchange(address)
        self.counts: Counter[str] = Counter()
        self._due: list[tuple[float, int, Iterator[float]]] = []
        self._order = itertools.count()
        self._change = threading.Condition()
        self._running = 0
        self._silent = 0
        self._stopping = False

    def play(self, planned: list[Planned]) -> Counter[str]:
        """Plays all of it and answers the counts. Raises ServerGone."""
        start = time.monotonic()
        for one in planned:
            self._put(start + one.at * self.minutes * 60, self._story(one))
        threads = [threading.Thread(target=self._work, name=f"scenario-{number}") for number in range(THREADS)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            self.stop()
            for thread in threads:
                thread.join()
        for visitor in (self.zalo, self.partner, self.exchange.visitor):
            visitor.close()
        self.staff.go_home()
        if self._silent >= GONE_AFTER:
            raise ServerGone(self.address)
        return self.counts

    def stop(self) -> None:
        """Lets the acts that run now end, and begins no more."""
        with self._change:
            self._stopping = True
            self._change.notify_all()

    def _put(self, at: float, story: Iterator[float]) -> None:
        with self._change:
            heapq.heappush(self._due, (at, next(self._order), story))
            self._change.notify()

    def _take(self) -> Iterator[float] | None:
        """The next story whose time has come; None when there is nothing more to do."""
        with self._change:
            while not self._stopping:
                if not self._due:
                    if self._running == 0:
                        self._change.notify_all()
                        return None
                    self._change.wait()
                    continue
                wait = self._due[0][0] - time.monotonic()
                if wait <= 0:
                    self._running += 1
                    return heapq.heappop(self._due)[2]
                self._change.wait(wait)
            return None

    def _work(self) -> None:
        try:
            while (story := self._take()) is not None:
                self._step(story)
        finally:
            connections.close_all()

    def _step(self, story: Iterator[float]) -> None:
        """One act of a story; what comes after it is due later."""
        try:
            wait = next(story)
            self._silent = 0
            self._put(time.monotonic() + wait * self.minutes / WRITTEN_FOR_MIN, story)
        except StopIteration:
            self._silent = 0
        except NoAnswer as error:
            self._silent += 1
            self.say(f"no answer: {error}")
            if self._silent >= GONE_AFTER:
                self.stop()
        finally:
            with self._change:
                self._running -= 1
                self._change.notify_all()

    def _story(self, one: Planned) -> Iterator[float]:
        """A report comes in, then staff take it up."""
        point = self._point(one)
        try:
            pin = point if one.has_pin else None
            if one.door == "phone":
                desk = self.staff.call_taker(one.number)
                sent = yield from citizens.by_phone(self.exchange, desk, one, pin)
            else:
                sent = self._send(one, pin)
        except Refused as error:
            self.counts["refused"] += 1
            self.say(f"report {one.number} by {one.door} was refused: {error}")
            return
        self.counts[one.door] += 1
        if sent is None:
            # Somebody at the room's screen took the call: what becomes of it is theirs.
            return
        try:
            yield from Case(self.staff, self.scenario, one, sent, point).follow()
        except Refused as error:
            self.counts["acts"] += 1
            self.say(f"report {one.number}: {error}")

    def _point(self, one: Planned) -> tuple[float, float] | None:
        if one.point is not None or not one.ward:
            return one.point
        return point_in_ward(self._set_name(), one.ward, one.spot)

    def _set_name(self) -> str:
        """The scenario's wards are those of the set that is pinned, or in force today."""
        from django.utils import timezone

        return settings.AREA_SET or area_set_on(timezone.localdate()).name

    def _send(self, one: Planned, point: tuple[float, float] | None) -> Sent:
        match one.door:
            case "zalo":
                return citizens.by_zalo(self.zalo, one, point)
            case "open311":
                return citizens.by_open311(self.partner, self.secrets.open311_key, one, point)
        return citizens.by_web(self.address, one, point)


def summary(counts: Counter[str]) -> str:
    """One line about a run."""
    doors = ("phone", "web", "zalo", "open311")
    total = sum(counts[door] for door in doors)
    text = f"{total} reports: " + ", ".join(f"{door} {counts[door]}" for door in doors)
    if counts["refused"] or counts["acts"]:
        text += f"; refused: {counts['refused']} reports, {counts['acts']} acts of staff"
    return text
