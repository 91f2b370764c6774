from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from incidents.knowledge import finding, writing
from incidents.knowledge.models import AnswerVersion, LegalDocument
from opscenter.accounts.models import Agency
from realtime.change import change
from tests.cast import cast
from tests.intake.world import take, world

__all__ = ["cast", "take", "world"]


@pytest.fixture(autouse=True)
def fresh_shelf() -> Iterator[None]:
    """No index of an earlier test's answers."""
    finding.look_again()
    yield
    finding.look_again()


@pytest.fixture
def justice(transactional_db: None) -> Agency:
    """An agency whose answers hold everywhere."""
    return Agency.objects.create(
        code="justice", name="Sở Tư pháp (thử)", kind="department", valid_from=dt.date(2019, 1, 1)
    )


@pytest.fixture
def law(transactional_db: None) -> LegalDocument:
    return LegalDocument.objects.create(number="1/2019", title="Luật Thử", in_force_from=dt.date(2019, 1, 1))


@pytest.fixture
def in_force(law: LegalDocument) -> Callable[..., AnswerVersion]:
    """An answer of an agency that is in force since 2019; the fields of a draft can be given."""

    def make(owner: Any, question: str = "Đăng ký khai sinh cho con ở đâu?", **fields: Any) -> AnswerVersion:
        start = {"text": "Tại phường nơi cư trú.", "valid_from": dt.date(2019, 1, 1), "bases": [(law, "Điều 1")]}
        with change():
            draft = writing.Draft(question=question, **{**start, **fields})
            version = writing.write(draft=draft, owner=owner, by=None)
            return writing.approve(version_id=version.pk, by=None)

    return make
