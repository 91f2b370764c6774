"""Pictures by a platform: only from its own hosts, never from inside, and no file costs the report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from incidents.doors import media
from incidents.doors.models import Media
from incidents.records.models import History, Incident, Photo, Report
from opscenter import outside
from tests.doors.platforms import Peer, Platform, serving
from tests.intake.world import picture

HOST = "https://media.viber.com"


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """The platform's file server: every host leads to it, without TLS."""
    with serving(lambda asked: (200, picture())) as peer:
        monkeypatch.setattr(media, "_target", lambda host: {"scheme": "http", "host": "127.0.0.1", "port": peer.port})
        yield peer


def fetch_all() -> None:
    while rows := media.take_up():
        for row in rows:
            media.fetch_one(row)


@pytest.mark.django_db(transaction=True)
def test_a_picture_becomes_a_photo_of_the_report(viber: Platform, files: Peer) -> None:
    viber.says("Ổ gà to", picture=f"{HOST}/a.jpg?key=secret")
    assert Media.objects.get().state == "waiting"
    fetch_all()
    photo = Photo.objects.get()
    report = Report.objects.get()
    assert (photo.report, photo.incident_id) == (report, report.incident_id)
    assert list(report.messages.get().photos.all()) == [photo]
    row = Media.objects.get()
    assert (row.state, row.url) == ("taken", "")
    assert files.asked[0].headers["Host"] == "media.viber.com"


@pytest.mark.django_db(transaction=True)
def test_a_picture_after_the_words_joins_them(viber: Platform, files: Peer) -> None:
    viber.says("Ổ gà to")
    viber.says(picture=f"{HOST}/a.jpg")
    fetch_all()
    assert Report.objects.count() == 1
    assert Photo.objects.get().report == Report.objects.get()


@pytest.mark.django_db(transaction=True)
def test_a_bad_file_never_costs_the_report(viber: Platform, files: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PHOTO_MAX_BYTES", 100_000)
    answers: list[tuple[str, Any]] = [
        ("not_a_picture", (200, b"<html>no</html>")),
        ("empty", (200, b"")),
        ("damaged", (200, picture()[:900])),
        ("too_large", (200, b"x" * 200_000)),
        ("gone", (404, {})),
        ("foreign_host", (302, {"Location": "https://elsewhere.example/a.jpg"})),
        ("foreign_host", (302, {"Location": "http://media.viber.com/a.jpg"})),
        ("too_many_redirects", None),
    ]
    viber.says("Ổ gà to")
    for number, (why, answer) in enumerate(answers):
        files.answers = [answer] if answer else [(302, {"Location": f"{HOST}/again"})] * 4
        viber.says(picture=f"{HOST}/{number}.jpg")
        fetch_all()
        row = Media.objects.order_by("-pk").first()
        assert (row.state, row.failure, row.url) == ("failed", why, ""), why
    assert not Photo.objects.exists()
    assert Incident.objects.count() == 1
    assert History.objects.filter(kind="media_failed").count() == len(answers)


@pytest.mark.django_db(transaction=True)
def test_what_may_be_there_later_is_asked_for_again(viber: Platform, files: Peer) -> None:
    files.answers = [(500, {})]
    viber.says("Ổ gà to", picture=f"{HOST}/a.jpg")
    fetch_all()
    row = Media.objects.get()
    assert (row.state, row.failure) == ("waiting", "http_500")
    Media.objects.update(next_try_at=timezone.now())
    fetch_all()
    assert Photo.objects.count() == 1
    # A redirect on the platform's own hosts is followed.
    files.answers = [(302, {"Location": f"{HOST}/moved.png"}), (200, picture(size=(300, 200)))]
    viber.says(picture=f"{HOST}/b.jpg")
    fetch_all()
    assert Photo.objects.count() == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://media.viber.com/a.jpg",
        "https://viber.com.evil.example/a.jpg",
        "https://evilviber.com/a.jpg",
        "https://media.viber.com:8443/a.jpg",
        "https://user@127.0.0.1/a.jpg",
        "https://127.0.0.1/a.jpg",
        "file:///etc/passwd",
        "ftp://media.viber.com/a",
        "",
    ],
)
def test_foreign_addresses_are_never_asked(url: str, files: Peer) -> None:
    with pytest.raises(media.Refused, match="foreign_host"):
        media.fetch(url, media.hosts_of("viber"))
    assert files.asked == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "fc00::1", "192.168.1.1"])
def test_a_name_that_leads_inside_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolved(host: str, port: int, **more: Any) -> list[Any]:
        return [(0, 0, 0, "", ("203.0.114.7", port)), (0, 0, 0, "", (address, port))]

    monkeypatch.setattr(outside.socket, "getaddrinfo", resolved)
    with pytest.raises(media.Refused, match="private_address"):
        media.fetch(f"{HOST}/a.jpg", (".viber.com",))


def test_a_deployment_may_name_more_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MEDIA_HOSTS", ["viber=.mirror.example", "zalo=z.example"])
    assert outside.is_one_of("a.mirror.example", media.hosts_of("viber"))
    assert not outside.is_one_of("z.example", media.hosts_of("viber"))
    assert outside.is_one_of("z.example", media.hosts_of("zalo"))


@pytest.mark.django_db(transaction=True)
def test_a_killed_fetcher_leaves_it_to_the_next(viber: Platform, files: Peer) -> None:
    viber.says("Ổ gà to", picture=f"{HOST}/a.jpg")
    (claimed,) = media.take_up()
    assert media.take_up() == []
    (again,) = media.take_up(timezone.now() + media.LEASE)
    assert again.pk == claimed.pk
    # Both come back with it: one photo.
    media.fetch_one(again)
    media.fetch_one(claimed)
    assert Photo.objects.count() == 1
    assert connection.in_atomic_block is False
