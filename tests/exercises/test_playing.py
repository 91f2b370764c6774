"""A short day against a running server, by the same doors and pages that people use."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from PIL import ExifTags, Image

from geo.areas import areas_at
from incidents.exercises.composing import compose
from incidents.exercises.demonstration import make_demonstration, read_secrets
from incidents.exercises.management.commands.play_scenario import SCENARIO
from incidents.exercises.pictures import draw
from incidents.exercises.playing import Player
from incidents.exercises.scenario import read_scenario
from incidents.exercises.spots import point_in_ward
from incidents.intake.worker import Worker
from incidents.records.models import History, Incident, Photo, Report


def test_pictures_differ_and_carry_the_cameras_place():
    point = (106.685090, 10.994260)
    broken = draw(random.Random(1), mended=False, point=point)
    assert broken != draw(random.Random(2), mended=False, point=point)
    assert broken != draw(random.Random(1), mended=True, point=point)
    picture = Image.open(io.BytesIO(broken))
    picture.load()
    assert picture.format == "JPEG"
    place = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    degrees, minutes, seconds = place[ExifTags.GPS.GPSLongitude]
    assert float(degrees) + float(minutes) / 60 + float(seconds) / 3600 == pytest.approx(point[0], abs=1e-5)
    assert not Image.open(io.BytesIO(draw(random.Random(1), mended=False))).getexif().get_ifd(ExifTags.IFD.GPSInfo)


@pytest.fixture
def pinned(settings, demonstration, made_once):
    settings.AREA_SET = "2019"
    settings.ZALO_APP_ID, settings.ZALO_OA_SECRET = "1022", "a secret"
    settings.PHONE_SECRET = "a secret"
    made_once("starter areas", lambda: call_command("load_starter_areas", verbosity=0), on="reference")
    make_demonstration()


@pytest.mark.django_db
@pytest.mark.usefixtures("pinned")
def test_spots_lie_in_their_ward_and_stay_close_together():
    import datetime as dt

    for spot in [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (0.13, 0.87)]:
        point = point_in_ward("2019", "25744", spot)
        assert point is not None
        ward = areas_at(*point, dt.date(2019, 12, 1)).ward
        assert ward is not None
        assert ward.code == "25744"
        assert point_in_ward("2019", "25744", spot) == point
    assert point_in_ward("2019", "99999", (0.5, 0.5)) is None


@contextmanager
def working() -> Iterator[None]:
    """A worker beside the play, as in the demonstration: messages of chat doors are taken up by it."""
    worker = Worker(name="test")

    def run() -> None:
        try:
            worker.run()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("pinned")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("reports", [60, pytest.param(240, marks=pytest.mark.proof)])
def test_a_short_day_reaches_every_door_and_most_states(live_server, reports):
    scenario = read_scenario(SCENARIO)
    planned = compose(scenario, 1022, reports)
    trouble: list[str] = []
    player = Player(scenario, live_server.url, read_secrets(), minutes=0.05, say=trouble.append)
    with working():
        counts = player.play(planned)
    Worker().run_once()
    assert counts["refused"] == 0, trouble
    assert counts["acts"] <= 2, trouble
    by_door = Counter(Report.objects.values_list("source", flat=True))
    assert by_door == Counter(one.door for one in planned)
    words = set(Report.objects.values_list("text__words", flat=True))
    assert {one.words.strip() for one in planned} <= {text.strip() for text in words}
    states = set(Incident.objects.values_list("state", flat=True))
    assert {"received", "assigned", "in_progress", "closed"} <= states
    assert Photo.objects.filter(phase="after").exists()
    assert Photo.objects.filter(phase="report", taken_point__isnull=False).exists()
    # Everything was done by somebody who had signed in, or by the citizen's own report.
    done = History.objects.exclude(by=None).values_list("by__username", flat=True)
    assert {"tong-dai-1", "tong-dai-2"} <= set(done)


@pytest.mark.django_db
@pytest.mark.usefixtures("demonstration")
class TestTheCommand:
    def test_without_accounts_it_says_what_to_run(self):
        with pytest.raises(CommandError, match="make_demo_accounts"):
            call_command("play_scenario")

    def test_it_plays_on_this_machine_alone(self, settings):
        make_demonstration()
        with pytest.raises(CommandError, match="not on this machine"):
            call_command("play_scenario", "--address", "http://192.0.2.1:8000")

    def test_it_plays_in_the_demonstration_alone(self, settings):
        settings.DEMONSTRATION = False
        with pytest.raises(CommandError, match="OPSCENTER_MODE=demonstration"):
            call_command("play_scenario")

    def test_a_day_takes_time(self):
        with pytest.raises(CommandError, match="more than 0"):
            call_command("play_scenario", "--minutes", "0")
