"""Databases that were prepared once and are copied ever after: a migration of everything takes half a minute of a core.

They lie in build/databases-for-tests, under a digest of all that goes into them: migrations, reference data, settings.
    fill_file(path, env, "migrated", MIGRATE)                  a SpatiaLite file with the tables and nothing in them
    fill_server(postgres, "name", env, "complete", PREPARE)    the same on PostGIS, or with the reference data
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from opscenter.launch import frontend
from opscenter.launch.preparation import inputs
from tests.harness.servers import Postgres

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = frontend.BUILD / "databases-for-tests"
# What `inputs` does not hold and a site's database may depend on.
ALSO_READ = ("OPSCENTER_AREA_DATA", "OPSCENTER_PINNED_SET", "OPSCENTER_MODE")


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process at a time; the others wait for it and find its work done."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def kept(name: str, make: Callable[[Path], None]) -> Path:
    """The file of this name for today's inputs; `make(path)` writes it when there is none."""
    file = FOLDER / f"{name}-{inputs()[:16]}"
    with locked(name):
        if not file.exists():
            for old in FOLDER.glob(f"{name}-*"):
                old.unlink()
            part = FOLDER / f"{name}.part"
            part.unlink(missing_ok=True)
            make(part)
            part.replace(file)
    return file


def run(env: Mapping[str, str], *command: str) -> None:
    """Runs Python with these arguments in this environment; its own words are in the error."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")


MIGRATE = ("manage.py", "migrate", "--verbosity", "0")
PREPARE = ("-m", "opscenter.launch.preparation")


def fill_file(target: Path, env: Mapping[str, str], name: str, command: tuple[str, ...]) -> None:
    """Puts at `target` the SpatiaLite file that `command` makes in this environment."""

    def make(part: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="opscenter-prepared-") as folder:
            file = Path(folder) / "site.sqlite3"
            if command != MIGRATE:
                fill_file(file, env, "migrated", MIGRATE)
            own = {"OPSCENTER_DATABASE_URL": f"spatialite://{file}", "OPSCENTER_DATA_DIR": folder}
            run({**env, **own, "OPSCENTER_REDIS_URL": ""}, *command)
            with contextlib.closing(sqlite3.connect(file)) as connection:
                # What is still in the log beside it.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copyfile(file, part)

    shutil.copyfile(kept(f"{name}.sqlite3", make), target)


def fill_server(server: Postgres, database: str, env: Mapping[str, str], name: str, command: tuple[str, ...]) -> str:
    """Makes a database on this server as `command` makes one in this environment; answers its url."""

    def make(part: Path) -> None:
        if command == MIGRATE:
            url = server.create(making)
        else:
            url = fill_server(server, making, env, "migrated", MIGRATE)
        run({**env, "OPSCENTER_DATABASE_URL": url, "OPSCENTER_REDIS_URL": ""}, *command)
        server.dump(making, part)

    making = f"making_{database}"
    return server.restore(database, kept(f"{name}.pgdump", make))
