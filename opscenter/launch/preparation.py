"""What has to be true before the servers start: a secret key, the newest tables, the reference data.

python -m opscenter.launch.preparation: all of it, in a process of its own. A deployment runs it once at each start;
`make run` skips it while nothing it depends on has changed, and then starts without waiting for Django twice.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from opscenter.launch.stamps import Stamp, digest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("opscenter", "geo", "realtime", "incidents")
# What the reference data are made from.
REFERENCE_INPUTS = ("fixtures", "geo", "incidents/reference", "incidents/knowledge")
# In this order: agencies and competence name areas.
REFERENCE_COMMANDS = ("load_starter_areas", "load_reference", "load_answers")


def keep_secret_key(data_dir: Path) -> None:
    """Makes DATA_DIR/secret-key (mode 600) once; settings.py reads it. Production gives its key by the environment."""
    data_dir.mkdir(parents=True, exist_ok=True)
    file = data_dir / "secret-key"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(64))


# --- whether it has to be done again ----------------------------------------------------------------------------


def _stamp(data_dir: Path) -> Path:
    """One stamp for each set of settings: another mode or database is another preparation."""
    given = sorted((name, value) for name, value in os.environ.items() if name.startswith("OPSCENTER_"))
    apart = {"OPSCENTER_LOG_LEVEL"}
    if os.environ.get("OPSCENTER_MODE") != "demonstration":
        # The demonstration's table of accounts holds addresses; nothing else that is prepared does.
        apart.add("OPSCENTER_PUBLIC_URL")
    text = json.dumps([pair for pair in given if pair[0] not in apart])
    return data_dir / f"prepared-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"


def inputs() -> str:
    """A digest of everything that the prepared database is made from."""
    migrations = [file for package in PACKAGES for file in (ROOT / package).glob("**/migrations/*.py")]
    reference = [ROOT / part for part in REFERENCE_INPUTS]
    return digest([*migrations, *reference, ROOT / "requirements.txt", ROOT / "opscenter" / "settings.py"])


def _applied(database: Path) -> str:
    """Which migrations a SpatiaLite file has, read without Django; empty when there is no such file."""
    if not database.is_file():
        return ""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)) as connection:
        try:
            rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
        except sqlite3.Error:
            return ""
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def is_current(data_dir: Path) -> bool:
    """Whether the last preparation with these settings still holds. A server's database is always asked itself."""
    try:
        kept = json.loads(_stamp(data_dir).read_text())
    except (OSError, ValueError):
        return False
    if os.environ.get("OPSCENTER_MODE") == "demonstration" and not (data_dir / "demonstration-accounts.txt").exists():
        return False
    applied = _applied(Path(kept["database"]))
    return bool(applied) and kept["applied"] == applied and kept["inputs"] == inputs()


# --- doing it; each needs django.setup() before -----------------------------------------------------------------


def migrate() -> None:
    """Brings the tables up to date."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("· Preparing the database", flush=True)
        call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> None:
    """Puts all static files into STATIC_ROOT, compressed in production, when the build or a package changed."""
    from django.conf import settings
    from django.core.management import call_command

    # Compressing takes half a minute of a core.
    stamp = Stamp(
        settings.STATIC_ROOT / ".collected", digest([settings.BUILD_DIR / "frontend", ROOT / "requirements.txt"])
    )
    if not stamp.is_current:
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.keep()


def load_reference() -> None:
    """Loads areas, agencies, categories and competence; what is there already stays."""
    from django.core.management import call_command

    print("· Loading areas, agencies and categories", flush=True)
    for command in REFERENCE_COMMANDS:
        call_command(command, stdout=io.StringIO())


def prepare() -> None:
    """Everything, for the settings of this process. Raises what a step raises: a half-prepared site must not start."""
    from django.conf import settings
    from django.core.management import call_command

    from opscenter.launch import translations

    translations.compile_translations()
    made_from = inputs()
    # WhiteNoise warns about a folder that is missing.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    if settings.PRODUCTION or "OPSCENTER_STATIC_ROOT" in os.environ:
        collect_static()
    migrate()
    load_reference()
    if settings.DEMONSTRATION:
        call_command("make_demo_accounts", verbosity=0)
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "opscenter.spatialite":
        file = Path(str(database["NAME"]))
        kept = {"database": str(file), "applied": _applied(file), "inputs": made_from}
        _stamp(settings.DATA_DIR).write_text(json.dumps(kept))


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    django.setup()
    prepare()


if __name__ == "__main__":
    main()
