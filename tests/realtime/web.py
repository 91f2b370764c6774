"""Web processes of tests/realtime/site.py on the test's own database."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import quote

from tests.harness.processes import Program, accepts, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
APPLICATION = "tests.realtime.site:application"


def database_url() -> str:
    """What OPSCENTER_DATABASE_URL has to be for another process to use this test's database."""
    from django.db import connection

    own = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"spatialite://{quote(str(own['NAME']))}"
    login = f"{quote(own['USER'])}:{quote(own['PASSWORD'])}"
    return f"postgis://{login}@{own['HOST']}:{own['PORT']}/{own['NAME']}"


def web(folder: Path, server: str = "daphne", *, application: str = APPLICATION, **env: str) -> Program:
    """One web process; `.port` is where."""
    port = free_port()
    if server == "daphne":
        command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), application]
    else:
        command = [sys.executable, "-m", "uvicorn", "--host", "127.0.0.1", "--port", str(port), "--lifespan", "off",
                   "--ws", "websockets-sansio", "--no-access-log", application]  # fmt: skip
    program = Program(
        f"{server} {port}",
        command,
        log=folder / f"{server}-{port}.log",
        env={**os.environ, "OPSCENTER_DATABASE_URL": database_url(), **env},
        cwd=ROOT,
        ready=lambda: accepts(port),
    )
    program.port = port  # type: ignore[attr-defined]
    return program
