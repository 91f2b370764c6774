"""One POST to a platform, and what can go wrong with it, as the result of a sender."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from incidents.delivery.outcomes import Failure, Outcome, Result

# Far below the lease of a message under way.
_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
_LARGEST = 256 * 1024


def post(
    url: str,
    *,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    errors_have_content: bool = False,
) -> dict[str, Any] | Result:
    """The JSON object of a 2xx answer (and, with `errors_have_content`, of a 4xx); else the Result it comes to.

    No redirect is followed: a platform that moves is set up anew, and no key of ours goes where it was sent to.
    """
    try:
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=False) as client:
            answer = client.post(url, json=json, data=dict(form) if form else None, headers=dict(headers or {}))
            content = answer.json() if len(answer.content) <= _LARGEST else None
    except httpx.HTTPError as error:
        return Result(Outcome.TEMPORARY, Failure.UNREACHABLE, type(error).__name__)
    except ValueError:
        content = None
    if isinstance(content, dict):
        explains = errors_have_content and answer.is_client_error and "error" in content
        if answer.is_success or explains:
            return content
    refused = answer.status_code in {401, 403}
    failure = Failure.SENDER_REFUSED if refused else Failure.REJECTED_FOR_NOW
    return Result(Outcome.TEMPORARY, failure, f"HTTP {answer.status_code}")


def fitted(body: str, longest: int) -> str:
    """The text in at most `longest` characters. What is cut is its middle: the last line has the link to the rest."""
    if len(body) <= longest:
        return body
    text, _line_end, last = body.rstrip().rpartition("\n")
    last = last[-(longest // 2) :]
    return f"{text[: longest - len(last) - 3]}…\n{last}"
