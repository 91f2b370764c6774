"""What the gazetteer of a whole province takes in memory, and how long its look-ups take."""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.lines import Line

ROOT = Path(__file__).resolve().parent.parent.parent


def measure(small: bool) -> list[Line]:
    """In a process of its own, that nothing else has grown."""
    size = ["5000", "500"] if small else ["200000", "20000"]
    command = [sys.executable, "-m", "tests.bench.places", *size]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    name = f"gazetteer of {int(size[0]):,} places, {int(size[1]):,} streets"
    return [
        Line(f"{name}: memory above the process", found["grown_mb"], "MB", ceiling=150.0),
        Line(f"{name}: built from rows in", found["built_s"], "s"),
        Line(
            f"{name}: with the 200th place that a person adds, median",
            found["added_p50_ms"],
            "ms",
            "built anew",
            1000 * found["built_s"],
        ),
        Line("all names in a text of 14 words, median", found["scan_p50_us"], "µs", ceiling=300.0),
        Line("all names in a text of 14 words, p99", found["scan_p99_us"], "µs", ceiling=3000.0),
        Line("one misspelt name, p99", found["near_p99_us"], "µs", ceiling=3000.0),
        Line("names from a beginning, p99", found["beginning_p99_us"], "µs", ceiling=50_000.0),
        Line("nearest street and three places, p99", found["nearest_p99_us"], "µs", ceiling=5000.0),
    ]


def resident_mb() -> float:
    """Memory in use now, given back what can be given back."""
    gc.collect()
    try:
        import ctypes

        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except OSError:
        pass
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def microseconds(work: Callable[[int], object], times: int) -> list[float]:
    """Processor time of each call, in order of size: what others do on the machine does not count."""
    taken = []
    for number in range(times):
        start = time.thread_time()
        work(number)
        taken.append((time.thread_time() - start) * 1e6)
    return sorted(taken)


def main(places: int, streets: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    import django

    django.setup()
    import geo.resolver  # noqa: F401  the process as it is without a gazetteer
    from geo.folding import fold_name
    from geo.gazetteer.people import with_people
    from geo.gazetteer.rows import PlaceRow
    from tests.bench import province as made

    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        # In a process of its own: what the rows took would otherwise be counted, or given back and used again.
        child = os.fork()
        if child == 0:
            province = made.generate(places, streets)
            made.write(province, path)
            texts = [_address(province, chance) for _number in range(2_000)]
            wrong = [_slip(chance.choice(province.places).folded, chance) for _number in range(500)]
            (Path(folder) / "texts").write_text(json.dumps([texts, wrong]))
            os._exit(0)
        os.waitpid(child, 0)
        texts, wrong = (
            [fold_name(text).split() for text in group] for group in json.loads((Path(folder) / "texts").read_text())
        )
        before = resident_mb()
        start = time.process_time()
        whole = made.read(path)
        built = time.process_time() - start
    grown = resident_mb() - before
    lon, lat = made.MIDDLE
    rows = [
        PlaceRow(-number, f"Chợ Mẫu {number}", f"cho mau {number}", (), "", lon, lat, 60.0, "people")
        for number in range(200)
    ]
    added = microseconds(lambda number: with_people(whole, places=rows, aliases=(), versions={}), 20)
    scans = microseconds(lambda number: whole.scan(texts[number]), len(texts))
    nears = microseconds(lambda number: whole.names.near(wrong[number], 0), len(wrong))
    begun = microseconds(lambda number: whole.names.beginning([*texts[number][3:5], texts[number][5][:2]]), 300)
    spots = [(chance.uniform(made.WEST, made.EAST), chance.uniform(made.SOUTH, made.NORTH)) for _n in range(1000)]
    nearest = microseconds(
        lambda number: (whole.nearest_street(*spots[number]), whole.nearest_places(*spots[number], 1000, 3)), 1000
    )
    print(
        json.dumps(
            {
                "grown_mb": round(grown, 1),
                "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, 1),
                "built_s": round(built, 1),
                "added_p50_ms": round(_share(added, 0.5) / 1000, 1),
                "scan_p50_us": round(_share(scans, 0.5)),
                "scan_p99_us": round(_share(scans, 0.99)),
                "near_p50_us": round(_share(nears, 0.5)),
                "near_p99_us": round(_share(nears, 0.99)),
                "beginning_p99_us": round(_share(begun, 0.99)),
                "nearest_p99_us": round(_share(nearest, 0.99)),
            }
        )
    )


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _address(province: object, chance: random.Random) -> str:
    from tests.bench.province import Province

    assert isinstance(province, Province)
    street, place = chance.choice(province.streets), chance.choice(province.places)
    return f"ổ gà trước số {chance.randint(1, 300)} đường {street.name} gần {place.name} phường Phú Hòa"


def _slip(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + chance.choice("abcdehiklmnoprstuvxy") + text[place + 1 :]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
