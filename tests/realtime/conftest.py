from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.harness.processes import Program
from tests.realtime.web import web


@pytest.fixture(scope="session")
def _probe_tables(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    from tests.realtime import probes

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        probes.make_tables()
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        probes.drop_tables()


@pytest.fixture
def probes(_probe_tables: None, transactional_db: None) -> Iterator[None]:
    """The tables of probes, empty, and the entity; real transactions. Use for tests that write probes."""
    from realtime import entities
    from tests.realtime import probes

    probes.register()
    yield
    entities.unregister(probes.PROBE)
    probes.Probe.objects.all().delete()
    probes.Grant.objects.all().delete()


@pytest.fixture(scope="session")
def web_of(_probe_tables: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Program]]:
    """A running web process of this server, shared by the tests that ask: a start costs more than most tests.

    Between two tests the database is emptied under it, which it takes as what it is: a restore, with a new epoch. One
    that a test has killed is started again for the next.
    """
    started: dict[str, Program] = {}

    def running(server: str) -> Program:
        program = started.setdefault(server, web(tmp_path_factory.mktemp("web"), server))
        return program if program.running else program.start()

    yield running
    for program in started.values():
        program.stop()
