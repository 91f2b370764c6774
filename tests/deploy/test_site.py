"""The deployed site as processes: production settings, TLS at nginx, two web processes, one Redis that may die."""

import base64
import json
import os
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.processes import wait_until
from tests.harness.topology import AGENCY_HOST, PRODUCTION_HOST, Topology


@pytest.fixture(scope="module")
def site() -> Iterator[Topology]:
    with (
        tempfile.TemporaryDirectory(prefix="opscenter-deploy-", ignore_cleanup_errors=True) as name,
        Topology(Path(name) / "site", production=True) as topology,
    ):
        yield topology


def tls_socket(site: Topology) -> ssl.SSLSocket:
    context = ssl._create_unverified_context()
    return context.wrap_socket(socket.create_connection(("127.0.0.1", site.port), 10), server_hostname=PRODUCTION_HOST)


def status_of(raw: bytes) -> int:
    return int(raw.split(b" ", 2)[1])


def test_every_process_answers_and_is_healthy(site: Topology) -> None:
    assert site.get("/health/")[::2] == (200, b"ok")
    for port in site.web_ports:
        assert site.get("/health/", port=port)[0] == 200
        check = subprocess.run(
            [os.fspath(Path("build/venv/bin/python")), "-m", "opscenter.launch.health"],
            env={**site.env, "PORT": str(port)},
            check=False,
        )
        assert check.returncode == 0
    assert site.worker.running


def test_a_page_comes_with_its_protections(site: Topology) -> None:
    status, headers, body = site.get("/", headers={"Accept": "text/html"})
    assert status == 200
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert b"<html" in body
    cookies = headers.get_all("Set-Cookie") or []
    assert all("Secure" in cookie for cookie in cookies)


def test_static_files_come_from_nginx_and_live_long(site: Topology) -> None:
    largest = max((site.static / "assets").glob("*.js"), key=lambda file: file.stat().st_size)
    status, headers, _ = site.get(f"/static/assets/{largest.name}", headers={"Accept-Encoding": "gzip"})
    assert status == 200
    assert headers["Content-Encoding"] == "gzip"
    assert "immutable" in headers["Cache-Control"]
    assert headers["Server"] == "nginx"
    assert site.get("/static/icon.svg")[0] == 200
    assert site.get("/static/../manage.py")[0] in {400, 404}


def test_another_host_name_is_refused(site: Topology) -> None:
    assert site.get("/", headers={"Host": "evil.example"})[0] == 400


def test_plain_http_is_sent_on(site: Topology) -> None:
    with socket.create_connection(("127.0.0.1", site.plain_port), 10) as plain:
        plain.sendall(f"GET /room/ HTTP/1.1\r\nHost: {PRODUCTION_HOST}\r\nConnection: close\r\n\r\n".encode())
        answer = plain.recv(4000)
    assert status_of(answer) == 308
    assert f"Location: https://{PRODUCTION_HOST}/room/".encode() in answer


def test_an_upload_above_the_limit_is_refused_at_once(site: Topology) -> None:
    with tls_socket(site) as secure:
        head = f"POST / HTTP/1.1\r\nHost: {PRODUCTION_HOST}\r\nContent-Length: {200 * 1024 * 1024}\r\n\r\n"
        secure.sendall(head.encode())
        assert status_of(secure.recv(4000)) == 413


def test_the_agencies_site_is_one_of_its_own(site: Topology) -> None:
    """Through the same nginx: own pages, own cookies, an app whose scope is its own; nothing of the first site."""

    def at(path: str, host: str = AGENCY_HOST) -> tuple[int, Any, bytes]:
        return site.get(path, headers={"Host": host})

    assert at("/")[1]["Location"] == "/inbox/"
    assert at("/inbox/")[1]["Location"].startswith("/accounts/login/")
    status, headers, _body = at("/accounts/login/")
    cookies = headers.get_all("Set-Cookie")
    assert status == 200
    assert cookies
    assert all("domain=" not in cookie.lower() for cookie in cookies)
    status, headers, body = at("/inbox/manifest.webmanifest")
    assert (status, headers["Content-Type"]) == (200, "application/manifest+json")
    app = json.loads(body)
    assert (app["scope"], app["start_url"]) == ("/inbox/", "/inbox/")
    assert {200} == {at(icon["src"])[0] for icon in app["icons"]}
    assert at("/inbox/worker.js")[0] == 200
    for path in ("/room/", "/wall/", "/admin/", "/rules/", "/tra-cuu/", "/sw.js", "/manifest.webmanifest"):
        assert at(path)[0] == 404, path
        assert at(path, AGENCY_HOST.upper())[0] == 404, path
    # Sent over with what was asked for; a link that was in a message opens on both.
    assert at("/inbox/?x=1", PRODUCTION_HOST)[1]["Location"] == f"https://{AGENCY_HOST}/inbox/?x=1"
    with socket.create_connection(("127.0.0.1", site.plain_port), 10) as plain:
        plain.sendall(f"GET /inbox/ HTTP/1.1\r\nHost: {AGENCY_HOST}\r\nConnection: close\r\n\r\n".encode())
        assert f"Location: https://{AGENCY_HOST}/inbox/".encode() in plain.recv(4000)
    # A page of one site opens no stream of the other, although the browser would send the cookie along.
    assert status_of(upgrade(site, f"https://{PRODUCTION_HOST}", AGENCY_HOST)) == 403
    assert status_of(upgrade(site, f"https://{AGENCY_HOST}", AGENCY_HOST)) == 101


def upgrade(site: Topology, origin: str, host: str = PRODUCTION_HOST) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    with tls_socket(site) as secure:
        secure.sendall(
            f"GET /ws/stream/ HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: {origin}\r\n\r\n".encode()
        )
        return bytes(secure.recv(4000))


def test_the_stream_reaches_a_web_process_and_asks_who(site: Topology) -> None:
    # Nobody is signed in: the handshake gets through nginx, and the application itself says no or closes.
    answer = upgrade(site, f"https://{PRODUCTION_HOST}")
    assert status_of(answer) in {101, 403}
    assert b"nginx" not in answer.split(b"\r\n\r\n", 1)[1] if b"\r\n\r\n" in answer else True
    assert status_of(upgrade(site, "https://evil.example")) == 403


def test_a_killed_web_process_is_not_noticed(site: Topology) -> None:
    first = site.web[0]
    first.kill()
    try:
        assert [site.get("/health/")[0] for _ in range(6)] == [200] * 6
    finally:
        first.start()
    assert site.get("/health/", port=site.web_ports[0])[0] == 200


def test_without_redis_everything_answers(site: Topology) -> None:
    assert site.redis is not None
    site.redis.stop()
    try:
        assert [site.get(path)[0] for path in ("/health/", "/")] == [200, 200]
        assert site.worker.running
    finally:
        site.redis.start()
    assert site.get("/")[0] == 200


def test_a_database_that_restarts_is_found_again(site: Topology) -> None:
    assert site.postgres is not None
    site.postgres.program.restart()
    assert wait_until(lambda: site.get("/health/")[0] == 200, 20)
    assert wait_until(lambda: all(site.get("/health/", port=port)[0] == 200 for port in site.web_ports), 20)
    assert site.worker.running


def test_the_proxys_view_of_the_client_counts(site: Topology) -> None:
    """The application sees the address nginx saw, not the one the client claims."""
    with site.orm():
        pass
    printed = site.manage(
        "shell", "-v", "0", "-c",
        "from django.test import RequestFactory; from opscenter.budgets import client_address; "
        "print(client_address(RequestFactory().get('/', HTTP_X_FORWARDED_FOR='6.6.6.6, 203.0.113.9')))",
    )  # fmt: skip
    assert printed.strip().splitlines()[-1] == "203.0.113.9"
