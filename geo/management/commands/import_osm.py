"""Loads streets and places from an OpenStreetMap file: a report first, and only with --commit into the database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from geo.importing.osm import UnreadableOsm, plan_osm


class Command(BaseCommand):
    help = "Reads streets, crossroads, house numbers, kilometre posts and places of a .osm.pbf or .osm file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--commit", action="store_true", help="load it; without this nothing is written")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            plan = plan_osm(options["file"])
        except UnreadableOsm as error:
            raise CommandError(str(error)) from error
        for line in plan.report():
            self.stdout.write(line)
        if plan.changes_nothing:
            self.stdout.write("Nothing has changed since the last import.")
        elif not options["commit"]:
            self.stdout.write("Nothing was written. Give --commit to load it.")
        else:
            loading = plan.load()
            self.stdout.write(f"Loaded as {loading.token}, now in force. © OpenStreetMap contributors, ODbL 1.0.")
