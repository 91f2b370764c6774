"""PostgreSQL with PostGIS, and Redis, as plain processes with their data in a folder that goes away."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from tests.harness.processes import Program, accepts, free_port


class NotInstalled(Exception):
    """A server the tests need is not on this machine; `make test` installs it."""


def program_path(name: str, *folders: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=":".join([*folders, "/usr/sbin", "/sbin", "/usr/local/bin"]))
    if found is None:
        raise NotInstalled(f"{name} is not installed: run `make test-needs`")
    return found


def _postgres_folder() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else Path(program_path("initdb")).parent


class Postgres:
    """One PostgreSQL cluster on a private port. `url("name")` is what OPSCENTER_DATABASE_URL takes."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder, self.port, self.password = folder / "postgres", free_port(), secrets.token_urlsafe(12)
        self.user = "postgres" if os.geteuid() == 0 else None  # initdb refuses to run as root
        self.bin = _postgres_folder()
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "shared_buffers": "64MB",
            "fsync": "on" if durable else "off",
            # Short queries, each cheaper than compiling it.
            "jit": "off",
            "full_page_writes": "on" if durable else "off",
            "log_min_messages": "warning",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.program = Program(
            "PostgreSQL",
            [str(self.bin / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *options],
            log=folder / "postgres.log",
            cwd=self.folder,
            user=self.user,
            ready=self._answers,
            stop_signal=signal.SIGINT,  # "fast": rolls back what is open
        )

    def url(self, database: str = "opscenter") -> str:
        return f"postgis://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def _answers(self) -> bool:
        check = subprocess.run(
            [str(self.bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False
        )
        return check.returncode == 0

    def start(self) -> Postgres:
        """Makes the cluster the first time, and starts it."""
        if not (self.folder / "data").exists():
            self.folder.mkdir(parents=True)
            secret = self.folder / "password"
            secret.write_text(self.password)
            if self.user:
                # The server's user has to reach its folder through ours.
                self.folder.parent.chmod(0o755)
                for path in (self.folder, secret):
                    shutil.chown(path, self.user, self.user)
            self._run(
                "initdb", "-D", str(self.folder / "data"), "-U", "postgres", "--no-sync", "-E", "UTF8",
                "--locale=C.UTF-8", "-A", "scram-sha-256", f"--pwfile={secret}",
            )  # fmt: skip
        self.program.start()
        return self

    def create(self, database: str, *, like: str = "template1") -> str:
        """Makes an empty database, or a copy of one that nobody is connected to, and gives its url."""
        self._run("createdb", *self._reached, "-T", like, database)
        return self.url(database)

    def dump(self, database: str, file: Path) -> None:
        """Writes the database into a file that `restore` reads."""
        # The server's user writes into its own folder only.
        part = self.folder / "dump"
        self._run("pg_dump", *self._reached, "-Fc", "-Z0", "-f", str(part), database)
        shutil.copyfile(part, file)
        part.unlink()

    def restore(self, database: str, file: Path) -> str:
        """Makes a database from what `dump` wrote and gives its url."""
        part = self.folder / f"{database}.dump"
        shutil.copyfile(file, part)
        if self.user:
            shutil.chown(part, self.user, self.user)
        url = self.create(database)
        self._run("pg_restore", *self._reached, "--exit-on-error", "-d", database, str(part))
        self._run("vacuumdb", *self._reached, "-q", "--analyze-only", "-d", database)
        part.unlink()
        return url

    @property
    def _reached(self) -> tuple[str, ...]:
        return ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres")

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.bin / name), *arguments],
            env={**os.environ, "PGPASSWORD": self.password, "LC_ALL": "C.UTF-8"},
            cwd=self.folder,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr or done.stdout}")

    def stop(self) -> None:
        self.program.stop()


class Redis:
    """One Redis that keeps nothing on disk; `stop()` and `start()` again use the same port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.program = Program(
            "Redis",
            [program_path("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no"],
            log=folder / "redis.log",
            cwd=folder,
            ready=lambda: accepts(self.port),
        )  # fmt: skip

    def start(self) -> Redis:
        self.program.start()
        return self

    def stop(self) -> None:
        self.program.stop()
