"""Where an area set that is over is pinned, as in the demonstration, its agencies are those that exist."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from geo.index import look_again
from geo.models import AreaSet
from incidents.contacts import drills
from incidents.delivery.models import Delivery
from incidents.partners.warnings.described import _audience
from incidents.records.keys import agency_key
from incidents.webhooks.following import keys_of
from incidents.webhooks.models import Webhook
from opscenter.accounts.models import Agency
from tests.delivery.mailbox import Mailbox, mailbox
from tests.emergencies.conftest import Services
from tests.intake.world import World
from tests.partners.conftest import System

__all__ = ["mailbox"]
pytestmark = pytest.mark.django_db(transaction=True)
OVER = dt.date(2025, 7, 1)
THURSDAY = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))


@pytest.fixture(params=["pinned", "over"])
def is_pinned(request: Any, world: World, services: Services, settings: Any) -> bool:
    AreaSet.objects.update(valid_until=OVER)
    Agency.objects.update(valid_until=OVER)
    settings.AREA_SET = AreaSet.objects.get().name if request.param == "pinned" else ""
    look_again()
    return bool(settings.AREA_SET)


def test_its_agencies_are_there(is_pinned: bool, services: Services, mailbox: Mailbox, settings: Any) -> None:
    settings.CONTACT_DRILL_DAYS = 7
    police = Agency.objects.get(pk=services.police.pk)
    assert System(police).get("/partners/incidents.geojson").status_code == (200 if is_pinned else 401)
    assert (agency_key(police.pk) in _audience()) is is_pinned
    assert (keys_of(Webhook(agency=police)) == {agency_key(police.pk)}) is is_pinned
    assert bool(drills.start_due(THURSDAY)) is is_pinned
    assert Delivery.objects.filter(kind="drill").exists() is is_pinned
