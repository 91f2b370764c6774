"""The harness itself: programs that die and come back, servers that keep nothing, ports that are free."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tests.harness.processes import DidNotStart, Program, accepts, free_port, wait_until
from tests.harness.servers import Postgres, Redis

LISTENS = """
import socket, sys, time
print("up", flush=True)
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(300)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="opscenter-harness-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        (Path(name) / "part").mkdir()
        yield Path(name) / "part"


def test_ports_are_free_and_no_clients_own_port() -> None:
    port = free_port()
    assert 20_000 <= port < 32_768
    assert not accepts(port)


def test_a_program_is_killed_and_started_again(folder: Path) -> None:
    port = free_port()
    program = Program(
        "listener",
        [sys.executable, "-c", LISTENS, str(port)],
        log=folder / "log",
        ready=lambda: accepts(port),
    )
    program.start()
    first = program.pid
    program.kill()
    assert not program.running
    assert not accepts(port)
    program.start()
    assert program.pid != first
    assert program.printed().count("up") == 2
    program.stop()
    assert wait_until(lambda: not accepts(port), 5)


def test_a_program_that_ends_says_why(folder: Path) -> None:
    program = Program("broken", [sys.executable, "-c", "print('no disk'); raise SystemExit(4)"], log=folder / "log",
                      ready=lambda: False)  # fmt: skip
    with pytest.raises(DidNotStart, match="ended with 4:\nno disk"):
        program.start(seconds=10)


def test_postgis_starts_keeps_its_rows_over_a_crash_and_ends(folder: Path) -> None:
    postgres = Postgres(folder, durable=True).start()
    try:
        url = postgres.create("site").replace("postgis://", "postgresql://")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")
            row = connection.execute("SELECT ST_AsText(ST_Point(106.65, 10.98))").fetchone()
            assert row == ("POINT(106.65 10.98)",)
        postgres.program.kill()
        wait_until(lambda: not accepts(postgres.port), 5)
        postgres.start()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'").fetchone() == (1,)
        wrong = url.replace(postgres.password, "postgres")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(wrong)
    finally:
        postgres.stop()
    assert not accepts(postgres.port)


def test_redis_comes_back_on_the_same_port_with_nothing(folder: Path) -> None:
    server = Redis(folder).start()
    try:
        client = redis.Redis.from_url(server.url)
        client.set("a", 1)
        server.stop()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        server.start()
        assert client.get("a") is None
    finally:
        server.stop()


def test_a_command_on_postgis_finds_both_servers_and_its_code_comes_back() -> None:
    code = (
        "import os, sys; url = os.environ['OPSCENTER_DATABASE_URL']; "
        "sys.exit(7 if url.startswith('postgis://') and os.environ['OPSCENTER_REDIS_URL'] else 1)"
    )
    command = [sys.executable, "-m", "tests.harness.run_on_postgis", "--", "python", "-c", code]
    assert subprocess.run(command, env=os.environ, timeout=60, check=False).returncode == 7
