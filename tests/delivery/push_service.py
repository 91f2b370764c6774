"""A push service on this machine, and a browser that reads what comes: real encryption on both sides."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from tests.harness.processes import free_port


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Browser:
    """A subscription, and the private half of it that never leaves a browser."""

    endpoint: str
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    def subscription(self) -> dict[str, Any]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": self.endpoint,
            "expirationTime": None,
            "keys": {"p256dh": text(point), "auth": text(self.secret)},
        }

    def read(self, body: bytes) -> dict[str, Any]:
        """What the browser's worker gets. Raises when it was encrypted for another browser."""
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        return dict(json.loads(plain))


@dataclass
class Pushed:
    path: str
    headers: dict[str, str]
    body: bytes

    def claims(self) -> dict[str, Any]:
        """Who says to have sent it, to which service, until when; the signature is checked."""
        authorization = self.headers["authorization"]
        assert Vapid02.verify(authorization)
        token = authorization.partition("t=")[2].partition(",")[0].split(".")[1]
        return dict(json.loads(base64.urlsafe_b64decode(token + "==")))

    def key(self) -> str:
        return self.headers["authorization"].partition("k=")[2]


@dataclass
class PushService:
    """Answers 201 unless a test has put other statuses in front."""

    port: int
    pushed: list[Pushed] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def browser(self, name: str = "one") -> Browser:
        return Browser(f"{self.origin}/wpush/v2/{name}")


@contextlib.contextmanager
def serving(port: int = 0) -> Iterator[PushService]:
    """The service, until the block ends."""
    service = PushService(port or free_port())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            service.pushed.append(Pushed(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(service.answers.pop(0) if service.answers else 201)
            self.send_header("Location", f"{service.origin}/message/1")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", service.port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
