"""Where notifications may be sent: the address comes from a browser, so from anybody, and this server calls it."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from opscenter.outside import is_one_of

LONGEST = 1000


def origin_of(endpoint: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def is_own(endpoint: str) -> bool:
    """Whether a push service of our own is meant, named with scheme and port in OPSCENTER_PUSH_HOSTS."""
    return origin_of(endpoint) in settings.PUSH_HOSTS


def is_allowed(endpoint: str) -> bool:
    """Whether it is an address of a browser maker's service: https, without a name or port of its own, of a host that
    OPSCENTER_PUSH_HOSTS names."""
    if not 0 < len(endpoint) <= LONGEST or not endpoint.isascii() or any(sign.isspace() for sign in endpoint):
        return False
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if "@" in parts.netloc or "\\" in endpoint or parts.fragment:
        return False
    if is_own(endpoint):
        return True
    return parts.scheme == "https" and port in {None, 443} and is_one_of(host, settings.PUSH_HOSTS)
