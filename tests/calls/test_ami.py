"""The bridge against a scripted Asterisk that speaks the manager interface: bytes, joins, reconnects, actions out."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from incidents.calls import seats, taking, telephone
from incidents.calls.ami_bridge import Bridge, Exchange
from incidents.calls.ami_joining import PREFIX, Joiner
from incidents.calls.ami_protocol import Message, NotAmi, Reader, action
from incidents.calls.models import Call, Caller, PhoneAction, SeatStatus
from realtime.change import change
from tests.cast import Cast
from tests.intake.world import World

GREETING = b"Asterisk Call Manager/7.0.3\r\n"
SECRET = "a secret of tests"


def event(name: str, linked: str = "1571029200.1", **fields: str) -> bytes:
    lines = [f"Event: {name}", *(f"{key}: {value}" for key, value in fields.items()), f"Linkedid: {linked}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


# A call as Asterisk 18 tells it, shortened to the fields that count; the second channel is the desk's.
TRUNK = {"Channel": "PJSIP/trunk-1", "Uniqueid": "1571029200.1"}
DESK = {"Channel": "PJSIP/101-2", "Uniqueid": "1571029200.2"}
CALLER = {"CallerIDNum": "0900000001", "CallerIDName": "Thử"}
AGENT = {"DestChannel": "PJSIP/101-2", "Interface": "PJSIP/101", "Queue": "hotline"}
CALL = {
    "new": event("Newchannel", **TRUNK, Exten="1022", **CALLER),
    "desk": event("Newchannel", **DESK, Exten="s", CallerIDNum="101"),
    "join": event("QueueCallerJoin", **TRUNK, **CALLER, Queue="hotline", Position="1", Count="1"),
    "called": event("AgentCalled", **TRUNK, **AGENT),
    "connect": event("AgentConnect", **TRUNK, **AGENT, RingTime="4", HoldTime="9"),
    "record": event("VarSet", **TRUNK, Variable="MIXMONITOR_FILENAME", Value="/r/1.wav"),
    "complete": event("AgentComplete", **TRUNK, **AGENT, Reason="caller"),
    "abandon": event("QueueCallerAbandon", **TRUNK, Queue="hotline", HoldTime="9"),
    "desk hangs up": event("Hangup", **DESK, Cause="16"),
    "hangup": event("Hangup", **TRUNK, Cause="16"),
}


def messages(*names: str) -> list[Message]:
    return Reader().feed(GREETING + b"".join(CALL[name] for name in names))


def joined(*names: str, queues: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    joiner = Joiner(queues)
    reports = [joiner.event(message, timezone.now()) for message in messages(*names)]
    return [(report.event.value, report.extension) for report in reports if report is not None]


# --- pure ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 40), max_size=40))
def test_bytes_may_be_cut_anywhere(cuts: list[int]) -> None:
    whole = GREETING + b"".join(CALL.values())
    reader, found, at = Reader(), [], 0
    for cut in [*cuts, len(whole)]:
        found += reader.feed(whole[at : at + cut])
        at += cut
    assert [message["event"] for message in found] == [message["event"] for message in messages(*CALL)]


@pytest.mark.parametrize("rubbish", [b"HTTP/1.1 400 Bad Request\r\n", b"x" * 300, GREETING + b"x" * 300_000])
def test_what_is_no_exchange(rubbish: bytes) -> None:
    with pytest.raises(NotAmi):
        Reader().feed(rubbish)


def test_an_action_is_one_action() -> None:
    assert action("Ping", ActionID="1") == b"Action: Ping\r\nActionID: 1\r\n\r\n"
    with pytest.raises(ValueError, match="line break"):
        action("Originate", Channel="PJSIP/1\r\nAction: Command")


def test_a_call_that_a_desk_answers() -> None:
    names = ("new", "join", "desk", "called", "connect", "record", "complete", "desk hangs up", "hangup")
    assert joined(*names) == [("ringing", ""), ("answered", "PJSIP/101"), ("ended", ""), ("ended", "")]


def test_a_caller_who_gives_up() -> None:
    assert joined("new", "join", "abandon", "hangup") == [("ringing", ""), ("abandoned", ""), ("ended", "")]


def test_what_is_not_ours() -> None:
    # A call that never reaches a queue, a desk's own channel, and a queue of somebody else.
    assert joined("new", "desk", "hangup") == []
    assert joined("new", "join", "connect", "hangup", queues=("sales",)) == []


def test_what_the_reports_hold() -> None:
    joiner = Joiner()
    reports = [joiner.event(message, timezone.now()) for message in messages("new", "join", "record", "hangup")]
    ringing, ended = [report for report in reports if report is not None]
    assert (ringing.call_id, ringing.caller_number, ringing.called_number) == (
        f"{PREFIX}1571029200.1",
        "0900000001",
        "1022",
    )
    assert ended.recording == "/r/1.wav"
    assert joiner.lines == {}


# --- against a scripted exchange ------------------------------------------------------------------------------------


class Asterisk:
    """Speaks the manager interface from a script; what it was asked to do stands in `asked`."""

    def __init__(self) -> None:
        self.asked: list[Message] = []
        self.connections = 0
        self.channels: list[bytes] = []
        self.entries: list[bytes] = []
        self.refuse: set[str] = set()
        # What becomes of a telephone that is dialled; "" while it still rings.
        self.picked_up = "Success"
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        from tests.harness.processes import free_port

        self.port = free_port()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        assert self._server is not None
        self.cut()
        self._server.close()
        await self._server.wait_closed()

    def cut(self) -> None:
        """The line goes down."""
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    def say(self, *events: bytes) -> None:
        for writer in self._writers:
            writer.write(b"".join(events))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(GREETING)
        asking = Reader()
        asking.feed(GREETING)
        try:
            while data := await reader.read(65536):
                for message in asking.feed(data):
                    writer.write(self._answer(message))
                    if message["action"] == "Login":
                        self._writers.append(writer)
        except ConnectionError:
            pass

    def _answer(self, message: Message) -> bytes:
        number = message["actionid"]

        def say(response: str, **more: str) -> bytes:
            lines = [f"Response: {response}", f"ActionID: {number}", *(f"{k}: {v}" for k, v in more.items())]
            return ("\r\n".join(lines) + "\r\n\r\n").encode()

        def listed(items: list[bytes], complete: str) -> bytes:
            marked = [item.replace(b"\r\n", f"\r\nActionID: {number}\r\n".encode(), 1) for item in items]
            end = f"Event: {complete}\r\nActionID: {number}\r\nEventList: Complete\r\n\r\n".encode()
            return say("Success", EventList="start") + b"".join(marked) + end

        match message["action"]:
            case "Challenge":
                return say("Success", Challenge="4711")
            case "Login":
                right = hashlib.md5(b"4711" + SECRET.encode()).hexdigest()
                return say("Success") if message["key"] == right else say("Error", Message="Authentication failed")
            case "CoreShowChannels":
                return listed(self.channels, "CoreShowChannelsComplete")
            case "QueueStatus":
                return listed(self.entries, "QueueStatusComplete")
            case name:
                self.asked.append(message)
                if name in self.refuse:
                    return say("Error", Message="No")
                if name == "Originate" and self.picked_up:
                    return say("Success") + event("OriginateResponse", ActionID=number, Response=self.picked_up)
                return say("Success")


async def until(holds: Callable[[], Any]) -> None:
    """Waits until something holds; the test's own time-out is the limit."""
    while not await database_sync_to_async(holds)():
        await asyncio.sleep(0.02)


def with_bridge(
    script: Callable[[Asterisk, Bridge], Awaitable[None]], secret: str = SECRET, call_out: str = ""
) -> None:
    async def run() -> None:
        asterisk = Asterisk()
        await asterisk.start()
        services = {"114": "90114"}
        exchange = Exchange("127.0.0.1", asterisk.port, "opscenter", secret, services=services, call_out=call_out)
        bridge = Bridge(exchange)
        working = asyncio.create_task(bridge.run())
        try:
            await script(asterisk, bridge)
        finally:
            bridge.stop()
            await working
            await asterisk.stop()

    asyncio.run(run())


def states() -> list[str]:
    return list(Call.objects.order_by("pk").values_list("state", flat=True))


def test_a_call_from_the_exchange_to_the_desk(world: World, cast: Cast) -> None:
    with change():
        seats.set_status(by=cast.call_taker, status=SeatStatus.FREE, extension="PJSIP/101")

    async def script(asterisk: Asterisk, bridge: Bridge) -> None:
        await until(telephone.is_connected)
        asterisk.say(CALL["new"], CALL["join"])
        await until(lambda: states() == ["ringing"])
        asterisk.say(CALL["connect"], CALL["record"])
        await until(lambda: states() == ["answered"])
        asterisk.say(CALL["complete"], CALL["hangup"])
        await until(lambda: states() == ["ended"])

    with_bridge(script)
    call = Call.objects.get()
    assert (call.taken_by, call.line, call.recording) == (cast.call_taker, "1022", "/r/1.wav")
    assert Caller.objects.get().number == "+84900000001"


def test_what_happened_while_the_line_was_down(world: World, cast: Cast) -> None:
    async def script(asterisk: Asterisk, bridge: Bridge) -> None:
        await until(telephone.is_connected)
        asterisk.say(CALL["new"], CALL["join"])
        await until(lambda: states() == ["ringing"])
        # The first caller is gone, another one waits since 40 s.
        asterisk.entries = [
            event("QueueEntry", "1571029299.7", Queue="hotline", Uniqueid="1571029299.7", Channel="PJSIP/trunk-7",
                  CallerIDNum="0900000002", Wait="40"),
        ]  # fmt: skip
        asterisk.channels = [
            event("CoreShowChannel", "1571029299.7", Channel="PJSIP/trunk-7", Uniqueid="1571029299.7"),
        ]
        asterisk.cut()
        await until(lambda: states() == ["missed", "ringing"])
        assert asterisk.connections == 2

    with_bridge(script)
    waiting = Call.objects.get(state="ringing")
    assert timezone.now() - waiting.began_at >= dt.timedelta(seconds=40)


def test_warm_transfer_and_call_back(world: World, cast: Cast) -> None:
    with change():
        seats.set_status(by=cast.call_taker, status=SeatStatus.FREE, extension="PJSIP/101")

    def transfer() -> None:
        with change():
            telephone.transfer(call_id=Call.objects.get().pk, service="114", by=cast.call_taker)

    def call_back() -> None:
        with change():
            taking.wrap_up(call_id=Call.objects.get().pk, by=cast.call_taker)
            Call.objects.update(callback="due")
            telephone.call_back(call_id=Call.objects.get().pk, by=cast.call_taker)

    def done() -> list[str]:
        return list(PhoneAction.objects.order_by("pk").values_list("state", flat=True))

    async def script(asterisk: Asterisk, bridge: Bridge) -> None:
        await until(telephone.is_connected)
        asterisk.say(CALL["new"], CALL["join"], CALL["connect"])
        await until(lambda: states() == ["answered"])
        await database_sync_to_async(transfer)()
        await until(lambda: done() == ["done"])
        asterisk.say(CALL["complete"], CALL["hangup"])
        await until(lambda: states() == ["ended"])
        asterisk.refuse = {"Originate"}
        await database_sync_to_async(call_back)()
        await until(lambda: done() == ["done", "failed"])
        first, second = asterisk.asked
        assert (first["action"], first["channel"], first["exten"]) == ("Atxfer", "PJSIP/101-2", "90114")
        assert (second["action"], second["channel"], second["exten"]) == ("Originate", "PJSIP/101", "0900000001")

    with_bridge(script)
    assert PhoneAction.objects.get(kind="call_back").failure == "refused"


@pytest.mark.parametrize(("picked_up", "failure"), [("Success", ""), ("Failure", "not_picked_up"), ("", "line_lost")])
def test_a_desk_that_rings_keeps_nobody_waiting_and_says_whether_it_was_picked_up(
    world: World, cast: Cast, picked_up: str, failure: str
) -> None:
    with change():
        seats.set_status(by=cast.call_taker, status=SeatStatus.FREE, extension="PJSIP/101")
    call = Call.objects.create(call_id="x", began_at=timezone.now(), state="missed", callback="due")
    Caller.objects.create(call=call, number="+84900000001")

    def call_back() -> None:
        with change():
            telephone.call_back(call_id=call.pk, by=cast.call_taker)

    async def script(asterisk: Asterisk, bridge: Bridge) -> None:
        asterisk.picked_up = picked_up
        await until(telephone.is_connected)
        await database_sync_to_async(call_back)()
        await until(lambda: asterisk.asked)
        if not picked_up:
            # It rings; the next action is not kept waiting.
            await until(lambda: PhoneAction.objects.get().state == "doing")
            await database_sync_to_async(PhoneAction.objects.create)(
                call=call, kind="transfer", target="114", by=cast.call_taker, at=timezone.now()
            )
            await until(lambda: PhoneAction.objects.get(kind="transfer").failure == "no_line")
            asterisk.cut()
        await until(lambda: PhoneAction.objects.get(kind="call_back").state in {"done", "failed"})

    with_bridge(script)
    assert PhoneAction.objects.get(kind="call_back").failure == failure
    # It stays with the desk, which dials by hand or puts it back on the list.
    call.refresh_from_db()
    assert (call.callback, call.taken_by) == ("calling", cast.call_taker)


def test_a_crew_is_rung_up_once(world: World, cast: Cast) -> None:
    cast.crew.phone = "+84900000001"
    cast.crew.save()
    PhoneAction.objects.create(kind="call_out", person=cast.crew, by=cast.dispatcher, at=timezone.now())

    async def script(asterisk: Asterisk, bridge: Bridge) -> None:
        await until(lambda: PhoneAction.objects.get().state == "done")
        (asked,) = asterisk.asked
        assert (asked["action"], asked["channel"]) == ("Originate", "Local/0900000001@from-internal/n")
        assert asked["exten"] == "1022-call-out"

    with_bridge(script, call_out="1022-call-out")


def test_an_action_is_not_done_again_after_the_line_was_lost(world: World, cast: Cast) -> None:
    call = Call.objects.create(call_id="x", began_at=timezone.now())
    PhoneAction.objects.create(
        call=call, kind="transfer", target="115", by=cast.call_taker, at=timezone.now(), state="doing"
    )

    async def script(asterisk: Asterisk, bridge: Bridge) -> None:
        await until(telephone.is_connected)
        asterisk.cut()
        await until(lambda: asterisk.connections == 2)
        assert asterisk.asked == []

    with_bridge(script)
    assert PhoneAction.objects.get().failure == "bridge_died"


def test_a_wrong_secret_is_no_connection(world: World) -> None:
    async def script(asterisk: Asterisk, bridge: Bridge) -> None:
        await until(lambda: asterisk.connections >= 2)

    with_bridge(script, secret="another")
    assert not telephone.is_connected()
