"""The worker asks about incidents without a place, once each; what comes back is a proposal for a person."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone

from incidents.geocoding import asking
from incidents.geocoding import geocoder as asked_of
from incidents.geocoding.asking import Asking
from incidents.geocoding.models import Proposal
from incidents.intake.worker import Worker
from incidents.privacy.erasing import erase_words_of
from incidents.privacy.models import DataAct
from incidents.records import rounds
from incidents.records.models import History, Incident, Report, ReportWords
from realtime.change import change
from tests.cast import Cast, Hands, open_one
from tests.doors.platforms import Peer
from tests.geocoding.conftest import nominatim, photon
from tests.intake.world import IN_AN_LAC, IN_BINH_MINH, OUTSIDE, World

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "Ổ gà trước hẻm 12/5 đường Nguyễn Văn Mẫu, anh Trần Thử gọi 0900 000 001"
NOWHERE: dict[str, Any] = {
    "area_set": "",
    "ward_code": "",
    "district_code": "",
    "place_trace": {"by": "resolver", "outcome": "unknown"},
}


def lost(world: World, words: str = WORDS, **given: Any) -> Incident:
    """An incident of which nobody knows where it is."""
    incident = open_one(world, **{**NOWHERE, **given})
    ReportWords.objects.filter(report__incident=incident).update(words=words)
    return incident


def work(round_: Asking | None = None) -> None:
    """The worker's round until nothing is left to do."""
    round_ = round_ or Asking()
    while round_.tick() or round_._under_way:
        if round_._under_way:
            round_._under_way[1].exception()


def asked(peer: Peer) -> list[str]:
    return [parse_qs(urlsplit(one.path).query)["q"][0] for one in peer.asked]


def come_due() -> None:
    Proposal.objects.exclude(due_at=None).update(due_at=timezone.now() - dt.timedelta(seconds=1))


def test_found_is_proposed_and_only_a_person_puts_the_pin(
    geocoder: Peer, world: World, cast: Cast, client: Client
) -> None:
    incident = lost(world)
    work()
    work()
    assert asked(geocoder) == ["hẻm 12/5 đường Nguyễn Văn Mẫu"], "once, and nothing of who called"
    row = Proposal.objects.get()
    assert (row.state, row.source, row.incident_id, row.tries) == ("proposed", "nominatim", incident.pk, 1)
    assert row.point is not None
    assert (row.point.x, row.point.y) == IN_AN_LAC
    incident.refresh_from_db()
    assert (incident.point, incident.ward_code) == (None, "")
    history = History.objects.get(incident=incident, kind="place_proposed")
    assert history.data == {"proposal": row.pk}

    client.force_login(cast.call_taker)
    page = f"/room/incident/{incident.code}/panel"
    shown = client.get(page, headers={"Accept-Language": "vi"}).content.decode()
    assert "Đề xuất từ bộ định vị ngoài" in shown
    assert "Phường An Lạc" in shown
    pin = {"lat": "11.050000", "lon": "106.620000", "radius_m": f"{row.radius_m:.0f}", "label": row.label}
    for name, value in pin.items():
        assert f'name="{name}" value="{value}"' in shown
    sent = {**pin, "base_version": incident.version}
    assert Hands(cast.call_taker).post(f"/api/incidents/{incident.code}/place", sent, form=True).status_code == 200
    incident.refresh_from_db()
    assert (incident.ward_code, incident.place_trace["by"]) == ("90001", "person")
    assert "Đề xuất từ bộ định vị ngoài" not in client.get(page, headers={"Accept-Language": "vi"}).content.decode()


def test_photon_is_asked_its_own_way(geocoder: Peer, world: World, settings: Any) -> None:
    settings.GEOCODER_KIND = "photon"
    geocoder.answers.append((200, {"features": [photon(*IN_BINH_MINH, name="Chợ Mẫu")]}))
    lost(world)
    work()
    assert geocoder.asked[0].path.startswith("/api?")
    assert Proposal.objects.values_list("state", "source", "label").get() == ("proposed", "photon", "Chợ Mẫu")


def test_only_what_has_no_place_or_only_a_district_is_asked_about(geocoder: Peer, world: World) -> None:
    open_one(world)
    lost(world, exercise=1)
    lost(world, point=Point(*OUTSIDE, srid=4326), radius_m=15.0, place_trace={"by": "person", "outcome": "outside"})
    lost(world, state="closed", on_board=False)
    lost(world, words="Cho tôi hỏi thủ tục")
    work()
    assert asked(geocoder) == []
    district = {"area_set": "invented", "district_code": "80001", "place_trace": {"outcome": "area"}}
    lost(world, **district, point=Point(*IN_AN_LAC, srid=4326), radius_m=9000.0)
    work()
    assert asked(geocoder) == ["hẻm 12/5 đường Nguyễn Văn Mẫu, Thành phố Sông Xanh"]


def test_words_that_come_later_are_looked_at(geocoder: Peer, world: World) -> None:
    incident = lost(world, words="Có ổ gà to")
    work()
    assert Proposal.objects.get().state == "no_address"
    ReportWords.objects.update(words=WORDS)
    Incident.objects.filter(pk=incident.pk).update(version=incident.version + 1)
    work()
    assert len(geocoder.asked) == 1
    assert Proposal.objects.get().state == "proposed"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ([], "nothing"),
        ([nominatim(*IN_AN_LAC, half=0.2)], "nothing"),
        ([nominatim(*OUTSIDE)], "outside"),
        ([nominatim(*OUTSIDE), nominatim(*IN_AN_LAC)], "proposed"),
    ],
    ids=["nothing", "far too vague", "outside", "the second lies inside"],
)
def test_what_is_no_place_in_the_province_is_dropped(
    geocoder: Peer, world: World, answer: list[Any], state: str
) -> None:
    lost(world)
    geocoder.answers.append((200, answer))
    work()
    come_due()
    work()
    assert len(geocoder.asked) == 1
    assert Proposal.objects.get().state == state


@pytest.mark.parametrize(
    "answer",
    [(500, {"error": "down"}), (200, b"<html>\xff"), (200, {"error": "odd"}), (302, {"Location": "/elsewhere"}),
     (200, b"[" * 100_000), (200, b" " * 300_000)],
    ids=["500", "garbage", "another answer", "redirect", "too deep", "too long"],
)  # fmt: skip
def test_a_failure_is_told_and_tried_again_later(
    geocoder: Peer, world: World, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    lost(world)
    geocoder.answers.append(answer)
    work()
    row = Proposal.objects.get()
    assert (row.state, row.tries) == ("waiting", 1)
    assert row.due_at is not None
    assert row.due_at > timezone.now()
    assert "no answer for incident" in caplog.text
    assert "Nguyễn" not in caplog.text
    work()
    assert len(geocoder.asked) == 1, "not before its time"
    come_due()
    work()
    assert Proposal.objects.get().state == "proposed"


def test_it_gives_up_in_the_end(geocoder: Peer, world: World) -> None:
    lost(world)
    geocoder.answers += [(500, {})] * 9
    waits = []
    for _try in range(asking.MOST_TRIES + 2):
        work()
        row = Proposal.objects.get()
        if row.due_at and row.asked_at:
            waits.append(round((row.due_at - row.asked_at).total_seconds() / 60))
        come_due()
    assert waits == [1, 4, 16, 64]
    assert Proposal.objects.get().state == "failed"
    assert len(geocoder.asked) == asking.MOST_TRIES


def test_a_slow_one_is_given_up_and_the_round_never_waits(
    geocoder: Peer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked_of, "PATIENCE_S", 0.2)
    answering = threading.Event()
    geocoder.well = lambda one: (200, [nominatim(*IN_AN_LAC)] if answering.wait(60) else [])
    lost(world)
    round_ = Asking()
    try:
        assert round_.tick() == 1
        assert round_._under_way is not None
        assert "ReadTimeout" in str(round_._under_way[1].exception())
        assert round_.tick() == 1
        assert Proposal.objects.get().state == "waiting"
    finally:
        answering.set()


def test_while_it_is_asked_the_round_has_nothing_to_do(geocoder: Peer, world: World) -> None:
    answering = threading.Event()
    geocoder.well = lambda one: (200, [nominatim(*IN_AN_LAC)] if answering.wait(60) else [])
    lost(world)
    lost(world)
    round_ = Asking()
    try:
        assert [round_.tick(), round_.tick(), round_.tick()] == [1, 0, 0]
    finally:
        answering.set()
    work(round_)
    assert list(Proposal.objects.values_list("state", flat=True)) == ["proposed", "proposed"]


def test_after_a_worker_killed_while_asking_another_asks_again(geocoder: Peer, world: World) -> None:
    incident = lost(world)
    killed = Asking()
    assert killed.tick() == 1
    work()
    assert Proposal.objects.get().state == "asking", "its lease runs"
    come_due()
    work()
    assert (Proposal.objects.get().state, Proposal.objects.get().tries) == ("proposed", 2)
    # It was only believed dead: what it says late counts for nothing.
    work(killed)
    assert History.objects.filter(incident=incident, kind="place_proposed").count() == 1


def test_off_by_default_nobody_is_asked(world: World, geocoder: Peer, settings: Any) -> None:
    lost(world)
    settings.GEOCODER_URL = ""
    work()
    assert geocoder.asked == []
    assert not Proposal.objects.exists()


def test_the_worker_does_it_and_goes_on_when_it_fails(
    geocoder: Peer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "geocoding" in [one.name for one in rounds.registered()]
    round_ = Asking()
    # Alone, and with none of another test's questions under way.
    monkeypatch.setattr(rounds, "_rounds", {})
    rounds.register("geocoding", round_.tick)
    lost(world)
    geocoder.answers.append((500, {}))
    worker = Worker()
    assert worker.tick(tidy=False) == 1
    assert round_._under_way is not None
    round_._under_way[1].exception()
    assert worker.tick(tidy=False) == 1
    assert Proposal.objects.get().state == "waiting"
    assert worker.tick(tidy=False) == 0


def test_erased_words_take_the_proposal_with_them(geocoder: Peer, world: World) -> None:
    incident = lost(world)
    work()
    reports = list(Report.objects.filter(incident=incident).values_list("pk", flat=True))
    with change():
        erase_words_of(report_ids=reports, why=DataAct.Why.RETENTION)
    work()
    assert not Proposal.objects.exclude(state="no_address").exists()
    assert len(geocoder.asked) == 1
