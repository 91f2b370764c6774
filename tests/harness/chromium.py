"""The one browser of the tests and benches: Debian's Chromium without a window (`chromium-headless-shell`)."""

from __future__ import annotations

import os
import shutil
from typing import Any

ARGUMENTS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# What Chromium itself draws with on a machine without a graphics card.
SWIFTSHADER = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
# Mesa's drawing in software: a changed text costs a seventh of the processor time, and a map's frame a half.
MESA = ["--use-gl=angle", "--use-angle=gl-egl", "--ignore-gpu-blocklist"]


def launch(playwright: Any, *, as_users_have_it: bool = False) -> Any:
    """Starts it, drawing WebGL in software by the cheapest way, or, for a bench, by the one a user's browser takes.

    Raises AssertionError where it is not installed.
    """
    path = shutil.which("chromium-headless-shell")
    assert path is not None, "No browser for the tests on this machine: run `make test-needs`"
    return playwright.chromium.launch(
        executable_path=path,
        args=[*ARGUMENTS, *(SWIFTSHADER if as_users_have_it else MESA)],
        # A graphics card, where there is one, would make another browser of it.
        env={**os.environ, "LIBGL_ALWAYS_SOFTWARE": "1"},
    )
