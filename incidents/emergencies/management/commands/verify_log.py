from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from incidents.emergencies.log.verifying import verify
from incidents.records.models import Incident


class Command(BaseCommand):
    help = "Holds the logs of shared incidents against their hashes and seals; names each entry that was tampered with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--incident", help="only this one, for instance 1022-000123")

    def handle(self, *args: Any, **options: Any) -> None:
        pk = None
        if code := options["incident"]:
            found = Incident.objects.by_code(code).first()
            if found is None:
                raise CommandError(f"there is no incident {code}")
            pk = found.pk
        tampered = 0
        for finding in verify(pk):
            tampered += finding.what == "tampered"
            print(f"{finding.what:9} {finding.where}: {finding.why}")
        if tampered:
            raise CommandError(f"{tampered} entries are not what was written")
        print("The logs are what was written.")
