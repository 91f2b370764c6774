"""Why this deployment must not start: settings that are fine on a desk and dangerous in production.

`OpscenterConfig.ready()` asks, so it holds for Daphne, uvicorn, the worker and every management command alike,
and not only for `manage.py check --deploy`.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

# The order of the curve P-256 (SEC 2, 2.4.2).
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
# One name: no scheme, path, port, or leading dot that would let every name below it in.
HOST_NAME = re.compile(r"(?=.{4,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+", re.IGNORECASE)
# Geocoders for everybody: whoever runs them would read where people call from, and they forbid such use.
PUBLIC_GEOCODERS = ("openstreetmap.org", "komoot.io")
# Passwords that stand in examples everywhere.
GUESSED_PASSWORDS = frozenset(
    {"", "postgres", "postgis", "password", "opscenter", "changeme", "change-me", "secret", "1022"}
)


def unsafe_settings(settings: Any) -> list[str]:
    """What is unsafe for production in these settings: one sentence each, naming the variable to set."""
    found = []
    key = str(settings.SECRET_KEY)
    if key == settings.DEFAULT_SECRET_KEY or len(key) < 50 or len(set(key)) < 8:
        found.append("OPSCENTER_SECRET_KEY is missing or weak: set at least 50 random characters.")
    if settings.DEBUG:
        found.append("OPSCENTER_DEBUG is on: error pages would show settings and personal data.")
    hosts = list(settings.ALLOWED_HOSTS)
    if set(hosts) <= LOCAL_NAMES | {settings.AGENCY_HOST}:
        found.append("OPSCENTER_ALLOWED_HOSTS names no public host: set the names citizens and staff use.")
    if any(host.strip() in {"*", "."} for host in hosts):
        # The stream's origin check rests on this list: "*" would let any web page open a socket as the visitor.
        found.append('OPSCENTER_ALLOWED_HOSTS holds "*": any site could open the live stream as a signed-in visitor.')
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme != "https":
        found.append("OPSCENTER_PUBLIC_URL is not an https:// address: links in messages would be unprotected.")
    elif (public.hostname or "") in LOCAL_NAMES:
        found.append("OPSCENTER_PUBLIC_URL names this machine itself: links in messages would lead nowhere.")
    found += _about_the_agencies_site(settings, public.hostname or "")
    if not (settings.HTTPS and settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        found.append("OPSCENTER_HTTPS is off: cookies of signed-in people would travel in the clear.")
    if settings.TRUSTED_PROXIES < 1:
        # HTTPS ends at a proxy of ours, whose headers are believed; without one anybody could send them.
        found.append("OPSCENTER_TRUSTED_PROXIES is 0: set how many own proxies stand in front (nginx alone: 1).")
    database = settings.DATABASES["default"]
    if "postgis" in database["ENGINE"]:
        if str(database.get("PASSWORD", "")).lower() in GUESSED_PASSWORDS and not str(database["HOST"]).startswith("/"):
            found.append("OPSCENTER_DATABASE_URL has no password, or one from an example.")
    elif Path(str(database["NAME"])).name == "demonstration.sqlite3":
        found.append("OPSCENTER_DATABASE_URL is the demonstration's file: its accounts are printed for everybody.")
    if settings.ZALO_APP_ID and not settings.ZALO_OA_SECRET:
        found.append("OPSCENTER_ZALO_APP_ID is set without OPSCENTER_ZALO_OA_SECRET: anybody could post as Zalo.")
    if settings.SMS_SECRET and len(settings.SMS_SECRET) < 24:
        found.append("OPSCENTER_SMS_SECRET has fewer than 24 characters: whoever guesses it writes as anybody.")
    if settings.IMAP_HOST and settings.IMAP_SECURITY == "none" and settings.IMAP_HOST not in LOCAL_NAMES:
        found.append("OPSCENTER_IMAP_SECURITY is none: the mailbox's password would travel in the clear.")
    if (urlsplit(settings.GEOCODER_URL).hostname or "").endswith(PUBLIC_GEOCODERS):
        found.append("OPSCENTER_GEOCODER_URL is a public service: citizens' addresses would leave the province.")
    if settings.PUSH_PRIVATE_KEY and not is_push_key(settings.PUSH_PRIVATE_KEY):
        found.append("OPSCENTER_PUSH_PRIVATE_KEY is not a key: make one with manage.py make_vapid_keys.")
    if any(host.startswith("http:") or "127.0.0.1" in host or "localhost" in host for host in settings.PUSH_HOSTS):
        found.append("OPSCENTER_PUSH_HOSTS names this machine or plain http: strangers choose what is called there.")
    return found


def is_push_key(text: str) -> bool:
    """Whether it is 32 bytes as base64url, and a number a P-256 key can be."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return False
    return len(raw) == 32 and 0 < int.from_bytes(raw, "big") < _P256_ORDER


def _about_the_agencies_site(settings: Any, public_host: str) -> list[str]:
    """What is unsafe about a site of the agencies' own; nothing without one."""
    own = str(settings.AGENCY_HOST)
    if not own:
        return []
    found = []
    if not HOST_NAME.fullmatch(own) or own in LOCAL_NAMES or own.replace(".", "").isdecimal():
        found.append(
            "OPSCENTER_AGENCY_HOST is not a public host name: give the name alone, such as 1022xuly.example.vn."
        )
    elif own.lower() == public_host.lower():
        found.append("OPSCENTER_AGENCY_HOST is the citizens' host: agencies would share its cookies and its app.")
    if settings.SESSION_COOKIE_DOMAIN or settings.CSRF_COOKIE_DOMAIN:
        found.append(
            "OPSCENTER_AGENCY_HOST is set while cookies are given to a whole domain: both sites would share them."
        )
    return found


def refuse_unsafe_settings(settings: Any) -> None:
    """Raises ImproperlyConfigured with every finding when the mode is production."""
    if not settings.PRODUCTION:
        return
    found = unsafe_settings(settings)
    if found:
        lines = "\n".join(f"  - {sentence}" for sentence in found)
        raise ImproperlyConfigured(f"Production does not start with unsafe settings:\n{lines}")
