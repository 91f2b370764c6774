"""A real SMTP server on this machine whose answers a test chooses."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mailbox:
    """What arrived, and how the next commands are answered."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.rcpt_answers: list[str] = []
        self.data_answers: list[str] = []
        # Set, the server waits with its answer to DATA until `go_on` is set.
        self.holds = threading.Event()
        self.go_on = threading.Event()
        self.arrived = threading.Event()
        self.at_once = 0
        self.most_at_once = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.rcpt_answers.pop(0) if self.rcpt_answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        import asyncio

        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
            self.recipients += envelope.rcpt_tos
            self.arrived.set()
            while self.holds.is_set() and not self.go_on.is_set():
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.02)
            return self.data_answers.pop(0) if self.data_answers else "250 OK"
        finally:
            self.at_once -= 1


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """The server, with the application's settings pointing at it."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    names = ("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_TIMEOUT")
    before = {name: getattr(settings, name) for name in names}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", controller.port, 10
    try:
        yield box
    finally:
        box.go_on.set()
        for name, value in before.items():
            setattr(settings, name, value)
        controller.stop()
