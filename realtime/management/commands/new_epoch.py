from typing import Any

from django.core.management.base import BaseCommand

from realtime import log


class Command(BaseCommand):
    help = "Begins a new epoch of the live stream. Run it after each restore of the database, before users come back."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"New epoch {log.new_epoch()}: every connected screen now takes a fresh snapshot.")
