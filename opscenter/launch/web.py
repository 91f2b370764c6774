"""One web process: python -m opscenter.launch.web [--host 127.0.0.1] [--port 8000] [--server daphne|uvicorn]."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

APPLICATION = "opscenter.asgi:application"


def command(server: str, port: int, host: str = "127.0.0.1") -> list[str]:
    """The command line of one web process. Raises ValueError for another server than daphne and uvicorn."""
    if server == "daphne":
        # -v 0: the access log costs half the throughput of the live stream.
        # Daphne refuses messages over 1 MiB, also its own: a snapshot of 1,800 incidents. This is room for 28,000.
        largest = str(16 * 1024 * 1024)
        sizes = ["--websocket-max-message-size", largest, "--websocket-max-frame-size", largest]
        return [sys.executable, "-m", "daphne", "-v", "0", *sizes, "-b", host, "-p", str(port), APPLICATION]
    if server == "uvicorn":
        return [sys.executable, "-m", "uvicorn", "--host", host, "--port", str(port), "--ws", "websockets-sansio",
                "--lifespan", "off", "--no-access-log", "--no-proxy-headers", APPLICATION]  # fmt: skip
    raise ValueError(f"the server is {server!r}: it is daphne or uvicorn")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--server", default="daphne", choices=["daphne", "uvicorn"])
    options = parser.parse_args(arguments)
    # A process that serves reads areas, places and answers at its start (geo/warming.py).
    os.environ["OPSCENTER_SERVES"] = "1"
    line = command(options.server, options.port, options.host)
    os.execv(line[0], line)


if __name__ == "__main__":
    main()
