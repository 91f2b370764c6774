"""Loads named places from a CSV file: a report first, and only with --commit into the database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from geo.importing.places import UnreadablePlaces, load_places, plan_places


class Command(BaseCommand):
    help = "Compares a CSV of places (name, lat, lon, …) with the stored ones of its source; --commit stores it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="", help="name of the source; default: the file's name")
        parser.add_argument("--licence", default="", help="for rows that name none")
        parser.add_argument("--commit", action="store_true", help="store it; without this nothing is written")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path} does not exist")
        try:
            plan = plan_places(path, source=options["source"] or path.stem, licence=options["licence"])
        except (UnreadablePlaces, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        for line in plan.report():
            self.stdout.write(line)
        if not options["commit"]:
            self.stdout.write("Nothing was written. Give --commit to store it.")
            return
        load_places(plan)
        self.stdout.write("Stored.")
