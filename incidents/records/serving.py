"""Files of photos as answers of HTTP: never out of a cache without asking again."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response


def served(request: HttpRequest, path: Path) -> HttpResponse:
    """A JPEG of ours with its entity tag: 304 for who has this very file. Raises OSError when it is not there.

    A file is never rewritten and its name is random, so its name is its tag.
    """
    content = path.read_bytes()
    tag = f'"{path.parent.parent.parent.name}-{path.stem}"'
    answer: HttpResponse = HttpResponse(content, content_type="image/jpeg")
    answer["ETag"] = tag
    response: HttpResponse = get_conditional_response(request, etag=tag, response=answer) or answer
    response["Cache-Control"] = "private, no-cache"
    return response
