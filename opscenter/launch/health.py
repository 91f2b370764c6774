"""Whether the web process on this host answers: exit code 0 or 1, for a container's health check."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request


def is_healthy(address: str, host: str) -> bool:
    """Asks `address`/health/ under the public name, since others are refused; sends what the proxy would send."""
    request = urllib.request.Request(f"{address}/health/", headers={"Host": host, "X-Forwarded-Proto": "https"})
    try:
        with urllib.request.urlopen(request, timeout=4) as response:
            return bool(response.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    name = os.environ.get("OPSCENTER_ALLOWED_HOSTS", "127.0.0.1").split(",")[0].strip().lstrip(".")
    sys.exit(0 if is_healthy(f"http://127.0.0.1:{os.environ.get('PORT', '8000')}", name) else 1)
