"""The room's map against MapLibre with setData and against plain Leaflet, in one browser: single points, all in view.

Until a change is drawn, how long a frame takes while the map moves, and how long a tenth of a second of a busy day
takes: one change, and 200 of 2,000 moving units elsewhere; below 100 ms the map keeps up. Graphics are drawn by a
program here, so the milliseconds are those of a very low-end computer; what counts are the ratios. Filling pixels costs
such a program most, and a graphics card nothing: "few pixels" are the same maps with a tenth of their pixels each way.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.lines import Line
from tests.harness.chromium import launch
from tests.harness.processes import free_port

_FRONTEND = Path(__file__).resolve().parent.parent.parent / "frontend"
COUNTS = (1_000, 10_000, 50_000)
# Pixels drawn for one of the page.
FEW = 0.1
# Of one change among so many single points: setData over ours, with all pixels and with few.
ASKED_AT, TIMES_FASTER = 10_000, 5.0
# What a ratio is asked of is measured so often, ours and theirs in turns: machines slow down and recover by the minute.
ROUNDS = 5
TITLES = {
    "updates": "a change until drawn",
    "work": "processor time of a change",
    "frames": "a frame while moving",
    "busy": "a change with 200 of 2,000 units moved until drawn",
    "busy_work": "processor time of a change with 200 of 2,000 units moved",
}


def measure(small: bool) -> list[Line]:
    """Builds the page, opens it once for each map and number, and measures both times."""
    counts = COUNTS[:1] if small else COUNTS
    found: dict[tuple[str, int, float], dict[str, float]] = {}
    maps = [("ours", 1.0), ("setData", 1.0), ("leaflet", 1.0), ("ours", FEW), ("setData", FEW)]
    with tempfile.TemporaryDirectory(prefix="opscenter-bench-") as folder:
        build = ["npx", "vite", "build", "--config", "vite.bench.ts", "--outDir", folder, "--logLevel", "error"]
        subprocess.run(build, cwd=_FRONTEND, check=True)
        with _served(Path(folder)) as address:
            for count in counts:
                told: dict[tuple[str, float], list[dict[str, float]]] = {}
                for turn in range(ROUNDS if count == ASKED_AT else 1):
                    for kind, sharpness in maps:
                        if turn == 0 or kind != "leaflet":
                            told.setdefault((kind, sharpness), []).append(_one(address, kind, count, sharpness))
                for (kind, sharpness), each in told.items():
                    found[kind, count, sharpness] = {
                        what: _rounded(statistics.median(one[what] for one in each)) for what in TITLES
                    }
    lines = []
    for count in counts:
        for what, title in TITLES.items():
            for kind, sharpness in maps:
                if kind == "ours":
                    continue
                asked = (what, kind, count) == ("updates", "setData", ASKED_AT)
                pixels = ", few pixels" if sharpness == FEW else ""
                lines.append(
                    Line(
                        name=f"map, {title}, {count:,} points{pixels}",
                        ours=found["ours", count, sharpness][what],
                        unit="ms",
                        baseline="plain Leaflet" if kind == "leaflet" else "MapLibre setData",
                        baseline_value=found[kind, count, sharpness][what],
                        ceiling=1 / TIMES_FASTER if asked else None,
                    )
                )
    return lines


def _one(address: str, kind: str, count: int, sharpness: float) -> dict[str, float]:
    """The medians of one map, in a browser of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.set_default_timeout(300_000)
            page.expose_function("used", _used)
            page.goto(f"{address}/map.html")
            page.wait_for_function("() => 'measure' in window")
            told: dict[str, list[float]] = page.evaluate(f"measure({kind!r}, {count}, {sharpness})")
        finally:
            browser.close()
    return {what: _rounded(statistics.median(values)) for what, values in told.items()}


def _rounded(milliseconds: float) -> float:
    return round(milliseconds, 2)


def _used() -> float:
    """Milliseconds of processor time that this process's descendants have used: the browser, with what draws for it."""
    parents, times = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            parents[int(path.parent.name)] = int(fields[1])
            times[int(path.parent.name)] = int(fields[11]) + int(fields[12])
    ours = {os.getpid()}
    while found := {child for child, parent in parents.items() if parent in ours} - ours:
        ours |= found
    return 1000 * sum(times[one] for one in ours - {os.getpid()}) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def _served(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", free_port()), functools.partial(Quiet, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
