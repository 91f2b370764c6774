"""Published alerts: valid by the standard's own schema, an exercise marked as one, later ones refer to earlier ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from django.contrib.gis.geos import Point

from incidents.emergencies.services import parts
from incidents.emergencies.services.opening import withdraw
from incidents.partners import cap as package
from incidents.partners.cap.following import publish
from incidents.partners.models import CapMessage
from incidents.records.models import Incident
from realtime.change import change
from tests.cast import Cast, most_queries, open_one, together
from tests.emergencies.conftest import Services, emergency
from tests.intake.world import IN_AN_LAC, World
from tests.partners.conftest import System

pytestmark = pytest.mark.django_db(transaction=True)
SCHEMA = xmlschema.XMLSchema(Path(package.__file__).parent / "CAP-v1.2.xsd")
NAMES = {"c": "urn:oasis:names:tc:emergency:cap:1.2", "a": "http://www.w3.org/2005/Atom"}


def published(incident: Any) -> list[ElementTree.Element]:
    """All messages of an incident, each valid."""
    publish()
    rows = CapMessage.objects.filter(shared=incident.pk).order_by("number")
    for row in rows:
        SCHEMA.validate(row.xml)
    return [ElementTree.fromstring(row.xml) for row in rows]


def text(message: ElementTree.Element, path: str) -> str:
    return message.findtext(path, "", NAMES)


@pytest.fixture
def incident(world: World, cast: Cast, services: Services) -> Incident:
    point = Point(*IN_AN_LAC, srid=4326)
    return emergency(world, cast.call_taker, "fire", "ambulance", point=point, radius_m=30.0)


def test_alert_update_cancel(incident: Incident, cast: Cast, services: Services) -> None:
    (alert,) = published(incident)
    assert (text(alert, "c:status"), text(alert, "c:msgType"), text(alert, "c:scope")) == (
        "Actual",
        "Alert",
        "Restricted",
    )
    assert [one.text for one in alert.findall("c:info/c:category", NAMES)] == ["Fire", "Health"]
    assert text(alert, "c:info/c:area/c:circle") == "11.050000,106.620000 0.050"
    assert text(alert, "c:references") == ""
    # No words of callers, nobody's name or number.
    xml = CapMessage.objects.get().xml
    assert "0900" not in xml
    assert incident.summary not in xml

    # A note changes the incident and not what there is to publish.
    with change():
        parts.note(incident_id=incident.pk, words="x", by=services.at_fire)
    assert len(published(incident)) == 1
    with most_queries(1):
        assert publish() == 0

    with change():
        parts.call_for(incident_id=incident.pk, agency=services.police, by=cast.call_taker)
    first, update = published(incident)
    names = [text(first, f"c:{name}") for name in ("sender", "identifier", "sent")]
    assert (text(update, "c:msgType"), text(update, "c:references")) == ("Update", ",".join(names))
    for by in (services.at_police, services.at_fire, services.at_ambulance):
        with change():
            parts.leave(incident_id=incident.pk, by=by)
    cancel = published(incident)[-1]
    assert (text(cancel, "c:msgType"), text(cancel, "c:info/c:responseType")) == ("Cancel", "AllClear")
    assert f",{incident.code}.1," in text(cancel, "c:references")
    assert publish() == 0


def test_withdrawn_and_raised_again(world: World, cast: Cast, services: Services) -> None:
    incident = emergency(world, cast.call_taker, "fire")
    published(incident)
    with change():
        withdraw(incident_id=incident.pk, by=cast.call_taker)
    assert text(published(incident)[-1], "c:msgType") == "Cancel"
    from incidents.emergencies.services.opening import raise_emergency

    with change():
        raise_emergency(incident_id=incident.pk, services=["fire"], by=cast.call_taker)
    again = published(incident)[-1]
    assert (text(again, "c:msgType"), text(again, "c:references")) == ("Alert", "")


def test_an_exercise_and_a_demonstration_say_so(world: World, cast: Cast, services: Services, settings: Any) -> None:
    (drill,) = published(emergency(world, cast.call_taker, "fire", exercise=4))
    assert text(drill, "c:status") == "Exercise"
    assert "4" in text(drill, "c:note")
    settings.DEMONSTRATION = True
    (shown,) = published(emergency(world, cast.call_taker, "fire"))
    assert text(shown, "c:status") == "Test"


def test_without_a_place_and_with_odd_letters(world: World, cast: Cast, services: Services) -> None:
    odd = {
        "place_label": "Ngã tư <&> \x0b\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "ward_code": "",
    }
    (message,) = published(emergency(world, cast.call_taker, "police", **odd))
    assert text(message, "c:info/c:area/c:areaDesc").startswith("Ngã tư <&>")


def test_the_feed_holds_what_the_agency_sees(incident: Incident, world: World, cast: Cast, services: Services) -> None:
    emergency(world, cast.call_taker, "police")
    open_one(world)
    publish()
    feed = ElementTree.fromstring(System(services.fire).get("/partners/cap/feed.atom").content)
    (link,) = feed.findall("a:entry/a:link", NAMES)
    path = f"/partners/cap/{incident.code}.1.xml"
    assert link.get("href", "").endswith(path)
    assert link.get("type") == "application/cap+xml"
    answer = System(services.ambulance).get(path)
    SCHEMA.validate(answer.content.decode())
    assert System(services.police).get(path).status_code == 404
    assert System(services.power).get(path).status_code == 404


def test_two_workers_publish_once(incident: Incident) -> None:
    assert not [one for one in together([publish] * 4) if isinstance(one, Exception)]
    assert CapMessage.objects.filter(shared=incident.pk).count() == 1
