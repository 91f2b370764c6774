"""Reads the hotline's mailbox until it is stopped: one process of its own."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from incidents.doors import mail_reading


class Command(BaseCommand):
    help = "Reads the mailbox of OPSCENTER_IMAP_HOST; each new mail is handed to the worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="read what is there, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IMAP_HOST:
            raise CommandError("OPSCENTER_IMAP_HOST is not set: there is no mailbox to read.")
        if options["once"]:
            with mail_reading.connect() as box:
                self.stdout.write(f"{mail_reading.read_new(box)} mails")
            return
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        mail_reading.run(stopping)
