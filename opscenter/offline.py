"""Pages as apps on a phone: their icons, and their service workers, told in a first line what to keep.

    path("sw.js", offline.worker, {"start": "/", "entries": ("src/portal.ts",)})
    path("worker.js", offline.worker, {"start": "/inbox/", "entries": ("src/inbox.ts",), "script": "inbox"})

A worker rules the pages below its own address, so each scope has an address of its own. The scripts are those of
frontend/src/workers/.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe


def icons() -> list[dict[str, str]]:
    """The icons of an app's manifest."""
    return [
        {"src": icon(), "sizes": "192x192", "type": "image/png", "purpose": "any"},
        {"src": static("icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any"},
        {"src": static("icon-maskable.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]


@require_safe
def worker(
    request: HttpRequest, start: str, entries: Sequence[str], script: str = "offline", later: bool = False
) -> HttpResponse:
    """The script for one scope. `entries` are the front end's entries whose files are kept, `start` the page;
    `later`: also what a page loads when it is needed, such as the map. 404 when the browser's part was not built."""
    try:
        built_at = (settings.BUILD_DIR / "frontend" / "manifest.json").stat().st_mtime_ns
        shell, text = _script(start, tuple(entries), script, later, settings.BUILD_DIR, built_at)
    except (OSError, KeyError):
        raise Http404 from None
    return _served(f"self.SHELL = {shell};\n{text}")


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
    return f"{{\n{(build / 'frontend' / 'workers' / 'notify.js').read_text()}\n}}"


def _served(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    # The browser asks for it again at each visit; only a changed one is installed.
    response["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=8)
def _script(
    start: str, entries: tuple[str, ...], script: str, later: bool, build: Path, built_at: int
) -> tuple[str, str]:
    folder = build / "frontend"
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    text = f"{notify_script(build)}\n{(folder / 'workers' / f'{script}.js').read_text()}"
    seen: set[str] = set()
    files = {static(file) for entry in entries for file in _files(manifest, entry, later, seen)}
    if later:
        # In the head of every page of the staff.
        files.add(static("icon.svg"))
    version = hashlib.sha256("\n".join([text, start, *sorted(files)]).encode()).hexdigest()[:12]
    shell = {"version": version, "start": start, "assets": sorted(files), "icon": icon()}
    return json.dumps(shell), text


def _files(manifest: dict[str, Any], entry: str, later: bool, seen: set[str]) -> Iterator[str]:
    """What a page of this entry loads: its script, styles, fonts, and what it imports at once, or also later."""
    if entry in seen:
        return
    seen.add(entry)
    row = manifest[entry]
    yield row["file"]
    yield from row.get("css", ())
    yield from (file for file in row.get("assets", ()) if later or file.endswith(".woff2"))
    for imported in (*row.get("imports", ()), *(row.get("dynamicImports", ()) if later else ())):
        yield from _files(manifest, imported, later, seen)
