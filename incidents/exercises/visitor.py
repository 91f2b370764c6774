"""Somebody at the other end of HTTP: keeps cookies, waits when told to, and knows one address alone.

This is how the scenario comes in: the same requests a browser, a partner's machine or Zalo sends. It never talks to
another machine.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

# A budget that is used up says when to come back; nobody waits longer than this for one answer.
LONGEST_WAIT_S = 30.0
TRIES = 5


class NotThisMachine(ValueError):
    """The address names another machine, or is no http:// address."""


class NoAnswer(RuntimeError):
    """The server did not answer, or went on refusing for too long."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form."""

    name: str
    content: bytes
    kind: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body)


def own_address(address: str) -> tuple[str, int]:
    """Host and port of an http:// address on this machine. Raises NotThisMachine for any other."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        is_own = ipaddress.ip_address(host).is_loopback
        port = parts.port or 80
    except ValueError:
        is_own, port = host == "localhost", 80
        if is_own:
            port = urlsplit(address).port or 80
    if parts.scheme != "http" or not is_own:
        raise NotThisMachine(address)
    return host, port


class Visitor:
    """One browser or machine. Its requests go one after the other, also from several threads."""

    def __init__(self, address: str, *, language: str = "vi") -> None:
        self.host, self.port = own_address(address)
        self.address = address.rstrip("/")
        self.language = language
        self.cookies: dict[str, str] = {}
        self._connection: http.client.HTTPConnection | None = None
        self._lock = threading.Lock()

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, {})

    def post_form(self, path: str, fields: Mapping[str, str], files: Sequence[tuple[str, Upload]] = ()) -> Answer:
        """A form as a browser sends it, with the hidden CSRF field."""
        fields = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **fields}
        if files:
            kind, body = _multipart(fields, files)
        else:
            kind, body = "application/x-www-form-urlencoded", urlencode(fields).encode()
        return self._ask("POST", path, body, {"Content-Type": kind})

    def post_json(self, path: str, sent: object, headers: Mapping[str, str] | None = None) -> Answer:
        return self._ask(
            "POST",
            path,
            json.dumps(sent).encode(),
            {"Content-Type": "application/json", **self._csrf(), **(headers or {})},
        )

    def post_files(
        self, path: str, fields: Mapping[str, str], files: Sequence[tuple[str, Upload]], headers: Mapping[str, str]
    ) -> Answer:
        """A multipart request as scripts send it: the CSRF token in the header."""
        kind, body = _multipart(fields, files)
        return self._ask("POST", path, body, {"Content-Type": kind, **self._csrf(), **headers})

    def post_bytes(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        return self._ask("POST", path, body, headers)

    def close(self) -> None:
        with self._lock:
            self._hang_up()

    def _csrf(self) -> dict[str, str]:
        return {"X-CSRFToken": self.cookies.get("csrftoken", "")}

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """One answer; waits politely on 429 and 503, and asks again when the connection broke. Raises NoAnswer."""
        trouble = ""
        for attempt in range(TRIES):
            try:
                with self._lock:
                    answer = self._ask_once(method, path, body, headers)
            except (http.client.HTTPException, OSError) as error:
                trouble = str(error) or type(error).__name__
                time.sleep(min(2.0**attempt, LONGEST_WAIT_S))
                continue
            if answer.status not in {429, 503}:
                return answer
            trouble = f"status {answer.status}"
            wait = answer.headers.get("retry-after", "")
            time.sleep(min(float(wait) if wait.isdigit() else 2.0**attempt, LONGEST_WAIT_S))
        raise NoAnswer(f"{method} {path}: {trouble}")

    def _ask_once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        sent = {
            "Accept-Language": self.language,
            "User-Agent": "opscenter-scenario",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **headers,
        }
        try:
            self._connection.request(method, path, body, sent)
            response = self._connection.getresponse()
            content = response.read()
        except BaseException:
            self._hang_up()
            raise
        self._keep_cookies(response.headers.get_all("Set-Cookie") or [])
        return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, content)

    def _keep_cookies(self, lines: Sequence[str]) -> None:
        for line in lines:
            try:
                cookies = SimpleCookie(line)
            except CookieError:
                continue
            for name, morsel in cookies.items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _multipart(fields: Mapping[str, str], files: Sequence[tuple[str, Upload]]) -> tuple[str, bytes]:
    """Content type and body of multipart/form-data (RFC 7578)."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, file in files:
        head = f'Content-Disposition: form-data; name="{name}"; filename="{file.name}"\r\nContent-Type: {file.kind}'
        parts.append(f"--{boundary}\r\n{head}\r\n\r\n".encode() + file.content + b"\r\n")
    return f"multipart/form-data; boundary={boundary}", b"".join([*parts, f"--{boundary}--\r\n".encode()])
