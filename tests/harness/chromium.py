"""The one browser of the tests and benches: Debian's Chromium, headless, drawing WebGL in software as a user's does
without a graphics card."""

from __future__ import annotations

import shutil
from typing import Any

ARGUMENTS = [
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def launch(playwright: Any) -> Any:
    """Starts it. Raises AssertionError where it is not installed."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path is not None, "No Chromium on this machine: run `make test-needs`"
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
