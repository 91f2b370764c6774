"""Prints a new key for notifications, as a line for the environment."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from incidents.delivery.push import keys


class Command(BaseCommand):
    help = "Makes the key by which push services know this hotline. Changing it ends every notification that is on."

    def handle(self, *args: Any, **options: Any) -> None:
        private, public = keys.make()
        self.stdout.write(f"OPSCENTER_PUSH_PRIVATE_KEY={private}")
        self.stderr.write(
            f"The public key, which browsers are given by themselves: {public}\n"
            "Keep the first line secret. Notifications then leave through the browser makers' services."
        )
