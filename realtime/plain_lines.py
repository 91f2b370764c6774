"""Takes the colours out of Autobahn's debug lines, which Daphne's sockets are made of.

Autobahn 25 paints the arguments of one debug line for every frame it sends, before anything asks whether somebody logs
them (`WebSocketProtocol.sendData`): about a third of the work of sending a small frame to a thousand sockets.
"""

from __future__ import annotations

import sys
from typing import Any


def plain(value: object, *_: Any, **__: Any) -> object:
    """The value as it is, where Autobahn would wrap it in terminal colours."""
    return value


def take_colours_out() -> None:
    """Does so in this process when Daphne serves it; with another server Autobahn is not there."""
    protocol: Any = sys.modules.get("autobahn.websocket.protocol")
    for painter in ("hlval", "hltype"):
        if hasattr(protocol, painter):
            setattr(protocol, painter, plain)
