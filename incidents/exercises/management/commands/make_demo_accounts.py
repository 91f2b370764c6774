"""manage.py make_demo_accounts: one account for each role, in the demonstration only."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from incidents.exercises.demonstration import MissingAgency, NotADemonstration, make_demonstration, table_file


class Command(BaseCommand):
    help = "Makes the demonstration's accounts, wall link and partner's key where they are missing, and prints them."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            table = make_demonstration()
        except NotADemonstration as error:
            raise CommandError("This prints passwords, so it works with OPSCENTER_MODE=demonstration only.") from error
        except MissingAgency as error:
            raise CommandError(f"There is no agency {error}: run manage.py load_reference first.") from error
        if options["verbosity"] > 0:
            self.stdout.write(table)
            self.stdout.write(f"  Kept in {table_file()}")
