"""Downloads the public borders of fixtures/areas/sources.toml, checks them, and imports them."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from geo.importing.figures import BadFigures
from geo.importing.plan import AreaImport, plan_import
from geo.importing.reading import UnreadableFile
from geo.importing.sources import Source, SourceRefused, download, read_sources
from geo.models import AreaSet


class Command(BaseCommand):
    help = "Downloads, verifies and imports public area sets. Sets with real borders already are left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", help="sources to fetch; default: all")
        parser.add_argument("--sources", type=Path, help="another sources.toml")
        parser.add_argument(
            "--sha256", action="append", default=[], metavar="NAME=DIGEST", help="a checksum you have confirmed"
        )
        parser.add_argument("--again", action="store_true", help="also sets that have real borders already")

    def handle(self, *args: Any, **options: Any) -> None:
        confirmed = dict(given.split("=", 1) for given in options["sha256"] if "=" in given)
        try:
            sources = read_sources(options["sources"])
        except (SourceRefused, OSError) as error:
            raise CommandError(str(error)) from error
        unknown = set(options["names"]) - {source.name for source in sources}
        if unknown:
            raise CommandError(f"no source named {', '.join(sorted(unknown))}")
        refused = 0
        for source in sources:
            if options["names"] and source.name not in options["names"]:
                continue
            if not options["again"] and _has_borders(source):
                self.stdout.write(f"{source.name}: the set {source.set_name} has its borders already")
                continue
            try:
                self._fetch(source, confirmed.get(source.name, ""))
            except (SourceRefused, UnreadableFile, BadFigures) as error:
                refused += 1
                self.stderr.write(str(error))
        if refused:
            raise CommandError(f"{refused} of the sources were not imported")

    def _fetch(self, source: Source, confirmed: str) -> None:
        self.stdout.write(f"{source.name}: {source.title}, {source.licence}, {source.homepage}")
        downloaded = download(source, Path(settings.DATA_DIR) / "areas" / source.name, confirmed)
        plan = plan_import(
            AreaImport(
                path=downloaded.path,
                set_name=source.set_name,
                valid_from=source.valid_from,
                valid_until=source.valid_until,
                level=source.level,
                mapping=source.mapping,
                crs=source.crs,
                source=f"{source.title} ({source.homepage})",
                licence=source.licence,
            )
        )
        for line in plan.report():
            self.stdout.write(line)
        if not plan.can_be_loaded:
            raise SourceRefused(f"{source.name}: {len(plan.findings.problems)} problems, nothing was imported")
        generation = plan.load(file_sha256=downloaded.sha256)
        self.stdout.write(f"{source.name}: loaded as generation {generation.token}, now in force")


def _has_borders(source: Source) -> bool:
    return AreaSet.objects.filter(name=source.set_name, current__complete=True, current__is_approximate=False).exists()
