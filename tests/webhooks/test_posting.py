"""Messages to webhooks: signed, told again until they are taken, given up before a person, never to our own hosts."""

from __future__ import annotations

import datetime as dt
import socket
from typing import Any

import pytest
from django.utils import timezone

from incidents.webhooks import outbound, posting
from incidents.webhooks.following import follow
from incidents.webhooks.keeping import send_again, tidy
from incidents.webhooks.models import Attempt, Notice, Webhook
from incidents.webhooks.outbound import NotAllowed, Unreachable, checked_address, exchange
from incidents.webhooks.signing import signature_of
from realtime.entities import canonical
from tests.cast import Cast, Hands, give, open_one
from tests.doors.platforms import Peer
from tests.intake.world import World
from tests.webhooks.conftest import new_webhook, post_all

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("everything")]


@pytest.fixture
def webhook(world: World, cast: Cast, peer: Peer) -> Webhook:
    """With one message in its queue."""
    made = new_webhook(world.an_lac, peer)
    give(open_one(world), world.an_lac, cast.call_taker)
    while follow():
        pass
    return made


def test_it_is_signed_and_taken(webhook: Webhook, peer: Peer) -> None:
    post_all()
    (asked,) = peer.asked
    notice = Notice.objects.get()
    assert (notice.state, notice.attempts, notice.failure) == ("sent", 1, "")
    body = canonical(asked.body).encode()
    assert asked.headers["X-Signature"] == signature_of(webhook.secret, asked.headers["X-Time"], body)
    assert asked.headers["X-Delivery"] == asked.body["id"] == str(notice.uid)
    assert Attempt.objects.get().status == 200


def test_a_failure_waits_longer_each_time_and_comes_under_the_same_number(webhook: Webhook, peer: Peer) -> None:
    peer.answers += [(503, {}), (500, {})]
    for failures in (1, 2):
        post_all()
        webhook.refresh_from_db()
        assert webhook.failures == failures
        assert webhook.paused_until is not None
        # Nothing else is tried meanwhile.
        assert posting.claim(timezone.now() + dt.timedelta(seconds=5)) is None
    post_all()
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.paused_until) == (0, None)
    assert len({asked.body["id"] for asked in peer.asked}) == 1
    assert list(Attempt.objects.values_list("status", "failure")) == [(503, "http_503"), (500, "http_500"), (200, "")]
    waits = [posting.wait_after(number).total_seconds() for number in (1, 2, 3, 20)]
    assert waits == [10, 20, 40, 3600]


def test_what_is_refused_for_good_is_given_up_and_sent_again_by_a_person(
    webhook: Webhook, peer: Peer, cast: Cast
) -> None:
    peer.answers.append((422, {}))
    post_all()
    notice = Notice.objects.get()
    assert (notice.state, notice.failure) == ("given_up", "http_422")
    page = Hands(cast.administrator).get("/admin/webhooks/webhook/").content.decode()
    assert webhook.name in page
    log = Hands(cast.administrator).get("/admin/webhooks/notice/?state=given_up").content.decode()
    assert "http_422" in log
    assert Hands(cast.administrator).get(f"/admin/webhooks/notice/{notice.pk}/change/").status_code == 200
    sent = {"action": "again", "_selected_action": str(notice.pk)}
    answer = Hands(cast.administrator).post("/admin/webhooks/notice/", sent, form=True)
    assert answer.status_code == 302
    post_all()
    notice.refresh_from_db()
    assert notice.state == "sent"


def test_after_a_day_it_is_given_up(webhook: Webhook, peer: Peer) -> None:
    yesterday = timezone.now() - dt.timedelta(days=1, minutes=1)
    Notice.objects.update(waiting_since=yesterday)
    peer.answers.append((503, {}))
    post_all()
    assert Notice.objects.get().state == "given_up"
    assert send_again([Notice.objects.get().pk]) == 1
    Notice.objects.update(waiting_since=yesterday)
    Webhook.objects.update(paused_until=timezone.now() + dt.timedelta(hours=1))
    tidy()
    assert (Notice.objects.get().state, Notice.objects.get().failure) == ("given_up", "gave_up")


def test_a_worker_that_died_loses_nothing(webhook: Webhook, peer: Peer) -> None:
    assert posting.claim() is not None
    assert posting.claim() is None
    later = timezone.now() + posting.LEASE + dt.timedelta(seconds=1)
    again = posting.claim(later)
    assert again is not None
    posting.record(again, posting.post(again))
    assert (Notice.objects.get().state, Notice.objects.get().attempts) == ("sent", 2)


def test_no_redirect_is_followed_and_no_inner_address_asked(webhook: Webhook, peer: Peer, settings: Any) -> None:
    peer.answers.append((302, {"Location": f"{peer.address}/elsewhere"}))
    post_all()
    assert [asked.path for asked in peer.asked] == ["/in"]
    settings.PARTNER_NETWORKS = []
    post_all()
    assert Notice.objects.get().failure == "private_address"
    assert len(peer.asked) == 1


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "100.64.0.1", "::1", "fe80::1", "fd00::1",
     "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1"],
)  # fmt: skip
def test_addresses_of_our_own_networks_are_refused(address: str, monkeypatch: Any) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    rows = [(family, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443)), (family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *_args, **_more: rows)
    with pytest.raises(NotAllowed, match="private_address"):
        checked_address("partner.example", 443)
    monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *_args, **_more: rows[:1])
    assert checked_address("partner.example", 443) == ("8.8.8.8", False)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://127.0.0.1/", "no_web_address"),
        ("http://user:secret@127.0.0.1/", "no_web_address"),
        ("http://127.0.0.1:99999/", "no_web_address"),
        ("http:///x", "no_web_address"),
        ("http://8.8.8.8/", "not_https"),
    ],
)
def test_only_web_addresses_and_outside_only_encrypted(url: str, why: str, settings: Any) -> None:
    settings.PARTNER_NETWORKS = ["127.0.0.0/8"]
    with pytest.raises(NotAllowed, match=why):
        exchange("GET", url)


def test_an_answer_is_read_only_so_far(peer: Peer) -> None:
    peer.answers.append((200, b"x" * 1000))
    answer = exchange("GET", peer.address, most_bytes=100)
    assert (len(answer.body), answer.is_cut) == (100, True)
    with pytest.raises(Unreachable):
        exchange("GET", "http://127.0.0.1:1/")


def test_the_form_says_what_is_wrong(world: World, cast: Cast, everything: Any) -> None:
    hands = Hands(cast.administrator)
    sent = {"name": "he-thong", "topic": "test", "url": "http://10.0.0.1/x", "secret": "s" * 20, "is_active": "on"}
    page = hands.post("/admin/webhooks/webhook/add/", sent, form=True).content.decode()
    assert "https://" in page
    assert "either an agency or a partner" in page
    sent |= {"url": "https://partner.example/in", "agency": str(world.an_lac.pk)}
    assert hands.post("/admin/webhooks/webhook/add/", sent, form=True).status_code == 302
    assert Webhook.objects.get().url == "https://partner.example/in"
