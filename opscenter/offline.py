"""Service workers: a script for each scope, told in its first line what to keep (frontend/src/workers/offline.ts).

    path("sw.js", offline.worker, {"start": "/", "entries": ("src/portal.ts",)})

A worker rules the pages below its own address, so each scope has an address of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe

_SCRIPT, _NOTIFY = "workers/offline.js", "workers/notify.js"


@require_safe
def worker(request: HttpRequest, start: str, entries: Sequence[str]) -> HttpResponse:
    """The script for one scope. `entries` are the front end's entries whose files are kept, `start` the page."""
    shell, script = _script(start, tuple(entries), settings.BUILD_DIR)
    return _served(f"self.SHELL = {shell};\n{script}")


@require_safe
def notifier(request: HttpRequest, start: str) -> HttpResponse:
    """The script for a scope that is shown notifications and keeps nothing: its pages hold what is personal."""
    shell = json.dumps({"start": start, "icon": icon()})
    return _served(f"self.SHELL = {shell};\n{notify_script(settings.BUILD_DIR)}")


def icon() -> str:
    """What stands beside a notification."""
    return static("icon-192.png")


def notify_script(build: Path) -> str:
    """What shows notifications, to be put in front of a worker; in a block, so that its names meet no others."""
    return f"{{\n{(build / 'frontend' / _NOTIFY).read_text()}\n}}"


def _served(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    # The browser asks for it again at each visit; only a changed one is installed.
    response["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=8)
def _script(start: str, entries: tuple[str, ...], build: Path) -> tuple[str, str]:
    folder = build / "frontend"
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    script = f"{notify_script(build)}\n{(folder / _SCRIPT).read_text()}"
    files = sorted({static(file) for entry in entries for file in _files(manifest, entry)})
    version = hashlib.sha256("\n".join([script, start, *files]).encode()).hexdigest()[:12]
    shell = {"version": version, "start": start, "assets": files, "icon": icon()}
    return json.dumps(shell), script


def _files(manifest: dict[str, Any], entry: str, seen: set[str] | None = None) -> Iterator[str]:
    """What a page of this entry loads at once: its script, styles, fonts, and what it imports."""
    seen = set() if seen is None else seen
    if entry in seen:
        return
    seen.add(entry)
    row = manifest[entry]
    yield row["file"]
    yield from row.get("css", ())
    yield from (file for file in row.get("assets", ()) if file.endswith(".woff2"))
    for imported in row.get("imports", ()):
        yield from _files(manifest, imported, seen)
