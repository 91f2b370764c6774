"""Loads a file of boundaries as an area set: a report first, and only with --commit into the database."""

from __future__ import annotations

import datetime as dt
import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from geo.importing.checking import Limits
from geo.importing.figures import BadFigures
from geo.importing.plan import AreaImport, plan_import
from geo.importing.reading import UnreadableFile


class Command(BaseCommand):
    help = "Checks a GeoJSON, Shapefile or GeoPackage of administrative units and, with --commit, loads it as a set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--set", required=True, dest="set_name", help="name of the area set, for instance 2025")
        parser.add_argument("--from", required=True, dest="valid_from", type=dt.date.fromisoformat)
        parser.add_argument("--until", dest="valid_until", type=dt.date.fromisoformat, help="first day not in force")
        parser.add_argument("--level", choices=("ward", "district"), default="ward")
        parser.add_argument("--code-field", default="")
        parser.add_argument("--name-field", default="")
        parser.add_argument("--parent-field", default="", help="code of the unit above")
        parser.add_argument("--parent-name-field", default="")
        parser.add_argument("--layer", default="", help="layer of a file that has several")
        parser.add_argument("--crs", default="", help="reference system of the file, for instance EPSG:9210")
        parser.add_argument("--reference", type=Path, help="CSV of known figures; default: the ones that came along")
        parser.add_argument("--no-reference", action="store_true", help="compare with no known figures")
        parser.add_argument("--source", default="", help="where the file comes from")
        parser.add_argument("--licence", default="")
        parser.add_argument("--approximate", action="store_true", help="mark as not good enough for dispatch")
        parser.add_argument("--max-overlap-m2", type=float, default=Limits.overlap_m2)
        parser.add_argument("--max-gap-m2", type=float, default=Limits.gap_m2)
        parser.add_argument("--commit", action="store_true", help="load it; without this nothing is written")

    def handle(self, *args: Any, **options: Any) -> None:
        given = {
            "code": options["code_field"],
            "name": options["name_field"],
            "parent": options["parent_field"],
            "parent_name": options["parent_name_field"],
        }
        path: Path = options["file"]
        try:
            plan = plan_import(
                AreaImport(
                    path=path,
                    set_name=options["set_name"],
                    valid_from=options["valid_from"],
                    valid_until=options["valid_until"],
                    level=options["level"],
                    mapping={use: name for use, name in given.items() if name},
                    crs=options["crs"],
                    layer=options["layer"],
                    reference=options["reference"],
                    without_reference=options["no_reference"],
                    source=options["source"] or path.name,
                    licence=options["licence"],
                    is_approximate=options["approximate"],
                    limits=Limits(overlap_m2=options["max_overlap_m2"], gap_m2=options["max_gap_m2"]),
                )
            )
        except (UnreadableFile, BadFigures) as error:
            raise CommandError(str(error)) from error
        for line in plan.report():
            self.stdout.write(line)
        if not plan.can_be_loaded:
            raise CommandError(f"refused: {len(plan.findings.problems)} problems, nothing was written")
        if not options["commit"]:
            self.stdout.write("Nothing was written. Give --commit to load it.")
            return
        generation = plan.load(file_sha256=hashlib.sha256(path.read_bytes()).hexdigest())
        self.stdout.write(f"Loaded as generation {generation.token} of set {options['set_name']}, now in force.")
