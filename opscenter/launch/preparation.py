"""What has to be true before the servers start: a secret key, the newest tables, the reference data.

python -m opscenter.launch.preparation: the one-off step of a deployment, with the static files too.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from opscenter.launch import translations
from opscenter.launch.stamps import Stamp, digest

ROOT = Path(__file__).resolve().parent.parent.parent
# Loading reads these; when one of them changed, it is loaded again.
REFERENCE_INPUTS = ("fixtures", "geo", "incidents/reference")
# In this order: agencies and competence name areas.
REFERENCE_COMMANDS = ("load_starter_areas", "load_reference")


def keep_secret_key(data_dir: Path) -> None:
    """Makes DATA_DIR/secret-key (mode 600) once; settings.py reads it. Production gives its key by the environment."""
    data_dir.mkdir(parents=True, exist_ok=True)
    file = data_dir / "secret-key"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(64))


def migrate() -> bool:
    """Brings the tables up to date; answers whether anything had to be done. Needs django.setup() before."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    print("· Preparing the database", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    return True


def collect_static() -> None:
    """Puts all static files into one folder, compressed, for production."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def load_reference(*, force: bool = False) -> None:
    """Loads areas, agencies, categories and competence when their files changed or the database is new."""
    from django.conf import settings
    from django.core.management import call_command

    name = Path(str(settings.DATABASES["default"]["NAME"])).name
    stamp = Stamp(settings.DATA_DIR / f"{name}.reference", digest(ROOT / part for part in REFERENCE_INPUTS))
    if stamp.is_current and not force:
        return
    print("· Loading areas, agencies and categories", flush=True)
    for command in REFERENCE_COMMANDS:
        call_command(command)
    stamp.keep()


def demonstration_accounts() -> str:
    """The accounts of the demonstration with their generated passwords, as lines to print."""
    from django.conf import settings
    from django.core.management import call_command

    file: Path = settings.DATA_DIR / "demonstration-accounts.txt"
    call_command("make_demo_accounts", verbosity=0)
    return file.read_text() if file.exists() else ""


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    django.setup()

    translations.compile_translations()
    collect_static()
    load_reference(force=migrate())


if __name__ == "__main__":
    main()
