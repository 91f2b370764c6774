"""The scenario's HTTP client: this machine alone, cookies kept, waits when told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from incidents.exercises import visitor as module
from incidents.exercises.visitor import NoAnswer, NotThisMachine, Upload, Visitor, own_address


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server = self.server
        server.seen.append((self.command, self.path, dict(self.headers), body))
        status, headers = server.answers.pop(0) if server.answers else (200, [])
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def door() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.seen, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def visitor(door) -> Iterator[Visitor]:
    one = Visitor(f"http://127.0.0.1:{door.server_port}")
    yield one
    one.close()


@pytest.fixture
def slept(monkeypatch) -> list[float]:
    waits: list[float] = []
    monkeypatch.setattr(module.time, "sleep", waits.append)
    return waits


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("http://127.0.0.1:8000/", ("127.0.0.1", 8000)),
        ("http://localhost", ("localhost", 80)),
        ("http://[::1]:81", ("::1", 81)),
    ],
)
def test_this_machine(address, expected):
    assert own_address(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "http://1022.binhduong.gov.vn",
        "http://10.0.0.1:8000",
        "http://127.0.0.1.example:8000",
        "http://0.0.0.0:8000",
        "https://127.0.0.1",
        "127.0.0.1:8000",
        "http://user@192.0.2.1/127.0.0.1",
        "",
    ],
)
def test_no_other_machine(address):
    with pytest.raises(NotThisMachine):
        Visitor(address)


def test_cookies_come_back_and_forms_carry_the_token(door, visitor):
    door.answers = [(200, [("Set-Cookie", "csrftoken=abc; Path=/"), ("Set-Cookie", "sessionid=1; HttpOnly")])]
    visitor.get("/")
    visitor.post_form("/phan-anh/", {"words": "Ổ gà"})
    _method, path, headers, body = door.seen[-1]
    assert path == "/phan-anh/"
    assert set(headers["Cookie"].split("; ")) == {"csrftoken=abc", "sessionid=1"}
    assert body.startswith(b"csrfmiddlewaretoken=abc&words=")
    visitor.post_json("/api/reports", {"words": "x"}, {"X-Action-Id": "1"})
    _method, _path, headers, body = door.seen[-1]
    assert (headers["X-CSRFToken"], headers["X-Action-Id"], json.loads(body)) == ("abc", "1", {"words": "x"})


def test_a_deleted_cookie_is_forgotten(door, visitor):
    door.answers = [(200, [("Set-Cookie", "sessionid=1")]), (200, [("Set-Cookie", 'sessionid=""; Max-Age=0')])]
    visitor.get("/")
    visitor.get("/")
    assert visitor.cookies == {}


def test_files_are_sent_as_django_reads_them(door, visitor, rf):
    visitor.post_form("/", {"words": "Ổ gà"}, [("photos", Upload("a.jpg", b"\xff\xd8\r\n--x"))])
    _method, _path, headers, body = door.seen[-1]
    request = rf.generic("POST", "/", body, content_type=headers["Content-Type"])
    assert request.POST["words"] == "Ổ gà"
    assert request.FILES["photos"].read() == b"\xff\xd8\r\n--x"


def test_it_waits_as_long_as_it_is_told_to_and_no_longer_than_it_may(door, visitor, slept):
    door.answers = [(429, [("Retry-After", "7")]), (429, [("Retry-After", "4000")]), (503, []), (200, [])]
    assert visitor.get("/").status == 200
    assert slept == [7.0, module.LONGEST_WAIT_S, 4.0]


def test_it_gives_up_at_last(door, visitor, slept):
    door.answers = [(429, [("Retry-After", "1")])] * module.TRIES
    with pytest.raises(NoAnswer):
        visitor.get("/")
    assert len(door.seen) == module.TRIES


def test_other_refusals_are_answers(door, visitor, slept):
    door.answers = [(422, []), (500, [])]
    assert [visitor.get("/").status, visitor.get("/").status] == [422, 500]
    assert slept == []


def test_nobody_at_home(slept):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    port = server.server_port
    server.server_close()
    with pytest.raises(NoAnswer):
        Visitor(f"http://127.0.0.1:{port}").get("/")


def test_redirects_are_not_followed(door, visitor):
    door.answers = [(302, [("Location", "http://192.0.2.1/")])]
    assert visitor.get("/").headers["location"] == "http://192.0.2.1/"
    assert len(door.seen) == 1
