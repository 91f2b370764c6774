"""What a browser gives when somebody switches notifications on, as a page sends it to us. Pure."""

from __future__ import annotations

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from pydantic import BaseModel, ConfigDict, Field, field_validator

from incidents.delivery.push.endpoints import LONGEST, is_allowed


def raw(text: str) -> bytes:
    """The bytes of base64url, with or without its padding. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


class Keys(BaseModel):
    """The browser's public key, and the secret it shares with whoever may write to it."""

    model_config = ConfigDict(extra="ignore")
    p256dh: str = Field(max_length=100)
    auth: str = Field(max_length=32)

    @field_validator("p256dh")
    @classmethod
    def _is_a_point(cls, value: str) -> str:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw(value))
        return value.rstrip("=")

    @field_validator("auth")
    @classmethod
    def _has_sixteen_bytes(cls, value: str) -> str:
        if len(raw(value)) != 16:
            raise ValueError("auth has 16 bytes")
        return value.rstrip("=")


class Subscription(BaseModel):
    """PushSubscription.toJSON(). What is not an address of a browser maker is refused here already."""

    model_config = ConfigDict(extra="ignore")
    endpoint: str = Field(max_length=LONGEST)
    keys: Keys

    @field_validator("endpoint")
    @classmethod
    def _is_a_push_service(cls, value: str) -> str:
        if not is_allowed(value):
            raise ValueError("not an address of a known push service")
        return value
