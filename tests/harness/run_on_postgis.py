"""Runs a command on PostGIS and Redis that are started for it and end with it.

    build/venv/bin/python -m tests.harness.run_on_postgis -- pytest tests/geo -x -q

The command finds OPSCENTER_DATABASE_URL and OPSCENTER_REDIS_URL in its environment; the answer is its exit code.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.harness import prepared
from tests.harness.servers import Postgres, Redis

TEMPLATE = "migrated"


def main(arguments: list[str]) -> int:
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    if command[0] == "pytest":
        command = [sys.executable, "-m", *command]
    elif command[0] == "python":
        command = [sys.executable, *command[1:]]
    with tempfile.TemporaryDirectory(prefix="opscenter-postgis-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        postgres, redis = Postgres(folder), Redis(folder)
        try:
            postgres.start()
            redis.start()
            env = {
                **os.environ,
                "OPSCENTER_DATABASE_URL": postgres.create("opscenter"),
                "OPSCENTER_REDIS_URL": redis.url,
                # Tests with many threads at once; the server has places enough.
                "OPSCENTER_DATABASE_POOL": "30",
            }
            if "pytest" in command:
                # Its workers' databases are copies of this one.
                prepared.fill_server(postgres, TEMPLATE, env, "migrated", prepared.MIGRATE)
                env["TESTS_TEMPLATE_DATABASE"] = TEMPLATE
            child = subprocess.Popen(command, env=env)
            # Ctrl+C reaches the child too; wait for its own end, so that the servers go last.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, lambda *_: child.terminate())
            return child.wait()
        finally:
            redis.stop()
            postgres.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
