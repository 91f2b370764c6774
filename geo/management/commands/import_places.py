"""Loads named places from a file: a report first, and only with --commit into the database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from geo.importing.places import GUESSES, UnreadablePlaces, plan_places


class Command(BaseCommand):
    help = "Compares a file of places (CSV, GeoJSON, Shapefile) with what its source has now; --commit stores it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="", help="name of the source; default: the file's name")
        parser.add_argument("--licence", default="", help="for rows that name none")
        parser.add_argument("--attribution", default="", help="what has to be shown on the map for this source")
        parser.add_argument(
            "--field",
            action="append",
            default=[],
            metavar="USE=COLUMN",
            help=f"which column is what, for instance name=TEN; uses: {', '.join(GUESSES)}",
        )
        parser.add_argument("--layer", default="", help="layer of a file that has several")
        parser.add_argument("--crs", default="", help="reference system of the file, for instance EPSG:9210")
        parser.add_argument("--commit", action="store_true", help="store it; without this nothing is written")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path} does not exist")
        mapping = dict(given.partition("=")[::2] for given in options["field"])
        try:
            plan = plan_places(
                path,
                source=options["source"] or path.stem,
                licence=options["licence"],
                attribution=options["attribution"],
                mapping=mapping,
                crs=options["crs"],
                layer=options["layer"],
            )
        except (UnreadablePlaces, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        for line in plan.report():
            self.stdout.write(line)
        if not options["commit"]:
            self.stdout.write("Nothing was written. Give --commit to store it.")
            return
        plan.load()
        self.stdout.write("Stored.")
