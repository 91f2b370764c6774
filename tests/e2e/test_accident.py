"""A double accident with fire at a crossroads, played by five browsers: call-taker, 113, 114, 115 and a crew.

Redis is killed in the middle; nobody's screen stands still for it, and at the end the log is what was written.
"""

from __future__ import annotations

import contextlib
import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from incidents.webhooks.signing import signature_of
from tests.e2e.axe import violations
from tests.e2e.test_room import mark
from tests.e2e.test_whole_path import ward
from tests.partners.conftest import LATER, SENT, cap

# A machine that draws five browsers in software is slow; how fast the way is, tests/bench/emergencies.py measures.
SOON = 40_000
# All maps are drawn without WebGL, as on old computers: five in software at once take minutes.
WITHOUT_WEBGL = """const make = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return kind.startsWith('webgl') ? null : make.call(this, kind, ...more)
};"""


def cast(site: Any, place: tuple[float, float]) -> dict[str, Any]:
    """The services in force with a dispatcher each, two ambulances and an engine near the place, a crew."""
    from django.contrib.gis.geos import Point

    found: dict[str, Any] = {"taker": site.person("call_taker")}
    with site.orm():
        from incidents.emergencies.models import Unit
        from opscenter.accounts.models import Agency, HandlingUnit

        agencies = Agency.objects.in_force(timezone.localdate())
        services = {
            kind: agencies.filter(kind=kind).order_by("is_sample", "pk").first()
            for kind in ("police", "fire", "ambulance")
        }
        station, _ = HandlingUnit.objects.get_or_create(agency=services["ambulance"], name="Trạm ngã tư (thử)")

        def unit(kind: str, agency: str, east: float, **more: Any) -> Any:
            home = Point(place[0] + east, place[1], srid=4326)
            return Unit.objects.create(
                agency=services[agency], call_sign=f"{kind}-{mark()}", kind=kind, home=home,
                status_since=timezone.now(), **more,
            )  # fmt: skip

        found["first"] = unit("ambulance", "ambulance", 0.0001, handling_unit=station)
        # Farther than the place that the words are found at lies from the ward's middle.
        found["second"] = unit("ambulance", "ambulance", 0.02)
        found["engine"] = unit("engine", "fire", 0.0001)
    found |= {kind: site.person("dispatcher", agency=agency) for kind, agency in services.items()}
    found["crew"] = site.person("crew", agency=services["ambulance"], handling_unit=station)
    return found


def patient(page: Any) -> Any:
    """A page that is waited for, with a light map."""
    page.context.set_default_timeout(SOON)
    page.add_init_script(WITHOUT_WEBGL)
    return page


@contextlib.contextmanager
def storm(site: Any, place: tuple[float, float]) -> Iterator[str]:
    """A weather service warns of a storm around the place, by its signed door, and takes that back in the end."""
    event = f"Dông lốc {mark()}"
    with site.orm():
        from incidents.partners.models import WarningSource

        source = WarningSource.objects.create(name=f"dai-{mark()}", label="Đài khí tượng (thử)")

    def warn(identifier: str, **more: str) -> None:
        area = f"<circle>{place[1]},{place[0]} 5</circle>"
        body = cap(identifier, area=area, **more).replace("Mưa lớn<", f"{event}<").encode()
        moment = str(int(time.time()))
        headers = {"X-Source": source.name, "X-Time": moment, "X-Signature": signature_of(source.secret, moment, body)}
        request = urllib.request.Request(f"{site.address}/partners/warnings", body, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert json.load(answer) == {"taken": 1}

    warn("storm")
    yield event
    warn("over", msgType="Cancel", references=f"khi-tuong@example.vn,storm,{SENT}", sent=LATER)


def take_call(page: Any, site: Any, words: str) -> Any:
    """The call form by keyboard, as far as the panel of the new incident."""
    # An incident somebody reads is not replaced under their eyes.
    if page.locator("#panel article").count():
        page.keyboard.press("Escape")
        expect(page.locator("#panel article")).to_have_count(0, timeout=SOON)
    page.keyboard.press("n")
    expect(page.locator("#call-words")).to_be_focused(timeout=SOON)
    page.keyboard.insert_text(words)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#panel .citizen-words").first).to_contain_text(words, timeout=SOON)
    with site.orm():
        from incidents.records.models import Report

        return Report.objects.select_related("incident").get(text__words=words).incident


def press_emergency(page: Any, incident: Any, boards: dict[str, Any]) -> None:
    """E in the room; the incident stands on each of these boards, without anybody touching them."""
    page.keyboard.press("e")
    pressed = time.monotonic()
    for name, board in boards.items():
        expect(line(board, incident)).to_be_visible(timeout=SOON)
        print(f"{incident.code} on the board of {name} after {time.monotonic() - pressed:.2f} s")


def line(board: Any, incident: Any) -> Any:
    return board.locator(f'[data-incidents] li[data-id="{incident.pk}"]')


def open_on(board: Any, incident: Any) -> Any:
    """Opens it on a board; gives the panel."""
    line(board, incident).locator("button").click()
    panel = board.locator(f'#panel article[data-code="{incident.code}"]')
    expect(panel).to_be_visible(timeout=SOON)
    return panel


def step(crew: Any, state: str) -> None:
    """One thumb on the button of the next status."""
    crew.locator(f'form[data-step]:has(input[value="{state}"]) button').click()
    wanted = "" if state == "done" else state
    expect(crew.locator(".shift")).to_have_attribute("data-state", wanted, timeout=SOON)


def finish(board: Any, incident: Any, words: str) -> None:
    """X: the service's work is done."""
    open_on(board, incident)
    form = board.locator('#panel form[action$="/finish"]')
    board.keyboard.press("x")
    form.locator("textarea").fill(words)
    form.locator("button[type=submit]").click()
    expect(form).to_have_count(0, timeout=SOON)


def clean(page: Any, site: Any, what: str) -> None:
    """Nothing for axe to find, in both themes."""
    for theme in ("light", "dark"):
        # Control rooms keep a choice of their own, beside that of all other pages.
        page.context.add_cookies(
            [{"name": name, "value": theme, "url": site.address} for name in ("theme", "theme_room")]
        )
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme, timeout=SOON)
        if what == "board":
            expect(page.locator("[data-incidents] li").first).to_be_visible(timeout=SOON)
            page.locator("[data-incidents] li button").first.click()
            expect(page.locator("#panel article")).to_be_visible(timeout=SOON)
        assert violations(page) == [], (what, theme)


def watch_again(page: Any, site: Any, incident: Any, unit: Any, said: str, medical: str) -> None:
    """The incident is played again: the unit's track, the log as far as the slider, and nothing that is 115's alone."""
    with site.orm():
        from incidents.emergencies.models import Sortie, TrackPoint

        sortie = Sortie.objects.get(incident=incident, unit=unit)
        long = sortie.ended_at - sortie.sent_at
        TrackPoint.objects.bulk_create(
            TrackPoint(
                unit=unit, fix_at=sortie.sent_at + long * part / 40, lat=unit.home.y, lon=unit.home.x + part * 2e-4
            )
            for part in range(40)
        )
    page.goto(f"/emergencies/{incident.code}/replay/", wait_until="domcontentloaded")
    expect(page.locator('body[data-ready="true"]')).to_be_visible(timeout=SOON)
    expect(page.locator("#course-log")).not_to_contain_text(said)
    middle = (sortie.sent_at + long / 2 - incident.received_at).total_seconds()
    page.locator("#replay-at").fill(str(int(middle)))
    expect(page.locator("#course-units")).to_contain_text(unit.call_sign)
    page.locator("#replay-at").press("End")
    expect(page.locator("#course-log")).to_contain_text(said)
    assert medical not in page.content()
    page.locator("#replay-at").press("Home")
    page.locator("#replay-speed").select_option("600")
    page.locator("#replay-play").click()
    expect(page.locator("#course-log")).to_contain_text(said)
    assert violations(page) == []
    page.goto("/emergencies/", wait_until="domcontentloaded")


# For `make proof`: five browsers in software take minutes on two cores.
@pytest.mark.proof
@pytest.mark.timeout(420)
def test_a_double_accident_with_fire(live_site: Any, open_page: Any) -> None:
    _, place = ward(live_site)
    people = cast(live_site, place)
    taker = patient(open_page(signed_in_as=people["taker"]))
    taker.goto("/room/", wait_until="domcontentloaded")
    expect(taker.locator('body[data-ready="true"]')).to_be_visible(timeout=SOON)
    boards = {}
    for kind in ("police", "fire", "ambulance"):
        boards[kind] = patient(open_page(signed_in_as=people[kind], bypass_csp=True))
        boards[kind].goto("/emergencies/", wait_until="domcontentloaded")
        expect(boards[kind].locator('body[data-ready="true"]')).to_be_visible(timeout=SOON)
    crew = patient(open_page(signed_in_as=people["crew"], phone=True, bypass_csp=True))
    crew.goto("/crew/")
    crew.locator(".shift button", has_text=people["first"].call_sign).click()
    expect(crew.locator('.crew-status[data-status="available"]')).to_be_visible(timeout=SOON)

    # A storm is on every map, in words and as an area.
    maps = [taker, *boards.values()]
    with storm(live_site, place) as event:
        for page in maps:
            expect(page.locator("#warnings")).to_contain_text(event, timeout=SOON)
            expect(page.locator("#map[data-warnings]")).not_to_have_attribute("data-warnings", "0", timeout=SOON)
        play(live_site, people, taker, boards, crew)
    for page in maps:
        expect(page.locator("#warnings")).not_to_contain_text(event, timeout=SOON)


def play(live_site: Any, people: dict[str, Any], taker: Any, boards: dict[str, Any], crew: Any) -> None:
    """From the first crash to the last log entry."""
    site = live_site.topology
    # The first crash: E gives it to all three.
    words = f"Tai nạn giao thông, hai xe tải tông nhau bốc cháy, có người bị thương, phường Phú Lợi {mark()}"
    first = take_call(taker, live_site, words)
    press_emergency(taker, first, boards)
    panel = open_on(boards["fire"], first)
    expect(panel.locator(".citizen-words")).to_contain_text(words, timeout=SOON)
    boards["fire"].keyboard.press("a")
    expect(panel.locator('form[action$="/acknowledge"]')).to_have_count(0, timeout=SOON)

    # 115 sends the nearest ambulance by one key, and its crew has it.
    panel = open_on(boards["ambulance"], first)
    expect(panel.locator(".board-send").first).to_contain_text(people["first"].call_sign, timeout=SOON)
    boards["ambulance"].keyboard.press("1")
    expect(crew.locator('.shift[data-state="sent"]')).to_be_visible(timeout=SOON)
    expect(crew.locator(".citizen-words")).to_contain_text(words, timeout=SOON)
    step(crew, "acknowledged")

    site.redis.program.kill()
    try:
        step(crew, "en_route")
        open_on(boards["police"], first)
        boards["police"].keyboard.press("a")
        for board in boards.values():
            expect(board.locator("#panel .board-sorties")).to_contain_text(people["first"].call_sign, timeout=SOON)

        # The second crash, behind the first: the ambulance that is out is not offered again.
        again = take_call(
            taker, live_site, f"Tai nạn giao thông thứ hai, xe máy tông đuôi xe tải, phường Phú Lợi {mark()}"
        )
        press_emergency(taker, again, {kind: boards[kind] for kind in ("police", "ambulance")})
        panel = open_on(boards["ambulance"], again)
        expect(panel.locator(".board-send").first).to_contain_text(people["second"].call_sign, timeout=SOON)
        boards["ambulance"].keyboard.press("1")
        expect(panel.locator(".board-sorties")).to_contain_text(people["second"].call_sign, timeout=SOON)

        panel = open_on(boards["fire"], first)
        expect(panel.locator(".board-send").first).to_contain_text(people["engine"].call_sign, timeout=SOON)
        boards["fire"].keyboard.press("1")
        panel = open_on(boards["ambulance"], first)
        expect(panel.locator(".board-sorties")).to_contain_text(people["engine"].call_sign, timeout=SOON)

        # What is medical stays with 115; what the crew says reaches everybody.
        medical, said = f"Chấn thương ngực {mark()}", f"Lửa đã tắt, hai người bị thương {mark()}"
        panel.locator("#say-text").fill(medical)
        panel.locator("#say-scope").select_option("medical")
        panel.locator('form[action$="/say"] button[type=submit]').click()
        expect(panel.locator(".timeline")).to_contain_text(medical, timeout=SOON)
        step(crew, "on_scene")
        crew.locator("#crew-text").fill(said)
        crew.locator(".crew-say button").click()
        for board in boards.values():
            expect(board.locator("#panel .timeline")).to_contain_text(said, timeout=SOON)
        for page in (boards["police"], boards["fire"], taker):
            assert medical not in page.content()
    finally:
        site.redis.start()

    for state in ("transporting", "at_hospital"):
        step(crew, state)
    clean(crew, live_site, "crew")
    clean(boards["ambulance"], live_site, "board")
    step(crew, "done")

    # All is over: the units come home, the services say so, and the hotline has it again.
    open_on(boards["fire"], first).locator('form[action$="/call-back"] button').click()
    expect(boards["fire"].locator("#panel .board-sorties")).to_have_count(0, timeout=SOON)
    for kind, board in boards.items():
        finish(board, first, f"Xong ({kind})")
    watch_again(boards["police"], live_site, first, people["first"], said, medical)
    with live_site.orm():
        from incidents.emergencies.models import LogEntry, Sortie
        from incidents.records.models import Assignment

        kinds = Assignment.objects.filter(incident=first).values_list("agency__kind", "state")
        assert dict(kinds) == dict.fromkeys(("police", "fire", "ambulance"), "result_given")
        assert Sortie.objects.filter(incident=first).exclude(ended_at=None).count() == 2
        written = set(LogEntry.objects.filter(shared=first.pk).values_list("kind", flat=True))
        assert {"opened", "told", "unit_sent", "unit_step", "note", "radio"} <= written
    for incident in (first, again):
        assert "are what was written" in site.manage("verify_log", "--incident", incident.code)
