"""From the schedule to the mail with its files: once a period, whoever is killed, and only for those who may."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from docx import Document

from incidents.bulletins import mailing
from incidents.bulletins.issuing import issue_due
from incidents.bulletins.mailing import Mailing
from incidents.bulletins.models import Issue, Mail, MailState, Schedule
from incidents.figures.files import Writing
from incidents.figures.models import File
from opscenter.accounts.models import ContactPoint
from tests.cast import Cast
from tests.figures.history import Past
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture
def monthly(past: Past, cast: Cast) -> Schedule:
    """About February 2025, which the invented past fills; due on the first of March."""
    since = dt.datetime(2025, 2, 20, tzinfo=past.at.tzinfo)
    return Schedule.objects.create(
        name="Báo cáo tháng", rhythm="monthly", kinds=["docx"], by=cast.supervisor, since=since,
        addresses="vanphong@example.org\nlanhdao@example.org",
    )  # fmt: skip


def march(day: int = 1) -> dt.datetime:
    return dt.datetime(2025, 3, day, 8, tzinfo=timezone.get_current_timezone())


def run(ticking: Any) -> None:
    """A worker's round until nothing is left to do."""
    while ticking.tick() or ticking._under_way:
        if ticking._under_way:
            ticking._under_way[1].exception()


def test_a_month_arrives_once_with_its_report(monthly: Schedule, past: Past) -> None:
    assert issue_due(march()) == 1
    assert issue_due(march()) == issue_due(march(15)) == 0
    run(Mailing())
    assert mail.outbox == [], "the report is not written yet"
    run(Writing())
    run(Mailing())
    assert [one.to for one in mail.outbox] == [["vanphong@example.org"], ["lanhdao@example.org"]]
    first = mail.outbox[0]
    assert first.subject == "Báo cáo tháng, 01/02/2025 – 28/02/2025"
    name, content, _kind = first.attachments[0]
    assert name == "1022-20250201-20250228.docx"
    words = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)
    received = int(first.body.split("Tiếp nhận: ")[1].split("\n")[0])
    assert received > 100
    assert f"tiếp nhận {received} vụ việc" in words
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.SENT}
    run(Mailing())
    assert len(mail.outbox) == 2


def test_a_worker_killed_anywhere_sends_it_once(monthly: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(**_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("incidents.bulletins.issuing.queue", killed)
        with pytest.raises(Killed):
            issue_due(march())
    assert not Issue.objects.exists()
    assert not File.objects.exists()
    assert issue_due(march()) == 1
    run(Writing())
    # Claimed by one that dies before the mail server hears of it: another one takes it when the lease is over.
    assert mailing.claim() is not None
    run(Mailing())
    assert len(mail.outbox) == 1
    Mail.objects.filter(state=MailState.SENDING).update(lease_until=timezone.now())
    run(Mailing())
    assert sorted(one.to[0] for one in mail.outbox) == ["lanhdao@example.org", "vanphong@example.org"]


def test_a_mail_server_that_is_away_is_tried_again(monthly: Schedule, settings: Any) -> None:
    issue_due(march())
    run(Writing())
    # Nobody listens on this port.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    run(Mailing())
    assert set(Mail.objects.values_list("state", "attempts", "failure")) == {(MailState.WAITING, 1, "unreachable")}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    run(Mailing())
    assert mail.outbox == [], "not before its time"
    Mail.objects.update(next_try_at=timezone.now())
    run(Mailing())
    assert len(mail.outbox) == 2


def test_each_agency_gets_what_it_was_given(monthly: Schedule, past: Past, world: World) -> None:
    ContactPoint.objects.all().delete()
    for agency in (world.an_lac, world.fire):
        ContactPoint.objects.create(agency=agency, kind="email", address=f"{agency.code}@example.org")
    Schedule.objects.update(to="agencies", kinds=[])
    assert issue_due(march()) == 2
    run(Mailing())
    assert sorted(one.to[0] for one in mail.outbox) == sorted(
        f"{a.code}@example.org" for a in (world.an_lac, world.fire)
    )
    assert all(str(world.an_lac) in one.body for one in mail.outbox if one.to[0].startswith(world.an_lac.code))


def test_it_rests_when_its_owner_may_not_sign_in(monthly: Schedule, cast: Cast) -> None:
    type(cast.supervisor).objects.filter(pk=cast.supervisor.pk).update(is_active=False)
    assert issue_due(march()) == 0


def test_the_editor(cast: Cast, world: World, client: Client) -> None:
    client.force_login(cast.supervisor)
    given = {
        "name": "Ngày", "rhythm": "daily", "at": "07:00", "weekday": "0", "day": "1", "to": "addresses",
        "addresses": "a@example.org\n\na@example.org", "kinds": ["docx", "html"], "language": "vi", "is_active": "on",
    }  # fmt: skip
    assert client.post("/figures/schedules/new/", given).status_code == 302
    row = Schedule.objects.get()
    assert (row.address_list(), row.kinds, row.by) == (["a@example.org"], ["docx", "html"], cast.supervisor)
    for wrong in (
        {"addresses": "not an address"},
        {"addresses": ""},
        {"day": "29"},
        {"kinds": ["csv"]},
        {"at": "25:00"},
    ):
        answer = client.post(f"/figures/schedules/{row.pk}/", {**given, **wrong})
        assert answer.status_code == 422, wrong
        assert list(answer.context["form"].errors) == list(wrong)
    assert client.post(f"/figures/schedules/{row.pk}/try/").status_code == 302
    run(Mailing())
    assert [one.to for one in mail.outbox] == [["a@example.org"]]
    assert "a@example.org" in client.get("/figures/schedules/").content.decode()
