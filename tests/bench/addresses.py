"""How often addresses are read rightly and how fast: ours, vietnamadminunits' parse_address, the longest name found.

All three read the same generated and hand-written addresses in one run, ours once more with the gazetteer of a whole
invented province, whose names must not lead it astray.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.lines import Line

if TYPE_CHECKING:
    from tests.geo.addresses.cases import Case, Tally

ROOT = Path(__file__).resolve().parent.parent.parent
MERGER = dt.date(2025, 7, 1)
PARSE, LONGEST = "parse_address", "longest name"
STEPS = (0.65, 0.8, 0.9, 0.95, 0.98)


def measure(small: bool) -> list[Line]:
    """In a process with a database of its own."""
    sizes = ["2000", "200", "1"] if small else ["200000", "20000", "3"]
    with tempfile.TemporaryDirectory() as folder:
        settings = {"OPSCENTER_DATABASE_URL": f"spatialite://{folder}/bench.sqlite3", "OPSCENTER_MODE": "development"}
        command = [sys.executable, "-m", "tests.bench.addresses", *sizes]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=os.environ | settings)
    found = json.loads(done.stdout.splitlines()[-1])
    ours, parse, longest = found["ours"], found[PARSE], found[LONGEST]
    lines = []
    for group, title, ward, district, wrong in (
        ("well formed", "well-formed addresses with a ward", 97.0, 99.0, 1.5),
        ("slips", "the same with slips, without marks", 94.0, None, 2.0),
        ("written", "addresses written by hand", 93.0, None, 2.0),
        ("all", "all addresses", 93.0, None, 2.0),
    ):
        lines += [
            Line(f"{title}: ward right", ours[group]["ward"], "%", floor=ward),
            Line(f"{title}: ward right", ours[group]["ward"], "%", PARSE, parse[group]["ward"]),
            Line(f"{title}: ward right", ours[group]["ward"], "%", LONGEST, longest[group]["ward"]),
            Line(f"{title}: ward wrong", ours[group]["wrong"], "%", ceiling=wrong),
            Line(f"{title}: ward wrong", ours[group]["wrong"], "%", PARSE, parse[group]["wrong"]),
            Line(f"{title}: ward wrong", ours[group]["wrong"], "%", LONGEST, longest[group]["wrong"]),
            Line(f"{title}: district right", ours[group]["district"], "%", floor=district),
            Line(f"{title}: district right", ours[group]["district"], "%", PARSE, parse[group]["district"]),
        ]
    for kind, share in ours["kinds"].items():
        lines.append(Line(f"class “{kind}”: ward right", share, "%", PARSE, parse["kinds"][kind]))
    # Without a floor: in starter cells things beside a place are left to a person.
    for kind, share in found["spots"]["kinds"].items():
        lines.append(Line(f"class “{kind}”, beside a whole province: ward right", share, "%"))
    for kind, share in found["landmarks"]["kinds"].items():
        lines.append(Line(f"class “{kind}”: ward right", share, "%"))
    lines.append(Line("all landmarks: ward wrong", found["landmarks"]["all"]["wrong"], "%", ceiling=2.0))
    lines.append(Line("all spots: ward wrong", found["spots"]["all"]["wrong"], "%", ceiling=2.0))
    for step, (share, count) in found["confidence"].items():
        lines.append(Line(f"answers with confidence {step} ({count}): right", share, "%"))
    for step in found["calibration"]["steps"]:
        title = (
            f"hurried addresses held out, confidence {step['low']:.2f}-{min(step['high'], 1.0):.2f} ({step['count']})"
        )
        lines.append(Line(f"{title}: right", 100 * step["right"], "%", "promised", 100 * step["promised"]))
    lines.append(
        Line("calibration error on hurried addresses held out", found["calibration"]["error"], "%", ceiling=5.0)
    )
    places, streets = f"{int(sizes[0]):,} places", f"{int(sizes[1]):,} streets"
    return [
        *lines,
        Line("all addresses beside a whole province: ward right", found["crowded"]["ward"], "%", floor=93.0),
        Line("all addresses beside a whole province: ward wrong", found["crowded"]["wrong"], "%", ceiling=2.0),
        Line("an address, median", found["p50_ms"], "ms", PARSE, found["parse_p50_ms"]),
        Line("an address, p99", found["p99_ms"], "ms", PARSE, found["parse_p99_ms"]),
        Line("an address, median", found["p50_ms"], "ms", LONGEST, found["longest_p50_ms"]),
        Line("an address, p99", found["p99_ms"], "ms", LONGEST, found["longest_p99_ms"]),
        Line(f"an address, {places}, {streets}: median", found["crowded_p50_ms"], "ms", ceiling=0.3),
        Line(f"an address, {places}, {streets}: p99", found["crowded_p99_ms"], "ms", ceiling=3.0),
        Line(f"suggestions while typing, {places}, {streets}: median", found["typing_p50_ms"], "ms", ceiling=50.0),
        Line(f"suggestions while typing, {places}, {streets}: p99", found["typing_p99_ms"], "ms", ceiling=50.0),
    ]


def main(places: int, streets: int, each: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    import django

    django.setup()
    from geo import resolver
    from geo.index import territory
    from geo.models import AreaLineage
    from tests.bench import province
    from tests.geo.addresses.cases import codes, written
    from tests.geo.addresses.generated import Lists, generated
    from tests.geo.addresses.landmarks import landmarks
    from tests.geo.addresses.spotted import spotted

    areas()
    shares = {(row.old_code, row.new_code): row.share_of_old for row in AreaLineage.objects.all()}
    by_hand = written()
    cases = [*generated(Lists(shares), each=each), *by_hand]

    def ours(case: Case) -> Any:
        return resolver.resolve(case.text, on=case.on)

    answers, taken = timed(cases, ours)
    parsed, parse_taken = timed(cases, parse_address)
    longest, longest_taken = timed(cases, LongestName())
    index = territory().named("2019")
    assert index is not None
    by_landmark = landmarks(index)
    told, _told_taken = timed(by_landmark, ours)
    # Before the invented province is there: what is placed at random in it tells nothing of a real one.
    trust = calibrated(Lists(shares))
    known = province.generate(places, streets)
    whole = province.gazetteer_of(known)
    resolver.gazetteer = lambda: whole
    crowded, crowded_taken = timed(cases, ours)
    typing = typed(cases, whole)
    spots = spotted(known, index)
    spot_answers, _spots_taken = timed(spots, ours)
    found = {
        "ours": report(cases, [codes(answer) for answer in answers]),
        PARSE: report(cases, parsed),
        LONGEST: report(cases, longest),
        "crowded": report(cases, [codes(answer) for answer in crowded])["all"],
        "landmarks": report(by_landmark, [codes(answer) for answer in told]),
        "spots": report(spots, [codes(answer) for answer in spot_answers]),
        "confidence": confidence(cases, answers),
        "calibration": trust,
        "p50_ms": share_of(taken, 0.5),
        "p99_ms": share_of(taken, 0.99),
        "parse_p50_ms": share_of(parse_taken, 0.5),
        "parse_p99_ms": share_of(parse_taken, 0.99),
        "longest_p50_ms": share_of(longest_taken, 0.5),
        "longest_p99_ms": share_of(longest_taken, 0.99),
        "crowded_p50_ms": share_of(crowded_taken, 0.5),
        "crowded_p99_ms": share_of(crowded_taken, 0.99),
        "typing_p50_ms": share_of(typing, 0.5),
        "typing_p99_ms": share_of(typing, 0.99),
    }
    print(json.dumps(found))


def areas() -> None:
    """The real borders where the machine has them, else the starter cells: names decide, not borders."""
    from django.conf import settings
    from django.core.management import call_command

    from geo.importing.known_sets import load_starter_areas
    from geo.importing.plan import AreaImport, plan_import

    call_command("migrate", verbosity=0)
    folder = Path(settings.AREA_DATA) / "areas" if settings.AREA_DATA else None
    for name, since, until in (("2019", dt.date(2019, 1, 1), MERGER), ("2025", MERGER, None)):
        if folder is not None and (folder / f"wards_{name}.geojson").exists():
            path = folder / f"wards_{name}.geojson"
            plan_import(AreaImport(path=path, set_name=name, valid_from=since, valid_until=until)).load()
    load_starter_areas()


def timed(cases: Sequence[Case], read: Callable[[Case], Any]) -> tuple[list[Any], list[float]]:
    """What was read, and the processor time of each in milliseconds, in order of size.

    Read twice: the first time tables are filled, and the answers are kept; thousands of them alive at once, as in no
    server, push each other and the names out of the processor's memory, so the second time none is.
    """
    found = [read(case) for case in cases]
    # As a process that serves does (geo/warming.py).
    gc.freeze()
    taken = []
    for case in cases:
        start = time.thread_time()
        read(case)
        taken.append((time.thread_time() - start) * 1000)
    return found, sorted(taken)


def share_of(ordered: Sequence[float], share: float) -> float:
    return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 3)


def report(cases: Sequence[Case], answers: Sequence[tuple[str, str]]) -> dict[str, Any]:
    from functools import reduce
    from operator import add

    from tests.geo.addresses.cases import Tally, tallies, written
    from tests.geo.addresses.generated import well_formed, with_slips

    found = tallies(cases, answers)
    by_hand = {case.kind for case in written()}
    groups = {
        "well formed": [kind for kind in found if well_formed(kind)],
        "slips": [kind for kind in found if with_slips(kind)],
        "written": [kind for kind in found if kind in by_hand],
        "all": list(found),
    }
    sums = {name: figures(reduce(add, (found[kind] for kind in kinds), Tally())) for name, kinds in groups.items()}
    kinds = {kind: round(100 * tally.ward_share, 1) for kind, tally in found.items() if tally.ward_said}
    return {**sums, "kinds": kinds}


def figures(tally: Tally) -> dict[str, float]:
    return {
        "ward": round(100 * tally.ward_share, 2),
        "wrong": round(100 * tally.ward_wrong_share, 2),
        "district": round(100 * tally.district_share, 2),
    }


def confidence(cases: Sequence[Case], answers: Sequence[Any]) -> Mapping[str, tuple[float, int]]:
    """Of the answers given with a confidence from one step to the next: how many in a hundred were right."""
    found = {}
    for low, high in zip(STEPS, [*STEPS[1:], 1.01], strict=True):
        right = [
            answer.answer.ward.code == case.ward
            for case, answer in zip(cases, answers, strict=True)
            if answer.answer is not None and answer.answer.ward is not None and low <= answer.answer.confidence < high
        ]
        if right:
            found[f"{low}-{min(high, 1.0)}"] = (round(100 * sum(right) / len(right), 1), len(right))
    return found


def typed(cases: Sequence[Case], whole: Any) -> list[float]:
    """The processor time of suggestions for addresses half typed, in milliseconds, in order of size."""
    from geo import suggestions

    suggestions.gazetteer = lambda: whole
    taken = []
    for number, case in enumerate(cases[:1_000]):
        begun = case.text[: 3 + number % 40]
        start = time.thread_time()
        suggestions.suggest(begun, on=case.on)
        taken.append((time.thread_time() - start) * 1000)
    return sorted(taken)


def calibrated(lists: Any) -> dict[str, Any]:
    """How well confidence keeps its word on addresses that nothing was fitted on."""
    from geo.resolver import resolve
    from tests.geo.addresses.calibration import HELD_OUT, answered, calibration_error, reliability
    from tests.geo.addresses.hurried import hurried

    steps = reliability(answered(hurried(lists, HELD_OUT), lambda case: resolve(case.text, on=case.on, pinned=False)))
    return {"error": round(100 * calibration_error(steps), 1), "steps": [asdict(step) for step in steps]}


def parse_address(case: Case) -> tuple[str, str]:
    from vietnamadminunits import ParseMode
    from vietnamadminunits import parse_address as parse

    unit = parse(case.text, mode=ParseMode.FROM_2025 if case.on >= MERGER else ParseMode.LEGACY)
    return unit.ward_code or "", unit.district_code or ""


class LongestName:
    """The longest name of a ward anywhere in the text, and of a district: what a first attempt does."""

    def __init__(self) -> None:
        from geo.folding import fold_name
        from geo.index import territory
        from geo.kinds import bare_name

        self.fold = fold_name
        self.names: dict[dt.date, list[tuple[str, str, str]]] = {}
        for index in territory().sets:
            rows = [(fold_name(bare_name(unit.name)), unit.level, unit.code) for unit in index.units.values()]
            self.names[index.valid_from] = sorted(rows, key=lambda row: -len(row[0]))

    def __call__(self, case: Case) -> tuple[str, str]:
        text = f" {self.fold(case.text)} "
        names = self.names[max(since for since in self.names if since <= case.on)]
        ward = next((code for name, level, code in names if level == "ward" and f" {name} " in text), "")
        district = next((code for name, level, code in names if level == "district" and f" {name} " in text), "")
        return ward, district


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]))
