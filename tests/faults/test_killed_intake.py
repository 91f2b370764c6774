"""A process that dies at any point of taking a report, or of sending a mail, strands nothing.

Each child is a process of its own that ends without a word (os._exit, as SIGKILL would) or is killed by SIGKILL; the
points are chosen by patching in the child, so production code has no hooks.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from incidents.delivery.models import Attempt, Delivery
from incidents.intake.take import ReporterDetails, take_report
from incidents.intake.worker import Worker, is_working
from incidents.records import photos
from incidents.records.models import History, Incident, Photo, Report
from realtime.models import Event
from tests.delivery.mailbox import Mailbox, mailbox
from tests.intake.world import IN_AN_LAC, World, picture, upload

__all__ = ["mailbox"]
pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    """The child's settings: this test's database and area set."""
    chosen = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"spatialite://{chosen['NAME']}"
    else:
        host = chosen["HOST"]
        url = (
            f"postgis://{chosen['USER']}:{chosen['PASSWORD']}@{'' if host.startswith('/') else host}:{chosen['PORT']}/"
        )
        url += f"{chosen['NAME']}" + (f"?host={host}" if host.startswith("/") else "")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "opscenter.settings",
        "OPSCENTER_DATABASE_URL": url,
        # In office hours a worker also asks contacts whether they can be reached: here only what the test sends.
        "OPSCENTER_CONTACT_DRILL_DAYS": "0",
        "OPSCENTER_AREA_SET": settings.AREA_SET,
        "OPSCENTER_DATA_DIR": str(settings.DATA_DIR),
        "OPSCENTER_SMTP_HOST": settings.EMAIL_HOST or "127.0.0.1",
        "OPSCENTER_SMTP_PORT": str(settings.EMAIL_PORT),
    }


def take_and_die(dies_at: str, *, after: bool = False) -> int:
    """Takes a report in a process of its own, which ends without a word where it comes to `dies_at`, or just after it.
    Answers the process's exit code."""
    child = os.fork()
    if child == 0:
        try:
            _take_and_die(dies_at, after=after)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _take_and_die(dies_at: str, *, after: bool) -> None:
    # The parent's connection is not this process's: neither used nor closed here.
    _parents = connections["default"]
    del connections["default"]
    module, name = dies_at.rsplit(".", 1)
    owner = importlib.import_module(module)
    original = getattr(owner, name)

    def dies(*args: Any, **named: Any) -> None:
        if after:
            original(*args, **named)
        os._exit(9)

    setattr(owner, name, dies)
    take_report(source="web", source_id="killed", words="Ổ gà to", point=IN_AN_LAC, photos=[upload(picture())])


def media_files() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "point",
    [
        "incidents.intake.take.change",  # the files are written, the change is not open
        "incidents.intake.take.open_incident",
        "incidents.intake.take.tell_reporter",  # all rows are written, none is committed
        "realtime.log.append",  # the last statement of the change
    ],
)
def test_killed_before_the_commit_nothing_is_there_and_the_sender_may_try_again(world: World, point: str) -> None:
    assert take_and_die(point) == 9
    for model in (Report, Incident, History, Photo, Delivery, Event):
        assert not model.objects.exists(), model
    # The files have no row; the worker's tidying finds them a day later.
    orphans = media_files()
    assert len(orphans) == 3
    for path in orphans:
        os.utime(path, (1, 1))
    assert photos.remove_orphans() == 3
    assert take_report(source="web", source_id="killed", words="Ổ gà to", point=IN_AN_LAC).created


@pytest.mark.parametrize(
    ("point", "after", "done"),
    [
        ("incidents.intake.steps.run", False, ["received", "photo_added"]),
        ("incidents.intake.steps.categorise", False, ["received", "photo_added"]),
        ("incidents.intake.steps._go_on", False, ["received", "photo_added"]),
        ("incidents.intake.steps._go_on", True, ["received", "photo_added"]),
        ("incidents.intake.steps.suggesting", False, ["received", "photo_added", "category_suggested"]),
        ("incidents.dispatching.suggesting.append", True, ["received", "photo_added", "category_suggested"]),
    ],
)
def test_killed_between_the_steps_the_worker_finishes_them(
    world: World, point: str, after: bool, done: list[str]
) -> None:
    # `categorise` and `suggesting` are modules: their function is patched.
    names = {
        "categorise": "incidents.triage.categorise.suggest",
        "suggesting": "incidents.dispatching.suggesting.suggest",
    }
    assert take_and_die(names.get(point.rsplit(".", 1)[1], point), after=after) == 9
    assert list(History.objects.order_by("pk").values_list("kind", flat=True)) == done
    report = Report.objects.get()
    assert report.next_step != ""
    # The five seconds of the one who died are over (tests/intake/test_steps.py holds them to the clock).
    Report.objects.update(next_step_at=timezone.now())
    Worker().tick()
    incident = Incident.objects.get()
    assert incident.category == world.categories["road"]
    assert incident.suggested_agency == world.an_lac
    kinds = list(History.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["received", "photo_added", "category_suggested", "agency_suggested"]
    offsets = list(Event.objects.order_by("offset").values_list("offset", flat=True))
    assert offsets == list(range(offsets[0], offsets[0] + len(offsets)))
    assert not take_report(source="web", source_id="killed", words="Ổ gà to").created


@pytest.fixture
def worker_process(world: World, mailbox: Mailbox) -> Iterator[Any]:
    """Starts `manage.py worker` as a process; those still alive are killed at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "worker"]
        child = subprocess.Popen(command, cwd=ROOT, env=environment(), stderr=subprocess.PIPE)
        started.append(child)
        return child

    yield start
    for child in started:
        if child.poll() is None:
            child.kill()
        child.wait()
        assert child.stderr is not None
        child.stderr.close()


def wait_for(what: Any, seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.05)
    return False


def waiting_mail() -> Delivery:
    who = ReporterDetails(email="a@citizen.example")
    taken = take_report(source="web", source_id="mailed", words="Ổ gà to", point=IN_AN_LAC, reporter=who)
    return Delivery.objects.get(report=taken.report, door="email")


def test_a_worker_killed_while_sending_is_taken_over(worker_process: Any, mailbox: Mailbox) -> None:
    mailbox.holds.set()
    mail = waiting_mail()
    first = worker_process()
    # The server has the text and has not said that it took it: the worst moment.
    assert mailbox.arrived.wait(60)
    first.send_signal(signal.SIGKILL)
    first.wait()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("sending", 1)
    assert not Attempt.objects.exists()
    mailbox.go_on.set()
    second = worker_process()
    # While the lease runs nobody touches it.
    time.sleep(1.5)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("sending", 1)
    Delivery.objects.filter(pk=mail.pk).update(lease_until=timezone.now())
    assert wait_for(lambda: Delivery.objects.get(pk=mail.pk).state == "sent")
    mail.refresh_from_db()
    assert mail.attempts == 2
    assert History.objects.filter(kind="message_sent").count() == 1
    # It may have arrived twice, under one Message-ID, so that a mail reader can tell.
    assert len({str(one["Message-ID"]) for one in mailbox.mails}) == 1
    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0


def test_sigterm_ends_it_cleanly_after_what_it_is_doing(worker_process: Any, mailbox: Mailbox) -> None:
    mailbox.holds.set()
    mail = waiting_mail()
    worker = worker_process()
    assert mailbox.arrived.wait(60)
    assert is_working()
    worker.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert worker.poll() is None
    mailbox.go_on.set()
    assert worker.wait(20) == 0
    mail.refresh_from_db()
    assert mail.state == "sent"
    assert not is_working()
    assert len(mailbox.mails) == 1


def test_what_is_due_leaves_soon_after_a_long_sleep(worker_process: Any, mailbox: Mailbox) -> None:
    worker = worker_process()
    assert wait_for(is_working)
    # By now it sleeps as long as it ever does.
    time.sleep(3)
    waiting_mail()
    assert mailbox.arrived.wait(10)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
