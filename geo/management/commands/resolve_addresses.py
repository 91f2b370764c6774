"""manage.py resolve_addresses [--on DATE]: addresses from standard input, what each means as a line of JSON."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from geo.answering import as_answer
from geo.areas import set_index_on
from geo.resolver import resolve


class Command(BaseCommand):
    help = (
        "Reads addresses or descriptions of places from standard input, one a line, and writes one JSON object a line: "
        "text, answer (or null), candidates, needs_person, reasons."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on", type=dt.date.fromisoformat, default=None, metavar="DATE",
            help="answer with the units in force on this date, e.g. 2019-12-01 (default: today, or the pinned set)",
        )  # fmt: skip

    def handle(self, **options: Any) -> None:
        on: dt.date | None = options["on"]
        # A date that is asked for goes before the set that this deployment pins.
        pinned = on is None
        on = on or timezone.localdate()
        if set_index_on(on, pinned=pinned) is None:
            raise CommandError(f"no areas are loaded for {on.isoformat()}: load some first (manage.py import_areas)")
        try:
            for text in lines(sys.stdin.buffer):
                found = as_answer(text, resolve(text, on=on, pinned=pinned))
                self.stdout.write(json.dumps(found, ensure_ascii=False))
            self.stdout.flush()
        except BrokenPipeError:
            # Who reads has enough (`| head`). What is still buffered must not be tried again when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a file in UTF-8, with or without a mark; what is no UTF-8 is kept as replacement signs."""
    for number, line in enumerate(file):
        text = line.rstrip(b"\r\n").decode("utf-8", errors="replace")
        yield text.removeprefix("\ufeff") if number == 0 else text
