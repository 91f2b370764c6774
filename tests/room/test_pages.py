"""The control room's pages: who opens them, what the panel says, and what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from incidents.records.history import HistoryKind
from incidents.records.models import History, Report, Reporter
from incidents.room import queries
from incidents.room.timeline import timeline
from opscenter.accounts.models import Agency
from realtime.change import change
from tests.cast import Cast, give, most_queries, open_one
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)
ROOM = {"call_taker", "supervisor", "administrator"}


def panel_of(client: Client, code: str) -> Any:
    return client.get(f"/room/incident/{code}/panel", headers={"Accept-Language": "en"})


def test_only_the_room_opens_its_pages(cast: Cast, world: World, client: Client) -> None:
    incident = open_one(world)
    give(incident, world.an_lac, cast.call_taker)
    assert panel_of(client, incident.code).status_code == 302
    for name, person in cast.people().items():
        client.force_login(person)
        expected = 200 if name in ROOM else 403
        assert panel_of(client, incident.code).status_code == expected, name
        assert client.post("/room/caller", {"phone": "0900000001"}).status_code == expected, name
    assert panel_of(client, "1022-999999").status_code == 403  # the last of the cast is no room's person


def test_an_unknown_code_is_not_found(cast: Cast, client: Client) -> None:
    client.force_login(cast.call_taker)
    for code in ["1022-999999", "nonsense", "0", "1022-", "99999999999999999999"]:
        assert panel_of(client, code).status_code == 404, code


def test_the_panel_shows_words_as_text_and_no_personal_data(cast: Cast, world: World, client: Client) -> None:
    incident = open_one(world)
    report = incident.reports.get()
    report.text.words = "<script>alert(1)</script> gọi lại giúp"
    report.text.save()
    reporter = Reporter.objects.create(name="Phạm Văn Thử", phone="0900000002", created_at=incident.received_at)
    Report.objects.filter(pk=report.pk).update(reporter=reporter)
    client.force_login(cast.call_taker)
    text = panel_of(client, incident.code).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>" not in text
    assert "Phạm Văn Thử" not in text
    assert "0900000002" not in text
    assert ' style="' not in text
    assert f'data-version="{incident.version}"' in text


def test_the_panel_offers_what_the_state_allows(cast: Cast, world: World, client: Client) -> None:
    client.force_login(cast.call_taker)
    incident = open_one(world)
    fresh = panel_of(client, incident.code).content.decode()
    assert 'data-undo="dispatch"' in fresh
    assert f"/api/incidents/{incident.code}/answer" in fresh
    give(incident, world.an_lac, cast.call_taker)
    given = panel_of(client, incident.code).content.decode()
    assert 'data-undo="dispatch"' not in given
    assert f"/api/incidents/{incident.code}/close" in given
    assert world.an_lac.name in given
    from incidents.dispatching.closing import close

    with change():
        close(incident_id=incident.pk, answer="Đã vá xong.", by=cast.call_taker)
    ended = panel_of(client, incident.code).content.decode()
    assert "Đã vá xong." in ended
    assert f"/api/incidents/{incident.code}/reopen" in ended
    for act in ["dispatch", "close", "place", "emergency"]:
        assert f"/api/incidents/{incident.code}/{act}" not in ended
    assert 'data-act="emergency"' not in ended


def test_the_panel_costs_the_same_however_much_hangs_on_the_incident(cast: Cast, world: World) -> None:
    incident = open_one(world, reports=12)
    give(incident, world.an_lac, cast.call_taker)
    agencies = Agency.objects.all()
    queries.panel(incident.code, cast.call_taker, agencies)
    with most_queries(23):
        shown = queries.panel(incident.code, cast.call_taker, agencies)
        assert shown is not None
        assert len([report.text.words for report in shown.reports]) == 12


def test_every_kind_of_history_has_a_sentence_in_both_languages(cast: Cast, world: World) -> None:
    incident = open_one(world)
    rows = [History(incident=incident, kind=kind, at=incident.received_at, data={}) for kind in HistoryKind]
    with translation.override("en"):
        said = [moment.what for moment in timeline(rows)]
    assert len(set(said)) == len(HistoryKind)
    assert not set(said) & {kind.value for kind in HistoryKind}


def test_the_timeline_names_agencies_newest_first(cast: Cast, world: World) -> None:
    incident = open_one(world)
    give(incident, world.an_lac, cast.call_taker)
    moments = timeline(list(History.objects.filter(incident=incident).select_related("by").order_by("pk")))
    assert moments[0].about == world.an_lac.name
    assert moments[0].by == str(cast.call_taker)
    assert moments[0].at >= moments[-1].at


def test_a_caller_is_known_by_number_without_personal_data(cast: Cast, world: World, client: Client) -> None:
    incident = open_one(world)
    reporter = Reporter.objects.create(name="Phạm Văn Thử", phone="0900000002", created_at=incident.received_at)
    Report.objects.filter(incident=incident).update(reporter=reporter)
    client.force_login(cast.call_taker)
    found = client.post("/room/caller", {"phone": "0900 000 002"}).json()
    assert [row["code"] for row in found["earlier"]] == [incident.code]
    assert "Thử" not in str(found)
    assert client.post("/room/caller", {"phone": "+84900000002"}).json() == found
    assert client.post("/room/caller", {"phone": "0900"}).json() == {"earlier": []}
    assert client.post("/room/caller", {"phone": "0900000003"}).json() == {"earlier": []}
    assert client.get("/room/caller").status_code == 405


def test_the_page_is_dark_unless_chosen_otherwise(cast: Cast, world: World, client: Client) -> None:
    client.force_login(cast.call_taker)
    page = client.get("/room/")
    assert page.status_code == 200
    assert 'data-bs-theme="dark"' in page.content.decode()
    client.cookies["theme_room"] = "light"
    page = client.get("/room/incident/1022-000001/")
    assert 'data-bs-theme="light"' in page.content.decode()
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    client.cookies["theme_room"] = '"><script>'
    assert 'data-bs-theme="dark"' in client.get("/room/").content.decode()
