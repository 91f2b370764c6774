"""Child processes are restarted when they die, and end together with whoever started them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from opscenter.launch.supervisor import Child, Supervisor
from tests.harness.processes import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
WAITS = [sys.executable, "-c", "import time; time.sleep(300)"]


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_a_killed_child_is_started_again() -> None:
    supervisor = Supervisor(os.environ)
    child = Child("waiter", WAITS)
    supervisor.start(child)
    try:
        assert child.process is not None
        first = child.process.pid
        child.process.kill()
        child.process.wait()

        def again() -> bool:
            supervisor.watch()
            return child.process is not None and child.process.pid != first and child.process.poll() is None

        assert wait_until(again, 5)
    finally:
        supervisor.end()
    assert child.process.poll() is not None


def test_a_child_that_dies_at_once_is_tried_ever_more_slowly() -> None:
    supervisor = Supervisor(os.environ)
    child = Child("broken", [sys.executable, "-c", "raise SystemExit(3)"])
    supervisor.start(child)
    waits = set()
    end = time.monotonic() + 5
    while time.monotonic() < end and len(waits) < 2:
        supervisor.watch()
        if child.not_before:
            waits.add(child.wait)
        time.sleep(0.02)
    supervisor.end()
    assert sorted(waits) == [1.0, 2.0]


def test_a_step_that_ends_is_not_repeated() -> None:
    supervisor = Supervisor(os.environ)
    child = Child("once", [sys.executable, "-c", "pass"], once=True)
    supervisor.start(child)
    assert child.process is not None
    child.process.wait()
    pid = child.process.pid
    for _ in range(3):
        supervisor.watch()
    assert child.ended
    assert child.process.pid == pid
    supervisor.end()


PARENT = """
import os, signal, sys
from opscenter.launch.supervisor import Child, Supervisor
supervisor = Supervisor(os.environ)
signal.signal(signal.SIGTERM, supervisor.stop)
signal.signal(signal.SIGINT, supervisor.stop)
stubborn = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(300)"
for name in ("one", "two"):
    child = Child(name, [sys.executable, "-c", stubborn])
    supervisor.start(child)
    print(child.process.pid, flush=True)
supervisor.run()
"""


def start_parent() -> tuple[subprocess.Popen[str], list[int]]:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, [int(parent.stdout.readline()) for _ in range(2)]


def test_ctrl_c_and_sigterm_end_everything() -> None:
    for how in (signal.SIGINT, signal.SIGTERM):
        parent, pids = start_parent()
        time.sleep(0.3)
        parent.send_signal(how)
        assert parent.wait(10) == 0
        assert not [pid for pid in pids if alive(pid)]


def test_a_killed_parent_leaves_nothing_behind() -> None:
    parent, pids = start_parent()
    parent.kill()
    parent.wait()
    assert wait_until(lambda: not [pid for pid in pids if alive(pid)], 5)
