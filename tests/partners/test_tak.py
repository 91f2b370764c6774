"""A scripted TAK server on this machine: it is told of units and incidents, loses its connection, and is told anew."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from incidents.emergencies.models import Position
from incidents.emergencies.services import parts
from incidents.partners.cot import link
from incidents.partners.cot.picture import AGAIN, Picture
from incidents.partners.management.commands.tak_feed import feed
from incidents.partners.models import TakServer
from realtime.change import change
from tests.cast import Cast
from tests.emergencies.conftest import Services, emergency
from tests.emergencies.test_units import at_place, new_unit
from tests.harness.processes import free_port
from tests.harness.topology import self_signed_certificate
from tests.intake.world import IN_AN_LAC, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(world: World, cast: Cast, services: Services) -> Any:
    """An incident of 114 and 115, and an ambulance with a position."""
    incident = emergency(world, cast.call_taker, "ambulance", "fire", point=Point(*IN_AN_LAC, srid=4326), radius_m=9.0)
    unit = new_unit(services.ambulance, "115-01")
    at_place(unit, 106.61, 11.04, heading=90.0, speed=8.5, accuracy=4.0)
    new_unit(services.police, "113-01")
    return incident


def events(sent: list[bytes]) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(one) for one in sent]


def test_only_what_is_new_is_told(scene: Any, services: Services, cast: Cast) -> None:
    server = TakServer(name="tak", agency=services.ambulance, host="x")
    picture, now = Picture(), timezone.now()
    unit, incident = events(picture.news(server, now))
    assert (unit.get("type"), unit.get("how"), unit.find("detail/contact").get("callsign")) == (
        "a-f-G-E-V-C", "m-g", "115-01",
    )  # fmt: skip
    point = unit.find("point")
    assert (float(point.get("lat")), float(point.get("lon")), point.get("ce")) == (11.04, 106.61, "4.0")
    assert unit.find("detail/track").attrib == {"course": "90.0", "speed": "8.5"}
    assert (incident.get("type"), incident.find("detail/contact").get("callsign")) == ("b-m-p-s-m", scene.code)
    text = "".join(ElementTree.tostring(one, "unicode") for one in (unit, incident))
    assert scene.summary not in text
    assert "0900" not in text

    assert picture.news(server, now + dt.timedelta(seconds=5)) == []
    at_place(Position.objects.get().unit, 106.615, 11.04, ago_s=0)
    assert [one.get("uid") for one in events(picture.news(server, now + dt.timedelta(seconds=6)))] == [unit.get("uid")]
    # Whoever opens a TAK program later hears of everything within a minute.
    assert len(picture.news(server, now + AGAIN + dt.timedelta(seconds=6))) == 2
    with change():
        parts.leave(incident_id=scene.pk, by=services.at_ambulance)
    (gone,) = events(picture.news(server, now + AGAIN + dt.timedelta(seconds=7)))
    assert (gone.get("type"), gone.find("detail/link").get("uid")) == ("t-x-d-d", incident.get("uid"))


def test_exercises_only_where_they_are_wanted_and_marked(world: World, cast: Cast, services: Services) -> None:
    emergency(world, cast.call_taker, "fire", exercise=3, point=Point(*IN_AN_LAC, srid=4326), radius_m=9.0)
    server = TakServer(name="tak", agency=services.fire, host="x")
    assert Picture().news(server, timezone.now()) == []
    server.with_exercises = True
    (told,) = events(Picture().news(server, timezone.now()))
    assert "DIỄN TẬP" in told.findtext("detail/remarks", "")


class Tak:
    """Listens, keeps what it hears, and can hang up."""

    def __init__(self, context: Any = None) -> None:
        self.port, self.heard, self.connections = free_port(), b"", 0
        self.context = context
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._peer: socket.socket | None = None
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _address = self._listener.accept()
                try:
                    peer = self.context.wrap_socket(peer, server_side=True) if self.context else peer
                except OSError:
                    continue
                self._peer, self.connections = peer, self.connections + 1
                with contextlib.suppress(OSError):
                    while part := peer.recv(65536):
                        self.heard += part

    def hang_up(self) -> None:
        assert self._peer is not None
        with contextlib.suppress(OSError):
            self._peer.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()
        if self._peer is not None:
            self.hang_up()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


@contextlib.contextmanager
def feeding(monkeypatch: Any) -> Iterator[None]:
    """The command, in a thread, in a hurry."""
    monkeypatch.setattr(link, "EVERY_S", 0.02)
    monkeypatch.setattr(link, "FIRST_WAIT_S", 0.02)
    stopping = threading.Event()
    thread = threading.Thread(target=feed, args=(stopping, 0.05))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(30)


def test_it_connects_again_and_tells_everything_anew(
    scene: Any, services: Services, settings: Any, monkeypatch: Any
) -> None:
    settings.PARTNER_NETWORKS = ["127.0.0.1/32"]
    tak = Tak()
    row = TakServer.objects.create(name="tak", agency=services.ambulance, host="127.0.0.1", port=tak.port, tls=False)
    with feeding(monkeypatch):
        until(lambda: tak.heard.count(b"</event>") >= 2)
        assert TakServer.objects.get().connected_at is not None
        tak.heard = b""
        tak.hang_up()
        until(lambda: tak.connections >= 2 and tak.heard.count(b"</event>") >= 2)
        TakServer.objects.filter(pk=row.pk).update(is_active=False)
        before = tak.connections
        tak.close()
    assert tak.connections == before


def test_inner_and_plain_addresses_need_the_setting(services: Services, settings: Any) -> None:
    from incidents.webhooks.outbound import NotAllowed

    with pytest.raises(NotAllowed, match="private_address"):
        link.connect(TakServer(name="x", host="127.0.0.1", port=1, tls=False))
    with pytest.raises(NotAllowed, match="not_encrypted"):
        link.connect(TakServer(name="x", host="8.8.8.8", port=1, tls=False))


def test_encrypted_the_certificate_is_checked(
    scene: Any, services: Services, settings: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    import ssl

    self_signed_certificate(tmp_path, "tak.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    settings.PARTNER_NETWORKS = ["127.0.0.1/32"]
    settings.TAK_FOLDER = str(tmp_path)
    tak = Tak(context)
    TakServer.objects.create(name="tak", agency=services.ambulance, host="127.0.0.1", port=tak.port)
    with feeding(monkeypatch):
        until(lambda: "tls" in TakServer.objects.get().failure)
        assert tak.heard == b""
        subprocess.run(["cp", str(tmp_path / "certificate.pem"), str(tmp_path / "ca.pem")], check=True)
        until(lambda: tak.heard.count(b"</event>") >= 2)
    tak.close()
