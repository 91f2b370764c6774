"""`make run` as a newcomer types it: in an empty folder, then again, then ended by Ctrl+C."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.processes import Program, accepts, free_port, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """What git would clone, and nothing else."""
    with tempfile.TemporaryDirectory(prefix="opscenter-fresh-", ignore_cleanup_errors=True) as name:
        tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        for part in tracked.decode().split("\0"):
            if part and (ROOT / part).exists():
                target = Path(name) / part
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / part, target)
        yield Path(name)


def make_run(folder: Path, port: int, *arguments: str) -> Program:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("OPSCENTER_", "MAKE", "DJANGO_"))}

    def answers() -> bool:
        return f"http://127.0.0.1:{port}" in program.printed() and accepts(port)

    program = Program(
        "make run",
        ["make", "--no-print-directory", "run", f"PORT={port}", *arguments],
        log=folder / f"run-{port}.log",
        env=env,
        cwd=folder,
        ready=answers,
    )
    return program


def front_page(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
        return str(answer.read().decode())


def children_of(pid: int) -> set[int]:
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            child = int(status.parent.name)
            found |= {child, *children_of(child)}
    return found


@pytest.mark.timeout(500)
def test_the_first_start_the_second_start_and_the_end(folder: Path) -> None:
    port = free_port()
    first = make_run(folder, port)
    first.start(seconds=400)
    try:
        page = front_page(port)
        assert '<html lang="vi"' in page
        assert "/static/assets/" in page
        assert (folder / "data" / "secret-key").stat().st_mode & 0o777 == 0o600
        processes = children_of(first.pid)
        assert len(processes) >= 3  # the launcher, the web server, the worker
    finally:
        os.killpg(first.pid, signal.SIGINT)  # Ctrl+C reaches make and the launcher
        wait_until(lambda: not first.running, 15)
    assert not accepts(port)
    assert not [pid for pid in processes if Path(f"/proc/{pid}").exists()]
    key = (folder / "data" / "secret-key").read_text()

    again = make_run(folder, free_port())
    port = int(again.argv[3].partition("=")[2])
    begun = time.monotonic()
    again.start(seconds=60)
    print(f"the second start took {time.monotonic() - begun:.1f} s")
    try:
        assert '<html lang="vi"' in front_page(port)
        assert "Installing" not in again.printed()
        assert "Building" not in again.printed()
        assert "Preparing" not in again.printed()
        assert (folder / "data" / "secret-key").read_text() == key
        # An installation for everyday use has no accounts that anybody could read off the screen.
        assert "password" not in again.printed().lower()
    finally:
        again.stop()
    assert not accepts(port)


def test_a_taken_port_is_named(folder: Path) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        done = subprocess.run(
            ["make", "--no-print-directory", "run", f"PORT={port}"],
            cwd=folder, capture_output=True, text=True, timeout=200, check=False,
            env={name: value for name, value in os.environ.items() if not name.startswith(("OPSCENTER_", "MAKE"))},
        )  # fmt: skip
    assert done.returncode != 0
    assert f"Port {port} is taken" in done.stderr
