"""The bridge to an Asterisk: one process, one connection. Events come in as reports of calls, telephone actions go out.

It reconnects for ever. After each connect it asks what is there, so that calls that ended meanwhile end here too and
those that began ring. What it had claimed and was not answered is left to people, never sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import ssl
import uuid
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from incidents.calls import telephone
from incidents.calls.ami_joining import PREFIX, Joiner, Line
from incidents.calls.ami_protocol import Message, NotAmi, Reader, action, is_event, login_key
from incidents.calls.lifecycle import OPEN_STATES, PhoneEvent
from incidents.calls.models import Call, PhoneAction
from incidents.calls.numbers import dialled, normalised
from incidents.calls.receiving import PhoneReport, receive

log = logging.getLogger(__name__)
T = TypeVar("T")

BEAT_EVERY_S = 5.0
LOOK_EVERY_S = 0.25
ANSWER_WITHIN_S = 10.0
# How long a telephone that is dialled for us rings.
RING_S = 30
# Asterisk says nothing for minutes at night: whether the line still lives is asked.
PING_EVERY_S = 15.0
LONGEST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """Where the exchange is, who we are to it, and how its dialplan reaches others."""

    host: str
    port: int
    user: str
    secret: str
    tls: bool = False
    queues: tuple[str, ...] = ()
    # The context in which desks dial, and what to dial there for 113, 114, 115.
    context: str = "from-internal"
    services: Mapping[str, str] = field(default_factory=dict)
    caller_id: str = "1022"
    # What a crew hears that is rung up: an extension that says so. Empty: nobody is.
    call_out: str = ""


class Lost(ConnectionError):
    """The exchange closed the line, refused us, or is silent."""


class Bridge:
    """`run()` works until `stop()`."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.joiner = Joiner(exchange.queues)
        self.name = f"{socket.gethostname()}:{os.getpid()}"[:100]
        self._stopping = asyncio.Event()
        # All of the database in one thread: reports of one call stay in order.
        self._database = ThreadPoolExecutor(1, thread_name_prefix="ami-database")
        self._reports: asyncio.Queue[PhoneReport] = asyncio.Queue()
        self._waiting: dict[str, asyncio.Future[Message]] = {}
        self._lists: dict[str, list[Message]] = {}
        # What rings at the exchange for us, by the number of the asking, until it says whether anybody picked up.
        self._dialled: dict[str, PhoneAction] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._writer: asyncio.StreamWriter | None = None

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Connects, works, connects again."""
        await self._in_database(telephone.abandon_claimed)
        storing = asyncio.create_task(self._store())
        wait = 1.0
        try:
            while not self._stopping.is_set():
                try:
                    await self._connection()
                    wait = 1.0
                except (TimeoutError, OSError, NotAmi) as error:
                    log.warning("the exchange %s: %s; again in %.0f s", self.exchange.host, error or type(error), wait)
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), wait)
                wait = min(wait * 2, LONGEST_WAIT_S)
        finally:
            await self._reports.join()
            await asyncio.gather(*self._answering, return_exceptions=True)
            storing.cancel()
            await asyncio.get_running_loop().run_in_executor(self._database, connections.close_all)
            self._database.shutdown()

    # --- one connection -------------------------------------------------------------------------------------------

    async def _connection(self) -> None:
        secured = ssl.create_default_context() if self.exchange.tls else None
        reader, self._writer = await asyncio.wait_for(
            asyncio.open_connection(self.exchange.host, self.exchange.port, ssl=secured), ANSWER_WITHIN_S
        )
        reading = asyncio.create_task(self._read(reader))
        tasks: list[asyncio.Task[Any]] = [reading]
        try:
            await self._first(self._log_in(), reading)
            await self._first(self._look_around(), reading)
            log.info("connected to the exchange %s", self.exchange.host)
            tasks += [asyncio.create_task(work()) for work in (self._work, self._beat, self._ping)]
            stopping = asyncio.create_task(self._stopping.wait())
            tasks.append(stopping)
            done, _pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(Lost("the line was lost"))
            self._waiting.clear()
            self._lists.clear()
            # Whether they picked up will not be heard any more: a person must look.
            for number in list(self._dialled):
                self._picked_up(number, "line_lost")
            if self._writer is not None:
                self._writer.close()
            self._writer = None

    async def _first(self, work: Awaitable[None], reading: asyncio.Task[None]) -> None:
        """Does a part of the beginning, unless the line is lost first."""
        task = asyncio.ensure_future(work)
        await asyncio.wait([task, reading], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            reading.result()
        await task

    async def _read(self, stream: asyncio.StreamReader) -> None:
        reader = Reader()
        while data := await stream.read(65536):
            for message in reader.feed(data):
                self._message(message)
        raise Lost("the exchange closed the line")

    def _message(self, message: Message) -> None:
        number = message.get("actionid", "")
        if is_event(message):
            # Events of a list that was asked for carry the number of the asking.
            if number in self._lists:
                self._lists[number].append(message)
                if message.get("eventlist", "").lower() == "complete" or message["event"].lower().endswith("complete"):
                    self._answered(number, message)
                return
            if message["event"].lower() == "originateresponse" and number in self._dialled:
                self._picked_up(number, _failure(message, "not_picked_up"))
                return
            report = self.joiner.event(message, timezone.now())
            if report is not None:
                self._reports.put_nowait(report)
        elif number not in self._lists or message.get("response", "").lower() == "error":
            self._answered(number, message)

    def _answered(self, number: str, message: Message) -> None:
        future = self._waiting.pop(number, None)
        if future is not None and not future.done():
            future.set_result(message)

    async def ask(self, name: str, **fields: str) -> Message:
        """Sends an action and gives its response. Raises Lost and TimeoutError."""
        return (await self._ask(name, fields, listed=False))[0]

    async def _ask(
        self, name: str, fields: dict[str, str], *, listed: bool, number: str = ""
    ) -> tuple[Message, list[Message]]:
        if self._writer is None:
            raise Lost("there is no line")
        number = number or uuid.uuid4().hex
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        if listed:
            self._lists[number] = []
        try:
            self._writer.write(action(name, ActionID=number, **fields))
            await self._writer.drain()
            message = await asyncio.wait_for(future, ANSWER_WITHIN_S)
            return message, self._lists.get(number, [])
        finally:
            self._waiting.pop(number, None)
            self._lists.pop(number, None)

    async def _log_in(self) -> None:
        challenge = await self.ask("Challenge", AuthType="MD5")
        key = login_key(challenge.get("challenge", ""), self.exchange.secret)
        answer = await self.ask(
            "Login", AuthType="MD5", Username=self.exchange.user, Key=key, Events="call,agent,dialplan"
        )
        if answer.get("response", "").lower() != "success":
            raise Lost(f"the exchange refused us: {answer.get('message', '')}")

    async def _look_around(self) -> None:
        """What lives at the exchange now: who waits rings here, what is gone ends here."""
        self.joiner.lines.clear()
        _done, channels = await self._ask("CoreShowChannels", {}, listed=True)
        for message in channels:
            if message["event"].lower() == "coreshowchannel":
                self.joiner.channel(message)
        _done, entries = await self._ask("QueueStatus", {}, listed=True)
        now = timezone.now()
        for message in entries:
            if message["event"].lower() == "queueentry" and (report := self.joiner.entry(message, now)):
                self._reports.put_nowait(report)
        ours = await self._in_database(_open_calls)
        for call_id in ours:
            linked = call_id.removeprefix(PREFIX)
            if linked in self.joiner.lines:
                self.joiner.lines[linked].queued = True
            else:
                self._reports.put_nowait(PhoneReport(event=PhoneEvent.ENDED, call_id=call_id, event_ts=now))

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY_S)
            await self.ask("Ping")

    # --- in: reports ----------------------------------------------------------------------------------------------

    async def _store(self) -> None:
        """Stores reports in their order; a database that restarts is waited for."""
        while True:
            report = await self._reports.get()
            try:
                while True:
                    try:
                        await self._in_database(partial(receive, report))
                        break
                    except DatabaseError:
                        log.warning("the database does not answer; the report is kept", exc_info=True)
                        await asyncio.sleep(1)
            except Exception:
                log.exception("a report of the exchange could not be taken: %s %s", report.event, report.call_id)
            finally:
                self._reports.task_done()

    async def _in_database(self, work: Callable[[], T]) -> T:
        def run() -> T:
            close_old_connections()
            return work()

        return await asyncio.get_running_loop().run_in_executor(self._database, run)

    # --- out: telephone actions -----------------------------------------------------------------------------------

    async def _beat(self) -> None:
        while True:
            await self._safely(partial(telephone.beat, self.name))
            await asyncio.sleep(BEAT_EVERY_S)

    async def _safely(self, work: Callable[[], T]) -> T | None:
        try:
            return await self._in_database(work)
        except DatabaseError:
            log.warning("the database does not answer", exc_info=True)
            return None

    async def _work(self) -> None:
        while True:
            claimed = await self._safely(telephone.claim)
            if claimed is None:
                await asyncio.sleep(LOOK_EVERY_S)
                continue
            try:
                failure = await self._do(claimed)
            except (TimeoutError, OSError, ValueError) as error:
                log.warning("the exchange did not do %s: %s", claimed, error)
                failure = "no_answer"
            if failure is not None:
                await self._in_database(partial(telephone.answer, claimed, failure))

    async def _dial(self, claimed: PhoneAction, **fields: str) -> str | None:
        """Has a telephone rung; None while it rings: whether anybody picks up comes as an event of the same number.

        Others are not kept waiting for it.
        """
        number = uuid.uuid4().hex
        self._dialled[number] = claimed
        fields |= {"Context": self.exchange.context, "Priority": "1", "Async": "true", "Timeout": str(RING_S * 1000)}
        try:
            failure = _failure((await self._ask("Originate", fields, listed=False, number=number))[0])
        except BaseException:
            self._dialled.pop(number, None)
            raise
        if failure:
            self._dialled.pop(number, None)
            return failure
        return None

    def _picked_up(self, number: str, failure: str) -> None:
        """Somebody picked up, or `failure` says why not."""
        answer = partial(telephone.answer, self._dialled.pop(number), failure)
        task = asyncio.create_task(self._keep(answer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _keep(self, work: Callable[[], None]) -> None:
        await self._safely(work)

    async def _do(self, claimed: PhoneAction) -> str | None:
        """Has the exchange do it; "", the code of why not, or None when that is heard later."""
        exchange = self.exchange
        if claimed.kind == PhoneAction.Kind.CALL_BACK and claimed.call is not None:
            return await self._dial(
                claimed,
                Channel=claimed.by.seat.extension,
                Exten=dialled(claimed.call.caller.number),
                CallerID=exchange.caller_id,
            )
        if claimed.kind == PhoneAction.Kind.CALL_OUT:
            number = normalised(claimed.person.phone) if claimed.person is not None and claimed.person.is_active else ""
            if not number or not exchange.call_out:
                return "no_number"
            # "n": the crew's telephone stays with the dialplan that speaks to it.
            return await self._dial(
                claimed,
                Channel=f"Local/{dialled(number)}@{exchange.context}/n",
                Exten=exchange.call_out,
                CallerID=exchange.caller_id,
            )
        if claimed.call is None:
            return "no_line"
        line = self.joiner.lines.get(claimed.call.call_id.removeprefix(PREFIX), Line())
        where = {"Exten": exchange.services.get(claimed.target, claimed.target), "Context": exchange.context}
        if line.agent:
            # Warm: the desk hears the service first, and the caller is connected when the desk hangs up.
            return _failure(await self.ask("Atxfer", Channel=line.agent, **where))
        if line.channel:
            return _failure(await self.ask("Redirect", Channel=line.channel, Priority="1", **where))
        return "no_line"


def _failure(answer: Message, code: str = "refused") -> str:
    return "" if answer.get("response", "").lower() == "success" else code


def _open_calls() -> list[str]:
    states = [state.value for state in OPEN_STATES]
    rows = Call.objects.filter(call_id__startswith=PREFIX, state__in=states)
    return list(rows.values_list("call_id", flat=True))
