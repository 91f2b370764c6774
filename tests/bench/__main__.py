"""python -m tests.bench [--small] [NAME …]: runs the measurements, prints the table, writes build/bench.json."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench import (
    addresses,
    answers,
    burst,
    desk,
    emergencies,
    figures,
    hub,
    map,
    places,
    points,
    routing,
    screens,
    tiles,
)
from tests.bench.lines import Line, table

# A later measurement joins here: a name, and a function that is told whether to keep it small.
MEASUREMENTS: dict[str, Callable[[bool], list[Line]]] = {
    "answers": answers.measure,
    "hub": hub.measure,
    "places": places.measure,
    "addresses": addresses.measure,
    "points": points.measure,
    "routing": routing.measure,
    "emergencies": emergencies.measure,
    "figures": figures.measure,
    "desk": desk.measure,
    "burst": burst.measure,
    "map": map.measure,
    "tiles": tiles.measure,
    "screens": screens.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MEASUREMENTS)}; none: all")
    parser.add_argument("--small", action="store_true", help="a quick look; its figures mean little")
    options = parser.parse_args()
    unknown = set(options.names) - MEASUREMENTS.keys()
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    # In the order above, whatever was typed: the hub's sets the process up in its own way.
    chosen = [name for name in MEASUREMENTS if name in options.names or not options.names]
    lines = [line for name in chosen for line in MEASUREMENTS[name](options.small)]
    print(table(lines))
    load, cores = os.getloadavg()[0], os.cpu_count()
    if not options.small:
        out = Path("build") / "bench.json"
        out.parent.mkdir(exist_ok=True)
        out.write_text(json.dumps([line.as_json() for line in lines], ensure_ascii=False, indent=1) + "\n")
        print(f"\n{cores} cores, load {load:.1f}; written to {out}")
    failed = any(line.verdict == "FAILED" for line in lines)
    return 1 if failed and not options.small else 0


if __name__ == "__main__":
    sys.exit(main())
