"""The inbox as an app on a phone: its manifest, and the worker that lets it open without a network."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from opscenter import offline

_PAGE = "src/inbox.ts"
_WORKER = "src/inbox/worker.ts"


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put it on its home screen."""
    return JsonResponse(
        {
            "id": "/inbox/",
            "name": _("1022 assignments"),
            "short_name": _("1022 assignments"),
            "lang": request.LANGUAGE_CODE,
            "start_url": "/inbox/",
            "scope": "/inbox/",
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#12406f",
            "icons": [{"src": static("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
        },
        content_type="application/manifest+json",
    )


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the list of the page's files in front. Served here, because its scope is /inbox/.

    404 when the browser's part has not been built.
    """
    try:
        text = _worker(_MANIFEST.stat().st_mtime_ns)
    except (OSError, KeyError):
        raise Http404 from None
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    # Another build is another text: the browser asks each time, and takes the new one.
    response["Cache-Control"] = "no-cache"
    return response


_MANIFEST = settings.BUILD_DIR / "frontend" / "manifest.json"


@lru_cache(maxsize=1)
def _worker(built_at: int) -> str:
    known = json.loads(_MANIFEST.read_text())
    files = sorted({*_files(known, _PAGE, set()), "icon.svg"})
    version = hashlib.sha256("".join(files).encode()).hexdigest()[:12]
    listed = {"version": version, "files": [static(name) for name in files]}
    shell = json.dumps({**listed, "start": "/inbox/", "icon": offline.icon()})
    own = (settings.BUILD_DIR / "frontend" / known[_WORKER]["file"]).read_text()
    return f"self.SHELL = {shell};\n{offline.notify_script(settings.BUILD_DIR)}\n{own}"


def _files(known: dict[str, Any], entry: str, seen: set[str]) -> set[str]:
    """The files of an entry and of all it imports, also later."""
    if entry in seen:
        return set()
    seen.add(entry)
    row = known[entry]
    found = {row["file"], *row.get("css", ()), *row.get("assets", ())}
    for other in (*row.get("imports", ()), *row.get("dynamicImports", ())):
        found |= _files(known, other, seen)
    return found
