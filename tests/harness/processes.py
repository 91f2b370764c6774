"""Started programs that end with the tests, and ports nobody else takes."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class DidNotStart(Exception):
    """A program ended, or did not answer in time; the text holds the end of what it printed."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that is free now, below the range from which the system picks client ports."""
    while True:
        port = random.SystemRandom().randint(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def accepts(port: int) -> bool:
    """Whether something listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(true: Callable[[], bool], seconds: float = 20.0, every: float = 0.05) -> bool:
    """Asks until the answer is yes; False when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(every)
    return true()


def _end_with_parent() -> None:
    # A killed test run must not leave servers behind.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    """One program that can be started, killed and started again, always with the same command and port."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
        ready: Callable[[], bool] = lambda: True,
        stop_signal: int = signal.SIGTERM,
    ) -> None:
        self.name, self.argv, self.log = name, list(argv), log
        self.env, self.cwd, self.user = dict(os.environ if env is None else env), cwd, user
        self.ready, self.stop_signal = ready, stop_signal
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        if self.process is None:
            raise DidNotStart(f"{self.name} was never started")
        return self.process.pid

    def start(self, seconds: float = 40.0) -> Program:
        """Starts the program and waits until it answers; raises DidNotStart with the end of its log."""
        self.launch()
        return self.wait_ready(seconds)

    def launch(self) -> None:
        """Starts the program without waiting, so that several can come up side by side."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
                preexec_fn=_end_with_parent,
                start_new_session=True,
            )

    def wait_ready(self, seconds: float = 40.0) -> Program:
        wait_until(lambda: not self.running or self.ready(), seconds)
        if not self.running or not self.ready():
            state = "did not answer" if self.running else f"ended with {self.process and self.process.returncode}"
            raise DidNotStart(f"{self.name} {state}:\n{self.printed()[-4000:]}")
        return self

    def printed(self) -> str:
        """Everything the program wrote so far, over all its starts."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def kill(self) -> None:
        """Ends it as a power cut would: no handler of its own runs."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self, seconds: float = 15.0) -> None:
        """Asks it to end, and kills it when it does not."""
        if not self.running or self.process is None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def restart(self) -> Program:
        self.stop()
        return self.start()
