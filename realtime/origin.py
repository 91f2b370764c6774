"""Whether a web page may open our socket: browsers send the cookie along from any page, so we look where it is from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from django.http.request import validate_host

_DEFAULT_PORT = {"http": 80, "https": 443}


def origin_allowed(
    headers: Iterable[tuple[bytes, bytes]], allowed_hosts: Sequence[str], trusted: Sequence[str]
) -> bool:
    """Whether the Origin is the host that was asked, which is one of ours, or one of the trusted origins.

    Stricter than matching the Origin against ALLOWED_HOSTS, where "*" would let every page of the internet in.
    No Origin is no: every browser sends one.
    """
    found = {name.lower(): value.decode("latin-1").lower() for name, value in headers}
    origin, host = found.get(b"origin", ""), found.get(b"host", "")
    if origin in {value.lower() for value in trusted}:
        return True
    try:
        page, asked = urlsplit(origin), urlsplit(f"//{host}")
        default = _DEFAULT_PORT[page.scheme]
        same = page.hostname is not None and page.hostname == asked.hostname
        same = same and (page.port or default) == (asked.port or default)
    except (KeyError, ValueError):
        return False
    return same and validate_host(asked.hostname or "", list(allowed_hosts))
