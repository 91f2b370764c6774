"""`make test`: every part one after the other, and one table at the end of what passed and how long it took.

What the domain asks of its database is asked of both. Pages, wire formats and exports, what starts processes of its own
and what touches no database run once, on SpatiaLite; SMS gateway, mail servers and the browser once, on PostGIS.
`make proof` asks the rest of PostGIS too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Files side by side, each worker with databases and servers of its own. More workers than cores: much of a test is
# waiting for a server, a socket or a browser.
WORKERS = str((os.cpu_count() or 2) + 2)
# In the order given, so that the long files begin first and the many short ones fill the end.
SPREAD = ["-q", "--durations=8", "-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"]
# A browser draws its maps without a graphics card and fills a core by itself: more of them only wait for one another.
BROWSERS = str(os.cpu_count() or 2)
PYTEST = [sys.executable, "-m", "pytest", *SPREAD]
# These start their own servers, whichever database the run is on.
OWN_PROCESSES = ("launch", "deploy", "faults", "harness", "e2e")
# Above the domain: what they ask goes through it, and through the browser to PostGIS.
ON_SPATIALITE_ALONE = [
    *(
        f"tests/{name}"
        for name in (
            "accounts", "api", "bulletins", "contacts", "exercises", "features", "inbox", "knowledge", "opscenter",
            "partners", "portal", "room", "territory", "wall", "webhooks",
        )
    ),
    *(
        f"tests/doors/test_{name}.py"
        for name in ("chat_doors", "chat_formats", "mail", "mail_files", "media", "open311", "questions", "sms")
    ),
    *(f"tests/delivery/test_{name}.py" for name in ("email", "push")),
    *(f"tests/figures/test_{name}.py" for name in ("files", "maps", "opendata", "page")),
]  # fmt: skip
ON_POSTGIS_ALONE = ["tests/e2e", "tests/doors/test_kannel.py", "tests/doors/test_mail_servers.py"]
LONG_FIRST = [
    "tests/api/test_outsider.py",
    "tests/realtime/test_stream.py",
    "tests/exercises",
    "tests/realtime",
    "tests/api",
]
WITH_PROCESSES = ["tests/launch", "tests/deploy", "tests/faults", "tests/harness"]


def ignored(paths: Iterable[str]) -> list[str]:
    return [f"--ignore={path}" for path in paths]


PARTS = {
    "SpatiaLite": [*PYTEST, *LONG_FIRST[:2], *WITH_PROCESSES, *LONG_FIRST[2:], "tests", *ignored(ON_POSTGIS_ALONE)],
    "PostGIS and Redis": [
        sys.executable, "-m", "tests.harness.run_on_postgis", "--", "pytest", *SPREAD, "--only-database",
        "tests/realtime/test_stream.py", "tests/realtime", "tests",
        *ignored([f"tests/{name}" for name in OWN_PROCESSES]), *ignored(ON_SPATIALITE_ALONE),
    ],
    "the browser's modules": [sys.executable, "-m", "opscenter.launch.frontend", "test"],
    "Chromium": [*PYTEST, "-n", BROWSERS, "tests/e2e"],
}  # fmt: skip


def main() -> int:
    results: list[tuple[str, int, float]] = []
    for name, command in PARTS.items():
        print(f"\n━━ {name}", flush=True)
        begun = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        results.append((name, code, time.monotonic() - begun))
    print("\n━━ all parts")
    for name, code, seconds in results:
        print(f"{'passed' if code == 0 else f'FAILED ({code})':>12}  {seconds:6.1f} s  {name}")
    return 1 if any(code for _, code, _ in results) else 0


if __name__ == "__main__":
    sys.exit(main())
