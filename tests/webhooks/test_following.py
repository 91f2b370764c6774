"""What a webhook is told is what the live stream tells its owner: no more, and nothing of it lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from incidents.dispatching import assigning
from incidents.webhooks.following import follow
from incidents.webhooks.models import Notice
from incidents.webhooks.topics import Topic
from realtime import log
from realtime.change import change
from realtime.models import LOG_ID, Log
from tests.cast import Cast, give, most_queries, open_one, together
from tests.doors.platforms import Peer
from tests.intake.world import World
from tests.webhooks.conftest import new_webhook

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("everything")]


def told(webhook: Any) -> list[dict[str, Any]]:
    while follow():
        pass
    return [json.loads(row.body) for row in Notice.objects.filter(webhook=webhook).order_by("pk")]


def test_an_agency_hears_of_its_own_and_of_nothing_else(world: World, cast: Cast, peer: Peer) -> None:
    own, other = new_webhook(world.an_lac, peer), new_webhook(world.binh_minh, peer)
    incident = open_one(world)
    assert told(own) == []
    give(incident, world.an_lac, cast.call_taker)
    (message,) = told(own)
    assert (message["kind"], message["entity_id"]) == ("changed", incident.pk)
    incident.refresh_from_db()
    assert message["version"] == message["data"]["version"] == incident.version
    # What the room alone reads is not in an agency's view.
    assert message["data"]["needs"] == []
    assert told(other) == []


def test_what_is_taken_away_is_told_once_it_was_told(world: World, cast: Cast, peer: Peer) -> None:
    before, webhook = open_one(world), None
    give(before, world.an_lac, cast.call_taker)
    webhook = new_webhook(world.an_lac, peer)
    after = open_one(world)
    give(after, world.an_lac, cast.call_taker)
    for incident in (before, after):
        with change():
            assigning.withdraw(incident_id=incident.pk, by=cast.call_taker)
    assert [(row["kind"], row["entity_id"], row["data"] is None) for row in told(webhook)] == [
        ("changed", after.pk, False),
        ("removed", after.pk, True),
    ]


def test_exercises_only_for_who_wants_them(world: World, cast: Cast, peer: Peer) -> None:
    plain = new_webhook(world.an_lac, peer)
    training = new_webhook(world.an_lac, peer, with_exercises=True)
    give(open_one(world, exercise=3), world.an_lac, cast.call_taker)
    assert told(plain) == []
    assert [row["exercise"] for row in told(training)] == [3]


def test_a_machine_hears_of_what_its_account_sees(world: World, cast: Cast, peer: Peer) -> None:
    webhook = new_webhook(None, peer, partner=cast.partner)
    incident = open_one(world)
    incident.reports.update(taken_by=cast.partner)
    give(incident, world.an_lac, cast.call_taker)
    (message,) = told(webhook)
    # The citizen's profile: no words, no place.
    assert set(message["data"]) == {"id", "version", "state", "received_at", "due_at", "answered_at"}
    cast.partner.is_active = False
    cast.partner.save()
    with change():
        assigning.withdraw(incident_id=incident.pk, by=cast.call_taker)
    assert len(told(webhook)) == 1


def test_what_was_missed_is_said(world: World, cast: Cast, peer: Peer) -> None:
    webhook = new_webhook(world.an_lac, peer)
    give(open_one(world), world.an_lac, cast.call_taker)
    top = log.state().top
    Log.objects.filter(id=LOG_ID).update(floor=top)
    assert [row["kind"] for row in told(webhook)] == ["resync"]
    log.new_epoch()
    assert [row["kind"] for row in told(webhook)] == ["resync", "resync"]
    assert follow() == 0


def test_two_workers_tell_it_once(world: World, cast: Cast, peer: Peer) -> None:
    webhook = new_webhook(world.an_lac, peer)
    for _number in range(3):
        give(open_one(world), world.an_lac, cast.call_taker)
    together([follow] * 4)
    assert len(told(webhook)) == 3


def test_idle_it_costs_two_queries(world: World, peer: Peer, everything: Topic) -> None:
    for _number in range(3):
        new_webhook(world.an_lac, peer)
    with most_queries(2):
        assert follow() == 0
