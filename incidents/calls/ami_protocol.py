"""The Asterisk Manager Interface as bytes: reading messages and writing actions. Pure: no sockets, no database.

A reader of our own: panoramisk, the kept library, sends every action that was not answered again after it has
reconnected. A transfer that the caller no longer waits for, or an ambulance called twice, must not happen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

Message = dict[str, str]
# No message of Asterisk comes near; whoever sends more is no exchange.
LARGEST = 256 * 1024


class NotAmi(ValueError):
    """What came is not the manager interface."""


class Reader:
    """Cuts a stream of bytes into messages; names are lower case, of a name given twice the last one counts."""

    def __init__(self) -> None:
        self._rest = b""
        self._greeted = False

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are complete now. Raises NotAmi."""
        self._rest += data
        if not self._greeted:
            line, end, rest = self._rest.partition(b"\r\n")
            if not end:
                if len(line) > 200:
                    raise NotAmi("no greeting")
                return []
            if not line.startswith(b"Asterisk Call Manager"):
                raise NotAmi(line[:60].decode("ascii", "replace"))
            self._greeted, self._rest = True, rest
        *whole, self._rest = self._rest.split(b"\r\n\r\n")
        if len(self._rest) > LARGEST:
            raise NotAmi("a message without an end")
        return [message for block in whole if (message := _message(block))]


def _message(block: bytes) -> Message:
    message: Message = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            message[name.strip().lower()] = value.strip()
    return message


def action(name: str, **fields: str) -> bytes:
    """The bytes of an action. Raises ValueError for a value that would begin another line."""
    lines = [f"Action: {name}", *(f"{field}: {value}" for field, value in fields.items())]
    if any("\r" in line or "\n" in line or "\x00" in line for line in lines):
        raise ValueError("a line break in an action")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def login_key(challenge: str, secret: str) -> str:
    """The answer to a challenge: the secret itself never crosses the line. MD5 is what Asterisk speaks."""
    return hashlib.md5((challenge + secret).encode(), usedforsecurity=False).hexdigest()


def is_event(message: Mapping[str, str]) -> bool:
    return "event" in message
