"""manage.py load_reference [--dry-run] [--force]: brings fixtures/ into the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from incidents.reference.files import WrongReference
from incidents.reference.loading import FIXTURES, load


class Command(BaseCommand):
    help = (
        "Loads agencies, categories, keywords and rules of competence from fixtures/: adds and updates by code, "
        "never deletes, and leaves alone what did not change in the files."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="folder", type=Path, default=FIXTURES, help="another folder of such files")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--force", action="store_true", help="read files that did not change too")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcomes = load(options["folder"], dry_run=options["dry_run"], force=options["force"])
        except FileNotFoundError as error:
            raise CommandError(f"{error.filename} is missing") from error
        except WrongReference as error:
            raise CommandError("\n".join(error.problems)) from error
        for one in outcomes:
            if one.unchanged:
                if options["verbosity"] > 1:
                    self.stdout.write(f"{one.file}: unchanged")
                continue
            if options["verbosity"] < 1:
                continue
            text = f"{one.file}: {one.added} added, {one.updated} updated"
            if one.left_over:
                text += f", {one.left_over} no longer in the file (kept)"
            self.stdout.write(text)
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was changed.")
