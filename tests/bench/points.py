"""How many metres off crossings, kilometres and house numbers are, on a town whose every point is known.

The town of tests/geo/town.py is written as .osm and as .osm.pbf, imported by the command, and asked for in words.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.lines import Line

ROOT = Path(__file__).resolve().parent.parent.parent
ON = dt.date(2020, 1, 1)
KNOWN_HOUSES = (1, 2, 21, 22, 61, 62, 119, 120)


def measure(small: bool) -> list[Line]:
    """In a process with a database of its own, once for each format."""
    lines = []
    for suffix in (".osm", ".osm.pbf"):
        with tempfile.TemporaryDirectory() as folder:
            settings = {
                "OPSCENTER_DATABASE_URL": f"spatialite://{folder}/bench.sqlite3",
                "OPSCENTER_MODE": "development",
                "OPSCENTER_AREA_SET": "",
            }
            command = [sys.executable, "-m", "tests.bench.points", f"{folder}/town{suffix}"]
            environment = os.environ | settings
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment)
        for kind, (asked, answered, median, worst, inside) in json.loads(done.stdout.splitlines()[-1]).items():
            title = f"{kind} in {suffix}"
            lines += [
                Line(f"{title}: answered with a point", 100 * answered / asked, "%", floor=100.0),
                Line(f"{title}: off, median", median, "m", ceiling=20.0),
                Line(f"{title}: off, worst", worst, "m", ceiling=45.0),
                Line(f"{title}: true point inside the radius given", 100 * inside / asked, "%", floor=90.0),
            ]
    return lines


def questions() -> Iterator[tuple[str, str, str, tuple[float, float]]]:
    """(what, kind of answer, words, the true point on the town's plane)."""
    from tests.geo.town import house_at, km_at

    for number in range(1, 121):
        what = "known house numbers" if number in KNOWN_HOUSES else "house numbers between known ones"
        yield what, "house", f"{number} đường Lê Văn Mẫu, phường Hiệp Thành", house_at(number)
    for metres in range(0, 2001, 100):
        km = 10 + metres / 1000
        yield "kilometres", "kilometre", f"Km{metres // 1000 + 10}+{metres % 1000:03} QL99", km_at(km)
    for words, at in (
        ("ngã tư Lê Văn Mẫu và Trần Thị Thử", (0.0, 0.0)),
        ("ngã ba Lê Văn Mẫu với đường D1", (300.0, 0.0)),
        ("vòng xoay Phạm Văn Vòng và Nguyễn Thị Nối", (-400.0, 400.0)),
    ):
        yield "crossings", "crossing", words, at


def main(path: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    import django

    django.setup()
    import osmium
    from django.core.management import call_command
    from shapely import Point

    from geo.importing.loading import load_generation, set_with_dates
    from geo.resolver import resolve
    from tests.geo.conftest import NEW_FROM, OLD_FROM, old_units
    from tests.geo.town import PLANE, town

    call_command("migrate", verbosity=0)
    made = set_with_dates("2019", OLD_FROM, NEW_FROM)
    load_generation(made, old_units(), source="made", licence="none", is_approximate=False)
    written = town(houses=KNOWN_HOUSES).write(path.with_name("written.osm"))
    with osmium.SimpleWriter(str(path)) as writer:
        for thing in osmium.FileProcessor(str(written)):
            writer.add(thing)
    call_command("import_osm", str(path), "--commit", stdout=io.StringIO())
    found: dict[str, list[tuple[float, bool] | None]] = {}
    for what, kind, words, (east, north) in questions():
        answer = resolve(words, on=ON, pinned=False).answer
        if answer is None or answer.kind != kind:
            found.setdefault(what, []).append(None)
            continue
        off = float(Point(PLANE.point(answer.lon, answer.lat)).distance(Point(east, north)))
        found.setdefault(what, []).append((off, off <= answer.radius_m))
    print(json.dumps({what: summed(own) for what, own in found.items()}))


def summed(own: list[tuple[float, bool] | None]) -> tuple[int, int, float, float, int]:
    """(asked, answered, metres off in the median, at worst, how many within the radius given)."""
    answered = [one for one in own if one is not None]
    offs = sorted(off for off, _inside in answered) or [0.0]
    return (
        len(own),
        len(answered),
        round(offs[len(offs) // 2], 1),
        round(offs[-1], 1),
        sum(inside for _off, inside in answered),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
