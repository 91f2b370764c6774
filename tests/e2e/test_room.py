"""The control room in a real browser: for everybody, by keyboard, through cuts, conflicts and a full board."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from typing import Any

from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.axe import in_both_themes
from tests.e2e.test_whole_path import row, ward


def mark() -> str:
    return uuid.uuid4().hex[:8]


def report(site: Any, words: str, at: tuple[float, float] | None = None) -> Any:
    """An incident that has just come in."""
    with site.orm():
        from incidents.intake.take import take_report
        from incidents.records.models import Source

        return take_report(source=Source.WEB, source_id=uuid.uuid4().hex, words=words, point=at).incident


def close(site: Any, incident: Any, by: Any) -> None:
    with site.orm():
        from incidents.dispatching.closing import answer_at_once
        from realtime.change import change

        with change():
            answer_at_once(incident_id=incident.pk, answer="Đã xong.", by=by)


def enter(page: Any) -> Any:
    """Opens the room and waits until it has everything and its map."""
    page.goto("/room/")
    expect(page.locator('#connection[data-state="live"]')).to_be_visible()
    expect(page.locator("#map[data-points]")).to_be_visible(timeout=20_000)
    return page


def test_everybody_can_use_the_room(live_site: Any, open_page: Any) -> None:
    _, inside = ward(live_site)
    incident = report(live_site, f"Ổ gà lớn {mark()}", inside)
    page = open_page(signed_in_as=live_site.person("call_taker"), bypass_csp=True)
    enter(page)
    found = {"queue": in_both_themes(page)}
    page.keyboard.press("f")
    expect(page.locator("#filter-text")).to_be_focused()
    found["filter"] = in_both_themes(page)
    page.keyboard.press("Escape")
    row(page, incident).click()
    expect(page.locator("#panel article")).to_be_visible()
    page.locator("#form-dispatch summary").click()
    found["panel"] = in_both_themes(page)
    page.locator("#panel [data-act=close]").click()
    page.keyboard.press("n")
    expect(page.locator("#call-words")).to_be_focused()
    found["call"] = in_both_themes(page)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("o ga")
    expect(page.locator("#search [role=option]").first).to_be_visible()
    found["search"] = in_both_themes(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    found["keys"] = in_both_themes(page)
    assert {part: wrong for part, wrong in found.items() if wrong} == {}


def test_keys_act_outside_fields_only(live_site: Any, open_page: Any) -> None:
    page = enter(open_page(signed_in_as=live_site.person("call_taker")))
    call, keys = page.locator("#call"), page.locator("#keys")
    page.keyboard.press("f")
    page.keyboard.type("ne?")
    expect(page.locator("#filter-text")).to_have_value("ne?")
    expect(call).to_be_hidden()
    expect(keys).to_be_hidden()
    page.locator("#filter [type=reset]").click()
    page.locator("#filter-text").focus()
    # The first letter after Esc is a key again at once.
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(call).to_be_visible()
    page.keyboard.press("Escape")
    expect(call).to_be_hidden()
    # An input method that composes has every key.
    page.evaluate(
        "() => document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'n', isComposing: true, bubbles: true}))"
    )
    expect(call).to_be_hidden()
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    page.locator("[data-room=toggle-keys]").click()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    expect(call).to_be_hidden()
    page.reload()
    expect(page.locator('#connection[data-state="live"]')).to_be_visible()
    page.keyboard.press("n")
    expect(call).to_be_hidden()


def test_a_server_that_was_killed(live_site: Any, open_page: Any) -> None:
    """The room says that it reconnects, and is right again without a reload."""
    taker = live_site.person("call_taker")
    old = report(live_site, f"Rác chất đống {mark()}")
    page = enter(open_page(signed_in_as=taker))
    expect(row(page, old)).to_have_count(1)
    page.evaluate("() => { window.notReloaded = true }")
    for web in live_site.topology.web:
        web.kill()
    sign = page.locator("#connection")
    try:
        expect(sign).to_contain_text("Đang kết nối lại", timeout=15_000)
        expect(page.locator("body")).to_have_attribute("data-live", "stale")
        # Written while no server is there to say so.
        new = report(live_site, f"Đèn đường hỏng {mark()}")
        close(live_site, old, taker)
    finally:
        for web in live_site.topology.web:
            web.start()
    expect(sign).to_have_attribute("data-state", "live", timeout=40_000)
    expect(row(page, new)).to_have_count(1)
    expect(row(page, old)).to_have_count(0)
    assert page.evaluate("() => window.notReloaded")


def test_a_browser_that_slept(live_site: Any, open_page: Any) -> None:
    taker = live_site.person("call_taker")
    old = report(live_site, f"Cây ngã {mark()}")
    page = enter(open_page(signed_in_as=taker))
    expect(row(page, old)).to_have_count(1)
    page.context.set_offline(True)
    new = report(live_site, f"Mất nước {mark()}")
    close(live_site, old, taker)
    page.wait_for_timeout(4_000)
    page.context.set_offline(False)
    expect(row(page, new)).to_have_count(1, timeout=40_000)
    expect(row(page, old)).to_have_count(0)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")


def test_a_call_taken_without_a_network_arrives_once(live_site: Any, open_page: Any) -> None:
    page = enter(open_page(signed_in_as=live_site.person("call_taker")))
    words = f"Ngập nước ở phường Phú Lợi {mark()}"
    page.keyboard.press("n")
    expect(page.locator("#call-words")).to_be_focused()
    page.keyboard.type(words)
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notices")).to_contain_text("giữ trên máy này", timeout=15_000)
    expect(page.locator("#call")).to_be_hidden()
    expect(page.locator("#outbox")).to_contain_text(re.compile("chờ", re.IGNORECASE))
    page.context.set_offline(False)
    expect(page.locator("#queue")).to_contain_text(words[-8:], timeout=40_000)
    expect(page.locator("#outbox")).to_be_empty(timeout=15_000)
    page.reload()
    expect(page.locator('#connection[data-state="live"]')).to_be_visible()
    with live_site.orm():
        from incidents.records.models import ReportWords

        assert ReportWords.objects.filter(words=words).count() == 1


def test_two_call_takers_change_the_same(live_site: Any, open_page: Any) -> None:
    """The second one sees both, and what was chosen is not lost."""
    incident = report(live_site, f"Việc chung {mark()}")
    pages = [enter(open_page(signed_in_as=live_site.person("call_taker"))) for _ in range(2)]
    for page in pages:
        row(page, incident).click()
        expect(page.locator("#panel article")).to_be_visible()
        page.locator("#form-category summary").click()
    first, second = pages
    names = first.locator("#category option:not([value=''])").all_inner_texts()
    second.select_option("#category", label=names[1])
    first.select_option("#category", label=names[0])
    first.locator('form[data-form="category"] button[type=submit]').click()
    # Somebody else's change never takes away what is being chosen.
    expect(second.locator(".panel-bar")).to_be_visible()
    expect(second.locator("#category option:checked")).to_have_text(names[1])
    second.locator('form[data-form="category"] button[type=submit]').click()
    texts = second.locator(".outbox-texts").first
    expect(texts).to_be_visible(timeout=10_000)
    assert texts.locator("p").count() == 2
    assert all(text.strip() for text in texts.locator("p").all_inner_texts())
    with live_site.orm():
        incident.refresh_from_db()
        assert incident.category.label == names[0]


# Where the map looks once it has left a view and kept to another for a second and a half: wheels glide.
VIEW_AT_REST = """(left) => new Promise((resolve) => {
    const map = document.querySelector('#map');
    let view = map.dataset.view, kept = 0;
    const timer = setInterval(() => {
        kept = map.dataset.view === view && view !== left ? kept + 100 : 0;
        view = map.dataset.view;
        if (kept >= 1500) { clearInterval(timer); resolve(view); }
    }, 100);
})"""


def test_nothing_moves_under_the_hand(live_site: Any, open_page: Any) -> None:
    _, inside = ward(live_site)
    report(live_site, f"Ổ gà {mark()}", inside)
    page = enter(open_page(signed_in_as=live_site.person("call_taker")))
    page.locator("#map canvas").hover()
    before_wheel = page.locator("#map").get_attribute("data-view")
    page.mouse.wheel(0, -600)
    view = page.evaluate(VIEW_AT_REST, before_wheel)
    first = page.locator(".row-item").first
    first.hover()
    boxes = """() => [...document.querySelectorAll('.row-item')]
        .map((row) => [row.dataset.id, row.getBoundingClientRect().top])"""
    before = page.evaluate(boxes)
    new = [report(live_site, f"Cháy nhà {mark()}", inside) for _ in range(3)]
    bar = page.locator(".queue-fresh")
    expect(bar).to_have_text("3 mới")
    assert page.evaluate(boxes) == before
    assert page.locator("#map").get_attribute("data-view") == view
    bar.click()
    expect(bar).to_be_hidden()
    for incident in new:
        expect(row(page, incident)).to_have_count(1)
    # The map stays where it was put.
    assert page.locator("#map").get_attribute("data-view") == view


def test_list_and_map_are_the_same_set(live_site: Any, open_page: Any) -> None:
    _, inside = ward(live_site)
    same = mark()
    for kind in ("Rác", "Ổ gà", "Đèn đường"):
        report(live_site, f"{kind} {same}", inside)
    report(live_site, f"Chưa rõ {same}")
    page = enter(open_page(signed_in_as=live_site.person("call_taker")))
    page.keyboard.press("f")
    page.keyboard.type(same)
    expect(page.locator(".row-item")).to_have_count(4)
    # One of them has no place: it is in the list only.
    expect(page.locator("#map")).to_have_attribute("data-points", "3")
    page.locator("#filter-text").fill(f"rac {same}")
    expect(page.locator(".row-item")).to_have_count(1)
    expect(page.locator("#map")).to_have_attribute("data-points", "1")
    # Closing the filter keeps it, and the address carries it: a second screen shows the same.
    page.keyboard.press("Escape")
    expect(page.locator("#filter")).to_be_hidden()
    page.reload()
    expect(page.locator(".row-item")).to_have_count(1)
    expect(page.locator("#map")).to_have_attribute("data-points", "1")
    page.keyboard.press("f")
    page.locator("#filter-text").fill("khong co gi nhu vay")
    expect(page.locator(".queue-empty button")).to_be_visible()
    page.locator(".queue-empty button").click()
    expect(row(page, incident_named(live_site, same))).to_have_count(1)


def incident_named(site: Any, word: str) -> Any:
    with site.orm():
        from incidents.records.models import Report

        return Report.objects.filter(text__words__endswith=word).earliest("pk").incident


# Keeps what would be printed, as it stands when the browser's own window opens.
KEEP_THE_SHEET = """() => { window.print = () => {
    const sheet = document.querySelector('.print-sheet'), image = sheet.querySelector('img');
    window.sheet = {text: sheet.innerText, wide: image.naturalWidth / image.naturalHeight,
        theme: document.documentElement.dataset.bsTheme, bar: sheet.querySelector('.print-bar').style.inlineSize};
    dispatchEvent(new Event('afterprint'));
} }"""


def test_the_map_shows_the_past_measures_and_prints_to_scale(live_site: Any, open_page: Any) -> None:
    _, inside = ward(live_site)
    report(live_site, f"Ổ gà {mark()}", inside)
    page = enter(open_page(signed_in_as=live_site.person("supervisor")))
    legend, measured = page.locator("#legend-past"), page.locator("#measured")
    page.locator("[data-room=measure]").click()
    expect(measured).to_contain_text("Bấm lên bản đồ")
    corners = [(300, 560), (420, 560), (420, 660)]
    for x, y in [*corners, corners[0]]:
        page.locator("#map canvas").click(position={"x": x, "y": y})
    expect(measured).to_contain_text(re.compile("Diện tích .*chu vi"))
    page.keyboard.press("Escape")
    expect(measured).to_contain_text("Chiều dài")
    page.locator("[data-room=measure]").click()
    expect(measured).to_be_hidden()

    page.locator("#layers-box > summary").click()
    page.evaluate(KEEP_THE_SHEET)
    page.evaluate("() => { document.documentElement.dataset.bsTheme = 'dark'; }")
    page.select_option("#print-scale", "25000")
    page.locator("[data-room=print]").click()
    # A picture of twice the pixels, which without a graphics card takes its time.
    page.wait_for_function("() => window.sheet", timeout=60_000)
    sheet = page.evaluate("() => window.sheet")
    assert "tỷ lệ 1:25.000" in sheet["text"]
    assert "Phản ánh hiện trường" in sheet["text"]
    # A kilometre of ground is forty millimetres of paper; the picture has the sheet's own shape.
    assert ("1 km" in sheet["text"], sheet["bar"]) == (True, "40mm")
    assert abs(sheet["wide"] - 277 / 160) < 0.02
    expect(page.locator(".print-sheet")).to_have_count(0)
    # Paper is white, and the room as dark afterwards as it was.
    assert sheet["theme"] == "light"
    assert page.evaluate("() => document.documentElement.dataset.bsTheme") == "dark"

    with page.expect_response(lambda one: "/map/history/" in one.url) as tile:
        page.select_option("#layers-past", "1")
    assert tile.value.ok
    page.select_option("#layers-colour", "age")
    expect(legend.locator(".legend-patch")).to_have_count(5)
    expect(legend).to_contain_text("90 ngày")
    page.select_option("#layers-colour", "overdue")
    expect(legend.locator(".legend-patch")).to_have_count(2)
    expect(legend).to_contain_text("Quá hạn, chưa xong")
    with page.expect_response(lambda one: "/map/wards.json" in one.url) as figures:
        page.select_option("#layers-wards", "received")
    assert figures.value.ok
    page.select_option("#layers-wards", "")
    page.select_option("#layers-look", "heat")
    expect(legend).to_be_hidden()


def test_without_webgl_the_simple_map_shows_the_same(live_site: Any, open_page: Any) -> None:
    _, inside = ward(live_site)
    incident = report(live_site, f"Rác {mark()}", inside)
    page = open_page(signed_in_as=live_site.person("call_taker"))
    page.add_init_script(
        """(() => {
            const plain = HTMLCanvasElement.prototype.getContext;
            HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
                return kind.startsWith('webgl') ? null : plain.call(this, kind, ...rest);
            };
        })()"""
    )
    enter(page)
    expect(page.locator("#map.leaflet-container")).to_be_visible()
    expect(page.locator(".map-note")).to_be_visible()
    row(page, incident).click()
    # Its own spot may lie in a cluster: the ring around the open one is drawn anyway.
    expect(page.locator("#panel article")).to_be_visible()
    expect(page.locator("#map .flat-icon").first).to_be_visible()
    points = int(page.locator("#map").get_attribute("data-points"))
    report(live_site, f"Đèn {mark()}", inside)
    expect(page.locator("#map")).to_have_attribute("data-points", str(points + 1))


def body(number: int, version: int, now: dt.datetime) -> dict[str, Any]:
    """An incident as the stream tells the room, spread over the province and over two days."""
    received = now - dt.timedelta(minutes=number * 7 % 2880)
    return {
        "id": number, "code": f"1022-{number:06}", "version": version, "exercise": 0,
        "state": ("received", "assigned", "in_progress", "resolved")[(number + version) % 4],
        "group": (1, 2, 3, 3, 3, None)[number % 6], "category": None, "priority": number % 3 + 1,
        "lat": 10.9 + number * 37 % 500 / 1000, "lon": 106.4 + number * 91 % 500 / 1000, "radius_m": 30,
        "approximate": False, "area": None, "summary": f"Ổ gà lớn trước số {number}, hai người té xe",
        "source": "phone", "received_at": received.isoformat(), "needs": ["category"] if number % 10 == 0 else [],
        "due_at": (received + dt.timedelta(hours=number % 60)).isoformat(), "assignments": [], "reports": 1,
        "photos": 0,
    }  # fmt: skip


def test_a_full_board_stays_quick(live_site: Any, open_page: Any) -> None:
    """5,000 incidents and ten changes a second, by a made-up stream: few rows are drawn, and little is computed."""
    now = timezone.now()
    sockets: list[Any] = []

    def answer(socket: Any) -> None:
        def heard(text: str | bytes) -> None:
            if json.loads(text)["t"] != "resume":
                return
            sockets.append(socket)
            entities = [
                {"entity": "incident", "id": number, "version": 1, "body": body(number, 1, now)}
                for number in range(1, 5001)
            ]
            position = {"epoch": "e", "offset": 0, "scope": "s"}
            socket.send(json.dumps({"t": "snapshot", "position": position, "entities": entities}))

        socket.on_message(heard)

    page = open_page(signed_in_as=live_site.person("call_taker"))
    page.route_web_socket("**/ws/stream/**", answer)
    enter(page)
    expect(page.locator("#queue-count")).to_have_text("5000")
    assert page.locator(".row-item").count() <= 300
    measuring = page.context.new_cdp_session(page)
    measuring.send("Performance.enable")

    def scripts() -> float:
        values = {one["name"]: one["value"] for one in measuring.send("Performance.getMetrics")["metrics"]}
        return float(values["ScriptDuration"]) * 1000

    page.wait_for_timeout(1_500)
    before, changes = scripts(), 30
    for offset in range(1, changes + 1):
        event = {"o": offset, "e": "incident", "id": offset * 131, "v": 2, "body": body(offset * 131, 2, now)}
        sockets[-1].send(json.dumps({"t": "frame", "after": offset - 1, "upto": offset, "events": [event]}))
        page.wait_for_timeout(100)
    print(f"{(scripts() - before) / changes:.1f} ms of scripts a change with 5,000 on the board")
    # What keeps it quick: however many there are, only so many rows are drawn.
    assert page.locator(".row-item").count() <= 300
    page.keyboard.press("f")
    page.keyboard.type("số 4321")
    expect(page.locator(".row-item")).to_have_count(1)
