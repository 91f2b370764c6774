from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from geo.warming import warm
from incidents.intake.worker import Worker
from incidents.knowledge.finding import read_answers


class Command(BaseCommand):
    help = "Takes up steps that were left, sends messages, tidies. Runs until SIGTERM or Ctrl+C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do all that is due now, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker()
        if options["once"]:
            self.stdout.write(f"done: {worker.run_once()}")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        warm(read_answers)
        worker.run()
