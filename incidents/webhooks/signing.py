"""How messages between systems are signed, in both directions: one rule."""

from __future__ import annotations

import hashlib
import hmac


def signature_of(secret: str, moment: str, body: bytes) -> str:
    """What X-Signature has to be: HMAC-SHA256 over X-Time (seconds since 1970), a full stop and the body, in hex."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
