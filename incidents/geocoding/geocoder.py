"""One question to the geocoder of the province: an address goes out, places come back. Touches no database."""

from __future__ import annotations

import json
import time

import httpx
from django.conf import settings

from incidents.geocoding.parsing import READERS, Found

PATIENCE_S = 3.0
MOST_BYTES = 256 * 1024
_MOST_ANSWERS = 3


class NoAnswer(Exception):
    """It did not answer, or not what it should; the text is for the log and holds nothing of the address."""


def ask(address: str) -> list[Found]:
    """What it finds for an address, the best first. Raises NoAnswer."""
    asked = {"q": address, "limit": str(_MOST_ANSWERS)}
    if settings.GEOCODER_KIND == "photon":
        url = f"{settings.GEOCODER_URL}/api"
    else:
        url = f"{settings.GEOCODER_URL}/search"
        asked |= {"format": "jsonv2", "accept-language": "vi"}
    try:
        return READERS[settings.GEOCODER_KIND](json.loads(_get(url, asked)))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # Its own text would hold the address.
        raise NoAnswer(type(error).__name__) from None
    except (ValueError, RecursionError):
        raise NoAnswer("not an answer") from None


def _get(url: str, asked: dict[str, str]) -> bytes:
    over_at = time.monotonic() + PATIENCE_S
    with (
        httpx.Client(timeout=PATIENCE_S, follow_redirects=False, trust_env=False) as client,
        client.stream("GET", url, params=asked, headers={"User-Agent": "opscenter"}) as answer,
    ):
        if answer.status_code != 200:
            raise NoAnswer(f"http {answer.status_code}")
        content = b""
        for part in answer.iter_bytes():
            content += part
            if len(content) > MOST_BYTES:
                raise NoAnswer("too much")
            if time.monotonic() > over_at:
                # Drop by drop: each one comes in time, the whole does not.
                raise NoAnswer("too slow")
        return content
