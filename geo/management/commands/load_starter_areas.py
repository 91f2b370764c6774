"""Loads approximate starter areas for the known sets that have none, so that a first start shows a map."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from geo.importing.known_sets import load_starter_areas


class Command(BaseCommand):
    help = "Loads approximate starter areas for each known area set without areas; others are left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_starter_areas()
        if loaded:
            names = ", ".join(loaded)
            self.stdout.write(f"Starter areas loaded for {names}: approximate, import real borders for dispatch.")
        elif options["verbosity"] > 1:
            self.stdout.write("Every known area set has areas already.")
