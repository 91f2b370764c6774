"""The hotline's own key, by which the browser makers' services know who notifies (VAPID, RFC 8292).

Without OPSCENTER_PUSH_PRIVATE_KEY there are no notifications: they leave through the browser makers, so somebody has to
want that. `manage.py make_vapid_keys` makes one.
"""

from __future__ import annotations

import secrets
import time
from functools import lru_cache

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

# A signature is good for so long; at most 24 h (RFC 8292, 2).
_GOOD_FOR_S = 12 * 3600


def is_set_up() -> bool:
    return bool(settings.PUSH_PRIVATE_KEY)


def make() -> tuple[str, str]:
    """A new (private, public) pair as base64url: 32 bytes, and the 65 of the point."""
    private = b64urlencode(secrets.token_bytes(32))
    return private, public_key(private)


@lru_cache(maxsize=4)
def public_key(private: str) -> str:
    """What browsers are given with a subscription. Raises ValueError for a key that is none."""
    public = _key(private).public_key
    return str(b64urlencode(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)))


@lru_cache(maxsize=4)
def _key(private: str) -> Vapid02:
    return Vapid02.from_raw(private.encode())


def authorization(origin: str) -> str:
    """The header by which a push service knows us; `origin` is the service's own, scheme and host."""
    claims = {"aud": origin, "sub": settings.PUSH_CONTACT, "exp": int(time.time()) + _GOOD_FOR_S}
    return str(_key(settings.PUSH_PRIVATE_KEY).sign(claims)["Authorization"])
