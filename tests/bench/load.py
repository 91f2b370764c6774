"""A thousand WebSocket clients in one process: python -m tests.bench.load PORT PATH CLIENTS

They are plain sockets and read just enough of each frame to count it, to acknowledge it, and to find the time it was
sent, so that the server is what is measured. Commands come in as lines, answers go out as lines of JSON:
`begin` sets the counters to nothing; `report COUNT SECONDS` answers when so many deliveries were counted or the time
is over. A delivery is a text frame of at least 300 bytes; its time stands after "words":" in nanoseconds.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import sys
import time

STAMP = b'"words":"'
STAMP_DIGITS = 19
SMALLEST = 300


def masked(text: str) -> bytes:
    """A client's text frame. The mask is nothing: allowed, and cheap."""
    payload = text.encode()
    assert len(payload) < 126
    return bytes([0x81, 0x80 | len(payload), 0, 0, 0, 0]) + payload


class Client:
    def __init__(self, port: int, path: str, begins: float) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            got = self.socket.recv(4096)
            if not got:
                raise ConnectionError(f"refused: {self.rest!r}")
            self.rest += got
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        if b" 101 " not in head:
            raise ConnectionError(f"refused: {head!r}")
        self.offset = -1
        self.ack_at = begins
        self.socket.setblocking(False)


class Load:
    def __init__(self, port: int, path: str, count: int) -> None:
        self.stream = path.startswith("/ws/stream/")
        self.selector = selectors.DefaultSelector()
        self.clients = []
        for number in range(count):
            # Acknowledgements of a thousand browsers do not fall into one instant.
            client = Client(port, path, time.monotonic() + number / count)
            self.clients.append(client)
            self.selector.register(client.socket, selectors.EVENT_READ, client)
            if self.stream:
                client.socket.send(masked('{"t":"resume","position":null}'))
        self.next = 0
        self.begin()
        os.set_blocking(0, False)
        self.commands = b""
        self.selector.register(0, selectors.EVENT_READ, None)
        self.wanted: tuple[int, float] | None = None

    def begin(self) -> None:
        self.count = 0
        self.first = self.last = 0
        self.delays: list[int] = []
        self.lost = 0

    def run(self) -> None:
        while True:
            for key, _ in self.selector.select(0.05):
                if key.data is None:
                    self.commanded()
                else:
                    self.read(key.data)
            if self.stream:
                self.acknowledge()
            if self.wanted is not None and (self.count >= self.wanted[0] or time.monotonic() > self.wanted[1]):
                self.wanted = None
                self.answer()

    def commanded(self) -> None:
        got = os.read(0, 4096)
        if not got:
            sys.exit(0)
        self.commands += got
        *lines, self.commands = self.commands.split(b"\n")
        for line in lines:
            match line.decode().split():
                case ["begin"]:
                    self.begin()
                    print("{}", flush=True)
                case ["report", count, seconds]:
                    self.wanted = (int(count), time.monotonic() + float(seconds))

    def answer(self) -> None:
        delays = sorted(self.delays)
        at = {f"p{share}": delays[len(delays) * share // 100] / 1e6 for share in (50, 99)} if delays else {}
        seconds = (self.last - self.first) / 1e9
        print(json.dumps({"count": self.count, "seconds": seconds, "lost": self.lost, **at}), flush=True)

    def read(self, client: Client) -> None:
        try:
            data = client.socket.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        now = time.monotonic_ns()
        if not data:
            self.lost += 1
            self.selector.unregister(client.socket)
            self.clients.remove(client)
            return
        if client.rest:
            data = client.rest + data
        at, end, newest = 0, len(data), -1
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                if end - at < 4:
                    break
                size, start = data[at + 2] << 8 | data[at + 3], at + 4
            elif size == 127:
                if end - at < 10:
                    break
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if start + size > end:
                break
            if data[at] == 0x89:
                client.socket.send(b"\x8a\x80\0\0\0\0")
            elif size >= SMALLEST:
                self.count += 1
                stamp = data.find(STAMP, start, start + size)
                if stamp > 0:
                    stamp += len(STAMP)
                    self.delays.append(now - int(data[stamp : stamp + STAMP_DIGITS]))
            newest, at = start, start + size
        client.rest = data[at:]
        if newest >= 0:
            self.first = self.first or now
            self.last = now
            if self.stream:
                self.place(client, data[newest : newest + 120])

    @staticmethod
    def place(client: Client, text: bytes) -> None:
        for name in (b'"upto":', b'"offset":'):
            at = text.find(name)
            if at > 0:
                client.offset = int(text[at + len(name) :].split(b",", 1)[0].rstrip(b"}"))
                return

    def acknowledge(self) -> None:
        now = time.monotonic()
        for _ in range(len(self.clients)):
            client = self.clients[self.next % len(self.clients)]
            if client.ack_at > now:
                return
            client.ack_at = now + 1.0
            self.next += 1
            if client.offset >= 0:
                try:
                    client.socket.send(masked(f'{{"t":"ack","offset":{client.offset}}}'))
                except OSError:
                    self.lost += 1


if __name__ == "__main__":
    load = Load(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    print("{}", flush=True)
    load.run()
