"""What every test starts from: a database of its own, a folder of its own, and people to be.

The database is SpatiaLite in a file (WAL, as in use) unless OPSCENTER_DATABASE_URL names PostGIS;
`python -m tests.harness.run_on_postgis -- pytest …` sets that and starts the servers.
"""

from __future__ import annotations

import datetime as dt
import gc
import itertools
import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as examples
from psycopg.pq import TransactionStatus

from tests.harness.remembering import Remembering

pytest_plugins = ["tests.harness.fixtures"]
# A busy machine may take a second for one example: how long something takes is asked by benches.
examples.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("any machine")
# What is collected stays to the run's end: no need to look through it for garbage, now or later.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


# A test that asks for one of these, by whatever way, touches the database.
DATABASE = frozenset({"db", "transactional_db"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-database", action="store_true", help="only tests that touch the database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A second database has nothing to say about tests that use none."""
    if not config.getoption("--only-database"):
        return

    def touches(item: pytest.Item) -> bool:
        fixtures = getattr(item, "fixturenames", ())
        return item.get_closest_marker("django_db") is not None or not DATABASE.isdisjoint(fixtures)

    config.hook.pytest_deselected(items=[item for item in items if not touches(item)])
    items[:] = [item for item in items if touches(item)]


@pytest.fixture(scope="session", autouse=True)
def private_folder() -> Iterator[Path]:
    """A folder for this run's files, so that no test sees or leaves anything in data/."""
    with tempfile.TemporaryDirectory(prefix="opscenter-tests-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        settings.DATA_DIR = folder
        settings.MEDIA_ROOT = folder / "media"
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        # By the schedule a worker asks contacts in office hours: tests are the same at any hour.
        settings.CONTACT_DRILL_DAYS = 0
        # The real hasher takes 0.3 s a password by design.
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        yield folder


@pytest.fixture(scope="session", autouse=True)
def positions_wait(private_folder: Path) -> None:
    """No thread writes positions into the database of a test that is over: tests write them when they want to."""
    from incidents.emergencies.positions.collecting import Collector

    Collector._wake = lambda self: None  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Whether `django_db_modify_db_settings` puts a migrated database there; what it lies in goes away as a whole."""
    spatialite = settings.DATABASES["default"]["ENGINE"] == "opscenter.spatialite"
    return spatialite or "TESTS_TEMPLATE_DATABASE" in os.environ


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    private_folder: Path, django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> None:
    """Copies a migrated database to where the tests look for theirs. On SpatiaLite in the private folder: several runs
    may go on side by side. Of several workers of one run each has its own on PostGIS too (the suffix)."""
    from django.db import connections

    from tests.harness import prepared

    connection = connections["default"]
    chosen = connection.settings_dict
    if chosen["ENGINE"] == "opscenter.spatialite":
        chosen["TEST"]["NAME"] = str(private_folder / "test.sqlite3")
        prepared.fill_file(private_folder / "test.sqlite3", os.environ, "migrated", prepared.MIGRATE)
    elif template := os.environ.get("TESTS_TEMPLATE_DATABASE"):
        name = connection.creation._get_test_db_name()
        # Two copies of one template at a time are refused.
        with django_db_blocker.unblock(), prepared.locked("template"), connection.creation._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The database of the run, which is emptied quickly between tests, and before the first as before all others."""
    from django.core.management import call_command
    from django.db import connection

    from tests.harness.emptying import empty_quickly

    empty_quickly(connection)
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test that was stopped in the middle of a query leaves a connection that answers nobody any more; without this
    all later tests of the process would fail with it."""
    try:
        return (yield)
    except BaseException:
        _drop_busy_connections()
        raise


def _drop_busy_connections() -> None:
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        if connection.vendor != "postgresql" or connection.connection is None:
            continue
        if connection.connection.info.transaction_status == TransactionStatus.ACTIVE:
            connection.connection.close()
            if not connection.in_atomic_block:
                connection.close()


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What is held in memory of areas and places is read again: the database has forgotten the test before. A page
    that a test asked for in English leaves its thread speaking English."""
    from django.utils import translation

    from geo.index import look_again

    look_again()
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def database_kind() -> str:
    """`spatialite` or `postgis`: which database this run is on."""
    return "postgis" if "postgis" in settings.DATABASES["default"]["ENGINE"] else "spatialite"


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Remembering:
    """For fixtures that put many rows into the database: made_once("world", make_world)."""
    return Remembering(tmp_path_factory.mktemp("made"))


_numbers = itertools.count(1)


@pytest.fixture
def new_agency(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Makes an agency in force since 2019; any field of Agency can be given."""

    def make(**fields: Any) -> Any:
        from opscenter.accounts.models import Agency

        number = next(_numbers)
        start = {"kind": "commune", "valid_from": dt.date(2019, 1, 1)}
        return Agency.objects.create(**{"code": f"agency-{number}", "name": f"Agency {number}", **start, **fields})

    return make


@pytest.fixture
def new_person(new_agency: Callable[..., Any]) -> Callable[..., Any]:
    """Makes somebody with an account (password "a long password"); gives agency roles an agency and a unit."""

    def make(role: str = "call_taker", **fields: Any) -> Any:
        from opscenter.accounts.models import HandlingUnit, Person
        from opscenter.accounts.roles import AGENCY_ROLES, Role

        number = next(_numbers)
        if role in AGENCY_ROLES and "agency" not in fields:
            fields["agency"] = new_agency()
        if role in {Role.HANDLER, Role.CREW} and "handling_unit" not in fields:
            fields["handling_unit"] = HandlingUnit.objects.create(agency=fields["agency"], name=f"Unit {number}")
        fields = {"username": f"person{number}", "full_name": f"Person {number}", **fields}
        return Person.objects.create_user(password=fields.pop("password", "a long password"), role=role, **fields)

    return make
