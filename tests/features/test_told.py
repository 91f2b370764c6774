"""Webhooks of report changes: a partner's machine hears of its own report until it is answered, and of no other."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.dispatching import closing
from incidents.records.models import Report
from incidents.webhooks.topics import Seen, topic_of
from realtime.change import change
from tests.cast import Cast, open_one
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def told(incident: Any, partner: Any, body: Any = None) -> Any:
    from incidents.records.keys import keys_of_person

    topic = topic_of("reports")
    assert topic is not None
    assert topic.for_partners
    seen: Any = Seen(None, keys_of_person(partner), "incident", incident.pk, incident.version, body)  # type: ignore[arg-type]  # whose webhook it is says nothing here
    return topic.payload(seen)


def test_a_partner_hears_how_its_report_ended(world: World, cast: Cast) -> None:
    own, other = open_one(world), open_one(world)
    with change() as c:
        Report.objects.filter(incident=own).update(taken_by=cast.partner)
        c.touch("incident", own.pk)
    feature = told(own, cast.partner)
    assert (feature["properties"]["code"], feature["geometry"]) == (own.code, None)
    assert told(other, cast.partner) is None
    with change():
        closing.answer_at_once(incident_id=own.pk, answer="Đã sửa.", by=cast.call_taker)
    # It has left the board, and with it the live view; how it ended is told all the same.
    ended = told(own, cast.partner)["properties"]
    assert (ended["state"], ended["answered_at"] is not None) == ("closed", True)
    assert "Đã sửa" not in str(ended)
