"""`make test`: every part one after the other, and one table at the end of what passed and how long it took.

The domain runs on both databases; what starts processes of its own, and the browser, runs once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Files side by side on the machine's cores, each worker with databases and servers of its own.
WORKERS = str(max(2, min(4, os.cpu_count() or 2)))
SPREAD = ["-q", "--durations=8", "-n", WORKERS, "--dist", "loadfile"]
PYTEST = [sys.executable, "-m", "pytest", *SPREAD]
# These start their own servers, whichever database the run is on.
OWN_PROCESSES = ("e2e", "faults", "deploy", "harness", "launch")

PARTS = {
    "SpatiaLite": [*PYTEST, "tests", "--ignore=tests/e2e"],
    "PostGIS and Redis": [
        sys.executable, "-m", "tests.harness.run_on_postgis", "--", "pytest", *SPREAD, "tests",
        *(f"--ignore=tests/{name}" for name in OWN_PROCESSES),
    ],
    "the browser's modules": [sys.executable, "-m", "opscenter.launch.frontend", "test"],
    "Chromium": [*PYTEST, "tests/e2e"],
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
