"""Scripted platforms on this machine: what they post to us, signed as they sign it, and what they answer to us."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import itertools
import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.test import Client

from incidents.intake import arrivals
from tests.harness.processes import free_port
from tests.intake.world import World

Answer = tuple[int, Any]
_numbers = itertools.count(1)


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Peer:
    """A web server whose answers a test chooses; without a choice it answers as the platform does when all is well."""

    well: Callable[[Asked], Answer]
    asked: list[Asked] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def serving(well: Callable[[Asked], Answer]) -> Iterator[Peer]:
    """The peer's server, until the block ends."""
    peer = Peer(well)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_json = "json" in self.headers.get("Content-Type", "")
            body = json.loads(raw) if is_json and raw else {k: v[0] for k, v in parse_qs(raw.decode()).items()}
            one = Asked(self.path, dict(self.headers.items()), body)
            peer.asked.append(one)
            status, content = peer.answers.pop(0) if peer.answers else peer.well(one)
            sent = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in content.items() if status in {301, 302} and isinstance(content, dict) else ():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(sent)

        do_GET = do_POST = _answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    peer.port = free_port()
    server = ThreadingHTTPServer(("127.0.0.1", peer.port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


class Platform(ABC):
    """One platform as it meets us: `says` posts a message of a citizen, `peer` is what we send to."""

    door: str
    # What the door needs, and the setting that holds the address of what we send to.
    keys: dict[str, str]
    api: str

    def __init__(self, peer: Peer) -> None:
        self.peer = peer

    @abstractmethod
    def well(self, asked: Asked) -> Answer:
        """What this platform answers to a message it takes."""

    @abstractmethod
    def event(self, number: str, sender: str, text: str = "", **more: Any) -> dict[str, Any]:
        """An event with a message; `point` (lon, lat) and `picture` (an address) as this platform tells them."""

    @abstractmethod
    def headers(self, raw: bytes) -> dict[str, str]:
        """The headers that sign these bytes."""

    def post(self, event: Any, **headers: str) -> Any:
        """Posts an event, signed unless `headers` say otherwise; gives the answer."""
        raw = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        url = f"/doors/{self.door}/webhook"
        return Client().post(url, raw, content_type="application/json", headers={**self.headers(raw), **headers})

    def says(self, text: str = "", *, number: str = "", sender: str = "u1", **more: Any) -> str:
        """A citizen's message, taken by the worker; gives its number."""
        number = number or str(50_405_319_809_731_000 + next(_numbers))
        answer = self.post(self.event(number, sender, text, **more))
        assert answer.status_code == 200, answer.content
        settle()
        return number


def settle() -> None:
    """The worker takes all that came in."""
    while arrivals.take_up():
        pass


class Viber(Platform):
    door, api = "viber", "VIBER_API"
    keys = {"VIBER_TOKEN": "test-viber-token"}

    def well(self, asked: Asked) -> Answer:
        assert asked.headers["X-Viber-Auth-Token"] == settings.VIBER_TOKEN
        return 200, {"status": 0, "status_message": "ok", "message_token": 7_000_000_000_000_000_001}

    def headers(self, raw: bytes) -> dict[str, str]:
        return {"X-Viber-Content-Signature": hmac.new(b"test-viber-token", raw, hashlib.sha256).hexdigest()}

    def event(self, number: str, sender: str, text: str = "", **more: Any) -> dict[str, Any]:
        message: dict[str, Any] = {"type": "text", "text": text}
        if "point" in more:
            message = {"type": "location", "location": {"lat": more["point"][1], "lon": more["point"][0]}}
        if "picture" in more:
            message = {"type": "picture", "text": text, "media": more["picture"]}
        return {
            "event": "message",
            "timestamp": int(time.time() * 1000),
            "message_token": int(number) if number.isdigit() else number,
            "sender": {"id": sender, "name": "Người thử"},
            "message": message,
            "silent": False,
        }


class Facebook(Platform):
    door, api = "facebook", "FACEBOOK_API"
    keys = {"FACEBOOK_APP_SECRET": "app-secret", "FACEBOOK_VERIFY_TOKEN": "verify", "FACEBOOK_PAGE_TOKEN": "page-token"}

    def well(self, asked: Asked) -> Answer:
        assert asked.path == "/me/messages"
        assert asked.body["access_token"] == "page-token"
        return 200, {"recipient_id": asked.body["recipient"]["id"], "message_id": "m_ours"}

    def headers(self, raw: bytes) -> dict[str, str]:
        return {"X-Hub-Signature-256": f"sha256={hmac.new(b'app-secret', raw, hashlib.sha256).hexdigest()}"}

    def event(self, number: str, sender: str, text: str = "", **more: Any) -> dict[str, Any]:
        message: dict[str, Any] = {"mid": number, "text": text}
        if "point" in more:
            coordinates = {"lat": more["point"][1], "long": more["point"][0]}
            message["attachments"] = [{"type": "location", "payload": {"coordinates": coordinates}}]
        if "picture" in more:
            message["attachments"] = [{"type": "image", "payload": {"url": more["picture"]}}]
        at = int(time.time() * 1000)
        one = {"sender": {"id": sender}, "recipient": {"id": "PAGE"}, "timestamp": at, "message": message}
        return {"object": "page", "entry": [{"id": "PAGE", "time": at, "messaging": [one]}]}


class Zalo(Platform):
    door, api = "zalo", "ZALO_API"
    keys = {"ZALO_APP_ID": "1022", "ZALO_OA_SECRET": "oa-secret", "ZALO_SIGNATURE_SCHEME": "sha256",
            "ZALO_REFRESH_TOKEN": "refresh-0"}  # fmt: skip

    def __init__(self, peer: Peer) -> None:
        super().__init__(peer)
        # Each refresh token works once.
        self.refresh_token, self.access_token, self.renewed = "refresh-0", "", 0

    def well(self, asked: Asked) -> Answer:
        if asked.path == "/v4/oa/access_token":
            assert asked.headers["secret_key"] == "oa-secret"
            if asked.body["refresh_token"] != self.refresh_token:
                return 200, {"error": -14014, "error_name": "Invalid refresh token"}
            self.renewed += 1
            self.refresh_token, self.access_token = f"refresh-{self.renewed}", f"access-{self.renewed}"
            return 200, {"access_token": self.access_token, "refresh_token": self.refresh_token, "expires_in": "90000"}
        if asked.headers.get("access_token") != self.access_token:
            return 200, {"error": -216, "message": "Access token is invalid"}
        return 200, {"error": 0, "message": "Success", "data": {"message_id": "zalo-ours", "user_id": "u1"}}

    def headers(self, raw: bytes) -> dict[str, str]:
        try:
            timestamp = str(json.loads(raw).get("timestamp", ""))
        except (ValueError, AttributeError):
            timestamp = ""
        mac = hashlib.sha256(b"1022" + raw + timestamp.encode() + b"oa-secret").hexdigest()
        return {"X-ZEvent-Signature": f"mac={mac}"}

    def event(self, number: str, sender: str, text: str = "", **more: Any) -> dict[str, Any]:
        kind, message = "text", {"msg_id": number, "text": text}
        if "point" in more:
            lon, lat = more["point"]
            first = {"coordinates": {"latitude": str(lat), "longitude": str(lon)}}
            second = {"coordinates": {"lat": lat, "long": lon}}
            kind, shapes = (
                "location",
                [
                    {"attachments": [{"type": "location", "payload": first}]},
                    {"attachments": [{"type": "location", "payload": second}]},
                    {"location": {"latitude": lat, "longitude": lon}},
                ],
            )
            message = {"msg_id": number, **shapes[more.get("shape", 0)]}
        if "picture" in more:
            kind = "image"
            message["attachments"] = [{"type": "image", "payload": {"url": more["picture"]}}]
        return {
            "event_name": f"user_send_{kind}",
            "app_id": "1022",
            "timestamp": str(int(time.time() * 1000)),
            "sender": {"id": sender},
            "recipient": {"id": "oa1"},
            "message": message,
        }


PLATFORMS: dict[str, type[Platform]] = {"viber": Viber, "facebook": Facebook, "zalo": Zalo}


@contextlib.contextmanager
def set_up(name: str) -> Iterator[Platform]:
    """The platform, with the settings that connect it, and its server."""
    kind = PLATFORMS[name]
    with serving(lambda asked: platform.well(asked)) as peer:
        platform = kind(peer)
        wanted = {**kind.keys, kind.api: peer.address}
        if name == "zalo":
            wanted["ZALO_OAUTH"] = peer.address
        before = {key: getattr(settings, key) for key in wanted}
        for key, value in wanted.items():
            setattr(settings, key, value)
        try:
            yield platform
        finally:
            for key, value in before.items():
                setattr(settings, key, value)


@pytest.fixture(params=sorted(PLATFORMS))
def platform(request: pytest.FixtureRequest, world: World) -> Iterator[Platform]:
    """Each platform in turn, connected."""
    with set_up(request.param) as one:
        yield one


@pytest.fixture
def zalo(world: World) -> Iterator[Platform]:
    with set_up("zalo") as one:
        yield one


@pytest.fixture
def facebook(world: World) -> Iterator[Platform]:
    with set_up("facebook") as one:
        yield one


@pytest.fixture
def viber(world: World) -> Iterator[Platform]:
    with set_up("viber") as one:
        yield one
