"""Keeps the child processes running: one that dies is started again, and all end together."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_PR_SET_PDEATHSIG = 1
# A child that ran this long was healthy: its next restart comes at once again.
HEALTHY_SECONDS = 30.0
LONGEST_WAIT = 30.0


def _end_with_parent() -> None:
    # If this process is killed outright, no server may keep the port and the database.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One command. `once`: its end is not an accident, so it is not started again."""

    name: str
    argv: Sequence[str]
    once: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait: float = 0.0
    not_before: float = 0.0
    ended: bool = field(default=False)


class Supervisor:
    """`run()` returns when asked to stop by Ctrl+C, SIGTERM or `stop()`; the children have ended by then."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = dict(env)
        self.children: list[Child] = []
        self.stopping = False

    def start(self, child: Child) -> None:
        self.children.append(child)
        self._launch(child)

    def _launch(self, child: Child) -> None:
        child.started = time.monotonic()
        # A session of its own: Ctrl+C reaches us alone, and we end the children in order.
        child.process = subprocess.Popen(
            child.argv, env=self.env, stdin=subprocess.DEVNULL, preexec_fn=_end_with_parent, start_new_session=True
        )

    def stop(self, *_: object) -> None:
        self.stopping = True

    def watch(self) -> None:
        """Restarts what died; waits 1, 2, 4 … 30 s between tries when it dies again and again."""
        now = time.monotonic()
        for child in self.children:
            if child.ended or child.process is None or child.process.poll() is None:
                continue
            if child.once:
                child.ended = True
                if child.process.returncode:
                    print(f"! {child.name} ended with {child.process.returncode}", flush=True)
            elif child.not_before == 0.0:
                child.wait = (
                    0.0 if now - child.started > HEALTHY_SECONDS else min(max(1.0, child.wait * 2), LONGEST_WAIT)
                )
                child.not_before = now + child.wait
                code = child.process.returncode
                print(f"! {child.name} ended with {code}; starting it again in {child.wait:.0f} s", flush=True)
            elif now >= child.not_before:
                child.not_before = 0.0
                self._launch(child)

    def run(self) -> None:
        while not self.stopping:
            self.watch()
            time.sleep(0.2)
        self.end()

    def end(self, seconds: float = 10.0) -> None:
        """Asks all children to end, the last started first, and kills those that do not within `seconds`."""
        living = [child.process for child in reversed(self.children) if child.process and child.process.poll() is None]
        for process in living:
            process.terminate()
        limit = time.monotonic() + seconds
        for process in living:
            try:
                process.wait(max(0.1, limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
