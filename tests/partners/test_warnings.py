"""Warnings of weather and disaster by CAP: from known sources, on the maps while they last."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from incidents.partners.models import AreaWarning, WarningSource
from incidents.partners.warnings import polling
from incidents.partners.warnings.reading import LARGEST, Unreadable, alerts_in, read, root_of
from incidents.partners.warnings.taking import end_over
from incidents.records.live import snapshot
from realtime.models import Event
from tests.cast import Cast, together
from tests.doors.platforms import Peer, serving
from tests.emergencies.conftest import Services
from tests.intake.world import World
from tests.partners.conftest import LATER, SENT, cap, post_warning

pytestmark = pytest.mark.django_db(transaction=True)


def on_maps(*keys: str) -> list[dict[str, Any]]:
    return [dict(row.body) for row in snapshot(frozenset(keys or {"room"})) if row.entity == "warning"]


# --- reading ----------------------------------------------------------------------------------------------------


def meaning(text: str) -> Any:
    (alert,) = alerts_in(root_of(text.encode()))
    return read(alert)


def test_vietnamese_is_read_and_the_area_is_degrees() -> None:
    for namespace in ("urn:oasis:names:tc:emergency:cap:1.2", "urn:oasis:names:tc:emergency:cap:1.1"):
        one = meaning(cap(namespace=namespace))
        assert (one.event, one.area, one.severity) == ("Mưa lớn", "Thành phố Sông Xanh", "Severe")
        assert one.geometry.bounds == (106.6, 11.0, 106.7, 11.1)
    round_ = meaning(cap(area="<circle>11.05,106.65 10</circle>")).geometry
    assert round_.bounds == pytest.approx((106.558, 10.96, 106.742, 11.14), abs=0.002)
    both = meaning(cap(area="<polygon>11,106.6 11,106.7 11.1,106.7 11,106.6</polygon><circle>11.5,107.5 1</circle>"))
    assert len(both.geometry.geoms) == 2
    assert meaning(cap(area="")).geometry is None
    # A ring that crosses itself is mended, not refused.
    assert meaning(cap(area="<polygon>11,106.6 11.1,106.7 11.1,106.6 11,106.7 11,106.6</polygon>")).geometry.is_valid


def test_what_has_no_end_ends_after_a_day_and_nothing_lasts_for_ever() -> None:
    without = meaning(cap(expires=""))
    assert without.until - without.sent == dt.timedelta(days=1)
    assert meaning(cap()).until - meaning(cap()).sent == dt.timedelta(days=14)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"area": "<polygon>91,106 92,107 93,108 91,106</polygon>"}, "bad_coordinates"),
        ({"area": "<polygon>11,nan 11,107 12,107 11,nan</polygon>"}, "bad_coordinates"),
        ({"area": "<polygon>11,106 11,107 12,107</polygon>"}, "bad_polygon"),
        ({"area": "<circle>11,106 -1</circle>"}, "bad_circle"),
        ({"area": "<circle>11,106 1e9</circle>"}, "bad_circle"),
        ({"area": "<circle>11,106</circle>"}, "bad_circle"),
        ({"area": f"<polygon>{'11,106 ' * 20_001}</polygon>"}, "too_many_points"),
        ({"sent": "yesterday"}, "no_time"),
        ({"sent": "2026-11-26T08:00:00"}, "no_time"),
        ({"status": "Real"}, "unknown_kind"),
        ({"sender": ""}, "no_identifier"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(change: dict[str, str], why: str, source: WarningSource) -> None:
    answer = post_warning(source, cap(**change))
    assert (answer.status_code, answer.json()["why"]) == (400, why)
    assert not AreaWarning.objects.exists()


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BOMB + "<alert>&b;</alert>", "forbidden_xml"),
        (OUTSIDE + "<alert>&e;</alert>", "forbidden_xml"),
        ('<!DOCTYPE alert SYSTEM "http://127.0.0.1/x.dtd"><alert/>', "forbidden_xml"),
        ("<alert>", "not_xml"),
        ("{}", "not_xml"),
        ("<alert/>", "no_alert"),
    ],
)
def test_xml_cannot_reach_outside_itself(text: str, why: str, source: WarningSource) -> None:
    answer = post_warning(source, text)
    assert (answer.status_code, answer.json()["why"]) == (400, why)


# --- posted -----------------------------------------------------------------------------------------------------


def test_only_a_known_source_with_a_fresh_signature(world: World, source: WarningSource) -> None:
    assert post_warning(source, cap()).json() == {"taken": 1}
    assert post_warning(source, cap()).json() == {"taken": 0}
    for headers in (
        {"X-Signature": "0" * 64},
        {"X-Signature": "không"},
        {"X-Source": "ai-do"},
        {"moment": str(int(time.time()) - 400)},
        {"moment": "-1"},
    ):
        assert post_warning(source, cap("w2"), **headers).status_code == 403
    source.senders = "other@example.vn"
    source.save()
    assert post_warning(source, cap("w3")).json() == {"code": "wrong_sender"}
    assert post_warning(source, b"x" * (LARGEST + 1)).status_code == 413
    assert AreaWarning.objects.count() == 1


def test_the_room_and_the_boards_have_it_and_nobody_else(
    world: World, cast: Cast, services: Services, source: WarningSource
) -> None:
    post_warning(source, cap())
    fire, power = f"agency:{services.fire.pk}", f"agency:{services.power.pk}"
    (shown,) = on_maps()
    assert (shown["event"], shown["instruction"]) == ("Mưa lớn", "Tránh vùng ngập.")
    assert shown["geometry"]["type"] == "MultiPolygon"
    assert len(on_maps(fire)) == 1
    assert on_maps(power) == on_maps("wall") == on_maps("leader") == []
    event = Event.objects.get(entity="warning")
    assert fire in event.audience
    assert power not in event.audience


@pytest.mark.parametrize("status", ["Exercise", "Test", "System", "Draft"])
def test_what_is_not_actual_is_not_shown(status: str, world: World, source: WarningSource) -> None:
    post_warning(source, cap("real"))
    post_warning(source, cap("drill", status=status))
    taken_back = f"khi-tuong@example.vn,real,{SENT}"
    post_warning(source, cap("drill-2", status=status, msgType="Cancel", references=taken_back))
    assert [row["id"] for row in on_maps()] == [AreaWarning.objects.get(identifier="real").pk]
    assert AreaWarning.objects.get(identifier="drill").why_not == "not_actual"


def test_replaced_and_taken_back_in_whatever_order_it_comes(world: World, source: WarningSource) -> None:
    refers = f"khi-tuong@example.vn,{{}},{SENT}".format
    later = {"sent": LATER}
    post_warning(source, cap("a"))
    post_warning(source, cap("b", msgType="Update", references=refers("a"), **later))
    assert [AreaWarning.objects.get(pk=row["id"]).identifier for row in on_maps()] == ["b"]
    post_warning(source, cap("d", msgType="Cancel", references=refers("c"), **later))
    post_warning(source, cap("c"))
    assert AreaWarning.objects.get(identifier="c").why_not == "cancelled"
    # Another sender takes nothing back.
    post_warning(source, cap("e", msgType="Cancel", sender="other@example.vn", references=refers("b"), **later))
    assert len(on_maps()) == 1
    post_warning(source, cap("f", msgType="Cancel", references=refers("b"), **later))
    assert on_maps() == []


def test_it_ends_by_itself(world: World, source: WarningSource) -> None:
    soon = (timezone.now() + dt.timedelta(hours=1)).isoformat(timespec="seconds")
    post_warning(source, cap("a", expires=soon))
    assert post_warning(source, cap("old", expires="2020-01-01T00:00:00+07:00")).status_code == 200
    post_warning(source, cap("far", area="<circle>21.0,105.8 20</circle>"))
    assert dict(AreaWarning.objects.values_list("identifier", "why_not")) == {
        "a": "",
        "old": "over",
        "far": "elsewhere",
    }
    assert end_over() == 0
    AreaWarning.objects.filter(identifier="a").update(until=timezone.now())
    assert end_over() == 1
    assert on_maps() == []
    last = Event.objects.filter(entity="warning").latest("offset")
    assert (last.audience, "room" in last.removed) == ("{}", True)


def test_the_same_twice_at_once_is_taken_once(world: World, source: WarningSource) -> None:
    answers = together([lambda: post_warning(source, cap()).json()["taken"]] * 4)
    assert sorted(answers) == [0, 0, 0, 1]


# --- asked for --------------------------------------------------------------------------------------------------


@pytest.fixture
def feed(source: WarningSource, settings: Any) -> Iterator[Peer]:
    """A weather service's feed with two messages, the newest first, and one that nobody can read."""
    settings.PARTNER_NETWORKS = ["127.0.0.1/32"]
    refers = f"khi-tuong@example.vn,a,{SENT}"
    pages = {
        "/feed": """<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>
            <entry><link href="/b.cap" type="application/cap+xml"/></entry><entry><link href="/bad.cap"/></entry>
            <entry><link href="/a.html" type="text/html"/><link href="/a.cap" type="application/cap+xml"/></entry>
            </feed>""",
        "/a.cap": cap("a"),
        "/b.cap": cap("b", msgType="Update", references=refers, sent=LATER),
        "/bad.cap": "<html>",
        "/one": cap("one"),
        "/rss": "<rss><channel><item><link>/a.cap</link></item></channel></rss>",
    }
    with serving(lambda asked: (200, pages[asked.path].encode())) as peer:
        WarningSource.objects.update(url=f"{peer.address}/feed")
        source.refresh_from_db()
        yield peer


def ask() -> WarningSource:
    WarningSource.objects.update(next_at=timezone.now())
    claimed = polling.claim()
    assert claimed is not None
    assert polling.claim() is None
    polling.record(claimed, polling.fetch(claimed))
    return WarningSource.objects.get()


def test_a_feed_is_read_once(world: World, feed: Peer) -> None:
    row = ask()
    assert [AreaWarning.objects.get(pk=one["id"]).identifier for one in on_maps()] == ["b"]
    assert (row.failure, len(row.read)) == ("not_xml", 3)
    asked = len(feed.asked)
    row = ask()
    assert [one.path for one in feed.asked[asked:]] == ["/feed"]
    assert (row.failure, row.failures) == ("", 0)


def test_a_message_and_an_rss_feed(world: World, feed: Peer) -> None:
    for path, identifier in (("/one", "one"), ("/rss", "a")):
        WarningSource.objects.update(url=feed.address + path)
        assert ask().failure == ""
        assert AreaWarning.objects.filter(identifier=identifier, is_shown=True).exists()


def test_a_source_that_fails_is_asked_later_and_never_inside(world: World, feed: Peer, settings: Any) -> None:
    feed.answers += [(500, {}), (302, {"Location": "/one"})]
    for failures, why in ((1, "http_500"), (2, "http_302")):
        row = ask()
        assert (row.failure, row.failures) == (why, failures)
        assert row.next_at - timezone.now() > dt.timedelta(seconds=200 * failures)
    settings.PARTNER_NETWORKS = []
    assert ask().failure == "private_address"
    WarningSource.objects.update(next_at=F("next_at") - dt.timedelta(days=1), is_active=False)
    assert polling.claim() is None


def test_unreadable_has_codes_for_a_person() -> None:
    with pytest.raises(Unreadable, match="too_large"):
        root_of(b" " * (LARGEST + 1))
