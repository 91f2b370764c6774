from __future__ import annotations

from collections.abc import Iterator

import pytest


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
