"""A report becomes a point on the live map, a task in the right ward, and an answer: in browsers, role by role.

Another call-taker and the leaders' wall watch all the while, and see each step without touching anything.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import urllib.parse
import urllib.request
import uuid
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from tests.harness.topology import Topology

WORDS = "Ổ gà lớn trước số 12/5, tối qua hai người té xe"


def photo(colour: tuple[int, int, int]) -> dict[str, Any]:
    """A JPEG as a browser's file chooser takes it."""
    data = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(data, "JPEG")
    return {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


def ward(site: Any) -> tuple[Any, tuple[float, float]]:
    """A ward committee in force today, and a point well inside its ward."""
    with site.orm():
        from geo.models import Area, AreaSet
        from opscenter.accounts.models import Agency

        agency = Agency.objects.in_force(timezone.localdate()).get(kind="commune", name__icontains="Phú Lợi")
        generation = AreaSet.objects.get(name=agency.area_set).current_id
        area = Area.objects.get(generation=generation, level="ward", code=agency.area_code)
        inside = area.geometry.point_on_surface
        return agency, (inside.x, inside.y)


def cast(site: Any, agency: Any) -> dict[str, Any]:
    """The people of the path: two call-takers, a focal point and a handler of the ward, a leader."""
    with site.orm():
        from opscenter.accounts.models import HandlingUnit

        unit, _ = HandlingUnit.objects.get_or_create(agency=agency, name="Tổ quản lý đô thị (thử)")
    return {
        "taker": site.person("call_taker"),
        "watcher": site.person("call_taker"),
        "focal": site.person("focal_point", agency=agency),
        "handler": site.person("handler", agency=agency, handling_unit=unit),
        "leader": site.person("leader"),
        "unit": unit,
    }


def fill_portal(page: Any, words: str, at: tuple[float, float]) -> str:
    """Reports as a citizen on a phone, with a photo and the phone's position; answers the tracking code."""
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": at[0], "latitude": at[1], "accuracy": 12})
    page.goto("/")
    page.fill("#words", words)
    page.set_input_files("#photos", photo((120, 110, 100)))
    page.click("[data-next]")
    page.click("[data-gps]")
    expect(page.locator("[data-place]")).to_be_visible()
    page.click("[data-next]")
    page.click("[data-next]")
    page.click("[data-send]")
    code = page.locator(".code-large output")
    expect(code).to_be_visible()
    return str(code.inner_text()).strip()


def incident_of(site: Any, tracking_code: str) -> Any:
    with site.orm():
        from incidents.records.models import Report

        return Report.objects.select_related("incident").get(tracking_code=tracking_code).incident


def row(page: Any, incident: Any) -> Any:
    """The incident's line in the queue of a control room."""
    return page.locator(f'#queue [data-id="{incident.pk}"]')


def card(page: Any, incident: Any) -> Any:
    """The incident's card in an inbox, as a link."""
    return page.locator(f'[data-cards] .card-link[aria-label*="{incident.code}"]')


def work_it(site: Any, open_page: Any, incident: Any, people: dict[str, Any], takers: Any, tracking: Any) -> None:
    """From the dispatch to the answer, each person in a browser of their own."""
    takers.goto("/room/")
    row(takers, incident).click()
    panel = takers.locator("#panel article")
    expect(panel.locator(".citizen-words")).to_contain_text(WORDS)

    focal = open_page(signed_in_as=people["focal"], phone=True)
    focal.goto("/inbox/")
    takers.click('#panel [data-act="dispatch"]')

    card(focal, incident).click(timeout=10_000)
    focal.click('form[action$="/accept"] button')
    focal.click('[data-act-box="hand"] summary')
    focal.select_option("#hand-unit", str(people["unit"].pk))
    focal.click('form[action$="/hand"] button')

    handler = open_page(signed_in_as=people["handler"], phone=True)
    handler.goto("/inbox/")
    card(handler, incident).click()
    handler.click('form[action$="/start"] button')
    handler.click('[data-act-box="result"] summary')
    handler.fill("#result-text", "Đã vá nhựa, thông đường.")
    handler.set_input_files("#result-photos", photo((60, 60, 60)))
    handler.click('form[action$="/result"] button[type=submit]')
    expect(handler.locator(".task-result")).to_contain_text("Đã vá nhựa")

    # The second hop ends where it began: the focal point reads it, and the hotline gets it.
    focal.click('form[action$="/pass-on"] button[type=submit]')

    answer = takers.locator("#answer")
    expect(answer).to_be_visible(timeout=10_000)
    answer.fill("Phường đã vá xong ổ gà. Cảm ơn ông bà đã báo.")
    takers.click('form[data-form="answer"] button[type=submit]')
    expect(tracking.locator("#state")).to_contain_text("Phường đã vá xong ổ gà", timeout=10_000)


@pytest.mark.main_path
def test_from_the_citizens_phone_to_the_answer(live_site: Any, open_page: Any) -> None:
    agency, inside = ward(live_site)
    people = cast(live_site, agency)
    watcher = open_page(signed_in_as=people["watcher"])
    watcher.goto("/room/")
    expect(watcher.locator('#connection[data-state="live"]')).to_be_visible()
    wall = open_page(signed_in_as=people["leader"], viewport={"width": 1920, "height": 1080})
    wall.goto("/wall/")

    citizen = open_page(phone=True)
    code = fill_portal(citizen, WORDS, inside)
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", code)
    incident = incident_of(live_site, code)
    assert incident.suggested_agency_id == agency.pk
    with live_site.orm():
        assert incident.photos.count() == 1

    # The room that was open already has it, without a reload; it may wait behind the "new" bar.
    expect(watcher.locator("#queue")).to_contain_text("Ổ gà", timeout=10_000)
    # Nothing personal and no free text on the wall.
    assert WORDS not in wall.content()

    taker = open_page(signed_in_as=people["taker"])
    work_it(live_site, open_page, incident, people, taker, citizen)

    # Answered: it leaves every live screen by itself.
    expect(row(watcher, incident)).to_have_count(0, timeout=10_000)
    with live_site.orm():
        incident.refresh_from_db()
        kinds = list(incident.history.values_list("kind", flat=True))
    assert incident.state == "closed"
    assert [kind for kind in kinds if kind in {"received", "dispatched", "accepted", "handed_on", "started",
                                               "reported", "result_given", "closed"}] == [
        "received", "dispatched", "accepted", "handed_on", "started", "reported", "result_given", "closed"]  # fmt: skip


def test_a_call_by_keyboard_alone(live_site: Any, open_page: Any) -> None:
    agency, _ = ward(live_site)
    page = open_page(signed_in_as=live_site.person("call_taker"))
    page.goto("/room/")
    expect(page.locator('#connection[data-state="live"]')).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("#call-words")).to_be_focused()
    words = f"Rác chất đống hôi thối ở phường Phú Lợi {uuid.uuid4().hex[:6]}"
    page.keyboard.type(words)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#panel .citizen-words")).to_contain_text(words, timeout=10_000)
    with live_site.orm():
        from incidents.records.models import Report

        report = Report.objects.select_related("incident").get(text__words=words)
    assert report.source == "phone"
    assert report.incident.ward_code == agency.area_code


def test_reports_of_machines_reach_the_open_room(live_site: Any, open_page: Any) -> None:
    _, (lon, lat) = ward(live_site)
    page = open_page(signed_in_as=live_site.person("call_taker"))
    page.goto("/room/")
    expect(page.locator('#connection[data-state="live"]')).to_be_visible()

    key = live_site.topology.manage("make_api_key", f"doi-tac-{uuid.uuid4().hex[:6]}").strip().split()[-1]
    mark = uuid.uuid4().hex[:8]
    body = urllib.parse.urlencode(
        {"api_key": key, "service_code": service_code(live_site), "lat": lat, "long": lon,
         "description": f"Đèn đường hỏng {mark}"}
    ).encode()  # fmt: skip
    with urllib.request.urlopen(f"{live_site.address}/open311/v2/requests.json", body, timeout=20) as response:
        number = json.load(response)[0]["service_request_id"]
    expect(page.locator("#queue")).to_contain_text(mark, timeout=10_000)
    with urllib.request.urlopen(f"{live_site.address}/open311/v2/requests/{number}.json?api_key={key}") as response:
        assert json.load(response)[0]["status"] == "open"


def service_code(site: Any) -> str:
    with urllib.request.urlopen(f"{site.address}/open311/v2/services.json", timeout=20) as response:
        return str(json.load(response)[0]["service_code"])


def test_a_zalo_message_reaches_the_open_room(live_site: Any, open_page: Any) -> None:
    page = open_page(signed_in_as=live_site.person("call_taker"))
    page.goto("/room/")
    expect(page.locator('#connection[data-state="live"]')).to_be_visible()
    secrets = live_site.topology.env
    mark = uuid.uuid4().hex[:8]
    raw = json.dumps(
        {"event_name": "user_send_text", "app_id": secrets["OPSCENTER_ZALO_APP_ID"], "timestamp": "1571029200000",
         "sender": {"id": f"u{mark}"}, "recipient": {"id": "oa1"},
         "message": {"msg_id": mark, "text": f"Cây ngã chắn đường ở phường Phú Lợi {mark}"}}
    ).encode()  # fmt: skip
    signed = hashlib.sha256(
        secrets["OPSCENTER_ZALO_APP_ID"].encode()
        + raw
        + b"1571029200000"
        + secrets["OPSCENTER_ZALO_OA_SECRET"].encode()
    ).hexdigest()
    request = urllib.request.Request(
        f"{live_site.address}/doors/zalo/webhook",
        raw,
        {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={signed}"},
    )
    with urllib.request.urlopen(request, timeout=20) as response:
        assert response.status == 200
    expect(page.locator("#queue")).to_contain_text(mark, timeout=10_000)


def test_the_path_while_redis_is_away(live_site: Any, open_page: Any) -> None:
    """Two web processes: the citizen and the room may be on different ones, with Redis stopped, and started again."""
    site: Topology = live_site.topology
    assert site.redis is not None
    agency, inside = ward(live_site)
    people = cast(live_site, agency)
    room = open_page(signed_in_as=people["watcher"])
    room.goto("/room/")
    expect(room.locator('#connection[data-state="live"]')).to_be_visible()
    site.redis.stop()
    try:
        citizen = open_page(phone=True)
        code = fill_portal(citizen, WORDS, inside)
        incident = incident_of(live_site, code)
        expect(row(room, incident)).to_have_count(1, timeout=10_000)
        work_it(live_site, open_page, incident, people, open_page(signed_in_as=people["taker"]), citizen)
        expect(row(room, incident)).to_have_count(0, timeout=10_000)
    finally:
        site.redis.start()
    second = incident_of(live_site, fill_portal(open_page(phone=True), WORDS, inside))
    expect(row(room, second)).to_have_count(1, timeout=10_000)
    expect(room.locator('#connection[data-state="live"]')).to_be_visible()
