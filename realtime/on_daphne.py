"""Makes one text to a thousand sockets cheap where Daphne serves them.

Daphne hands each send to Autobahn as if no other socket would get the same. Autobahn frames it anew each time, with a
debug line whose arguments it paints in terminal colours before anything asks whether somebody logs it; Twisted puts it
into a buffer, asks the loop to say when the socket can be written to, writes, and asks the loop to stop: three system
calls for one. Here the frame is made once (Autobahn's own `prepareMessage`, which Daphne does not use) and offered to
the socket at once, as asyncio's own transports do. What the socket does not take waits in Twisted's buffer as before.
"""

from __future__ import annotations

import sys
from typing import Any


def plain(value: object, *_: Any, **__: Any) -> object:
    """The value as it is, where Autobahn would wrap it in terminal colours."""
    return value


def write_now(transport: Any, data: bytes) -> bytes:
    """Offers bytes to a socket with nothing waiting before them; gives what it did not take, which has to wait.

    A connection that turns out to be lost takes nothing: Twisted finds out when it is asked to write.
    """
    waiting = transport.dataBuffer or transport._tempDataBuffer
    if waiting or not transport.connected or transport.disconnecting:
        return data
    taken = transport.writeSomeData(data)
    return data[taken:] if isinstance(taken, int) and taken > 0 else data


def send_prepared(protocol_class: Any, plain_socket: type) -> None:
    """Makes Daphne's sockets frame a text once when the very same text goes to many of them, one after the other."""
    send_one = protocol_class.serverSend
    if send_one.__module__ == __name__:
        return
    last: tuple[object, Any] = (None, None)

    def server_send(self: Any, content: Any, binary: bool = False) -> None:
        nonlocal last
        # A socket that is not open, or would compress, is for the library's own checks.
        if binary or self.state != self.STATE_OPEN or self._perMessageCompress is not None:
            send_one(self, content, binary)
            return
        text, prepared = last
        if text is not content:
            prepared = self.factory.prepareMessage(content.encode("utf8"), isBinary=False, doNotCompress=True)
            last = (content, prepared)
        frame = prepared.payloadHybi
        # Encrypted and other transports buffer in ways of their own.
        if type(self.transport) is plain_socket and not self.send_queue:
            frame = write_now(self.transport, frame)
        if frame:
            self.sendData(frame)

    protocol_class.serverSend = server_send


def broadcast_cheaply() -> None:
    """Does so in this process when Daphne serves it; with another server none of the libraries is there."""
    for name in ("autobahn.websocket.protocol", "autobahn.twisted.websocket"):
        for painter in ("hlval", "hltype"):
            if hasattr(sys.modules.get(name), painter):
                setattr(sys.modules[name], painter, plain)
    daphne: Any = sys.modules.get("daphne.ws_protocol")
    twisted: Any = sys.modules.get("twisted.internet.tcp")
    if hasattr(daphne, "WebSocketProtocol") and hasattr(twisted, "Server"):
        send_prepared(daphne.WebSocketProtocol, twisted.Server)
