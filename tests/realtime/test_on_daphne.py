"""One text for many of Daphne's sockets: framed once, offered at once, and nothing lost when a socket is full."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from autobahn.twisted import websocket
from autobahn.websocket import protocol
from autobahn.websocket.protocol import PreparedMessage
from twisted.internet import main, tcp
from twisted.internet.protocol import Protocol as TwistedProtocol

from realtime.on_daphne import broadcast_cheaply, send_prepared, write_now


class Transport:
    """A transport of Twisted's, as far as it is asked here, over a socket that takes `room` bytes more."""

    def __init__(self, room: int | Exception) -> None:
        self.dataBuffer, self._tempDataBuffer = b"", list[bytes]()
        self.connected, self.disconnecting = True, False
        self.room, self.taken = room, b""

    def writeSomeData(self, data: bytes) -> int | Exception:
        if isinstance(self.room, Exception):
            return self.room
        self.taken += data[: self.room]
        return min(self.room, len(data))


class Factory:
    def __init__(self) -> None:
        self.prepared = 0

    def prepareMessage(self, payload: bytes, isBinary: bool, doNotCompress: bool) -> PreparedMessage:
        self.prepared += 1
        return PreparedMessage(payload, isBinary, False, doNotCompress)


class Protocol:
    """One of Daphne's sockets, as far as it is asked here."""

    STATE_OPEN = 3

    def __init__(self, transport: Transport, factory: Factory) -> None:
        self.transport, self.factory = transport, factory
        self.state, self._perMessageCompress, self.send_queue = self.STATE_OPEN, None, list[bytes]()
        self.waiting, self.as_before = b"", list[object]()

    def serverSend(self, content: Any, binary: bool = False) -> None:
        self.as_before.append(content)

    def sendData(self, data: bytes) -> None:
        self.waiting += data


@pytest.fixture
def sockets() -> type[Protocol]:
    class Mine(Protocol):
        pass

    send_prepared(Mine, Transport)
    return Mine


def frame(text: str) -> bytes:
    return bytes(PreparedMessage(text.encode(), False, False, True).payloadHybi)


def test_one_text_for_many_is_framed_once(sockets: type[Protocol]) -> None:
    factory = Factory()
    many = [sockets(Transport(10_000), factory) for _ in range(5)]
    for text in ("Ổ gà", "Rác " * 100):
        for one in many:
            one.serverSend(text)
    assert factory.prepared == 2
    assert {one.transport.taken for one in many} == {frame("Ổ gà") + frame("Rác " * 100)}
    assert [one.waiting for one in many] == [b""] * 5


@pytest.mark.parametrize("room", [0, 1, 7, main.CONNECTION_LOST])
def test_what_a_full_or_lost_socket_does_not_take_waits_in_order(sockets: type[Protocol], room: Any) -> None:
    one = sockets(Transport(room), Factory())
    one.serverSend("Cây đổ")
    assert one.transport.taken + one.waiting == frame("Cây đổ")


@pytest.mark.parametrize(
    "state",
    [{"dataBuffer": b"x"}, {"_tempDataBuffer": [b"x"]}, {"connected": False}, {"disconnecting": True}],
)
def test_nothing_overtakes_what_waits_or_goes_to_a_closed_socket(state: dict[str, Any]) -> None:
    transport = Transport(10_000)
    vars(transport).update(state)
    assert write_now(transport, b"frame") == b"frame"
    assert transport.taken == b""


def test_the_libraries_own_queue_goes_first(sockets: type[Protocol]) -> None:
    one = sockets(Transport(10_000), Factory())
    one.send_queue.append(b"before")
    one.serverSend("sau")
    assert (one.transport.taken, one.waiting) == (b"", frame("sau"))


def test_what_is_no_plain_open_text_goes_the_librarys_way(sockets: type[Protocol]) -> None:
    one = sockets(Transport(10_000), Factory())
    one.serverSend(b"bytes", True)
    one._perMessageCompress = object()  # type: ignore[assignment]
    one.serverSend("nén")
    one._perMessageCompress, one.state = None, 4
    one.serverSend("đóng")
    assert one.as_before == [b"bytes", "nén", "đóng"]
    assert one.transport.taken + one.waiting == b""


def test_twisted_still_has_what_is_asked_of_it() -> None:
    """Names with an underscore may go with any release: then this says so, before a site does."""
    mine, other = socket.socketpair()
    with mine, other:
        connection = tcp.Connection(mine, TwistedProtocol())
        connection.connected = True
        assert write_now(connection, b"frame") == b""
        assert other.recv(10) == b"frame"
        connection._tempDataBuffer.append(b"before")
        assert write_now(connection, b"frame") == b"frame"


def test_daphnes_sockets_paint_nothing() -> None:
    broadcast_cheaply()
    for module in (protocol, websocket):
        assert module.hlval(600) == 600
        assert module.hltype(len) is len
