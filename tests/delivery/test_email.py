"""E-mail against a real SMTP server: sent, greylisted, refused, unreachable, and never twice without need."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from incidents.delivery import work
from incidents.delivery.email import send
from incidents.delivery.models import Attempt, Delivery, DeliveryState
from incidents.delivery.outcomes import Failure, Outcome
from incidents.delivery.ways import Outgoing
from incidents.intake.take import ReporterDetails
from incidents.intake.worker import Worker
from incidents.records.models import History, Reporter
from tests.delivery.mailbox import Mailbox, free_port

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "nguoi.gia@citizen.example"


@pytest.fixture
def mail(mailbox: Mailbox, take: Any) -> Delivery:
    """One mail that waits: that a report was received."""
    return mail_of(take)


def mail_of(take: Any, address: str = ADDRESS, **fields: Any) -> Delivery:
    taken = take("Ổ gà ở phường An Lạc", reporter=ReporterDetails(email=address), **fields)
    return Delivery.objects.get(report=taken.report, door="email")


def work_off(*deliveries: Delivery) -> None:
    Worker().run_once()
    for delivery in deliveries:
        delivery.refresh_from_db()


def due_now(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(next_try_at=timezone.now())


def test_a_mail_arrives_with_code_and_link(mailbox: Mailbox, mail: Delivery) -> None:
    version = mail.incident.version
    work_off(mail)
    assert mail.state == DeliveryState.SENT
    (received,) = mailbox.mails
    assert mailbox.recipients == [ADDRESS]
    assert str(received["To"]) == ADDRESS
    assert mail.incident.code in str(received["Subject"])
    assert "đã nhận phản ánh" in str(received["Subject"])
    body = received.get_content()
    assert mail.report is not None
    assert mail.report.tracking_code in body
    assert f"{settings.PUBLIC_URL}/" in body
    assert str(received["Message-ID"]) == f"<{mail.message_id}@binhduong.example>"
    assert received["Auto-Submitted"] == "auto-generated"
    # It is an act on the incident: written down under a version of its own.
    row = History.objects.get(kind="message_sent")
    mail.incident.refresh_from_db()
    assert row.version == mail.incident.version == version + 1
    assert row.data["delivery"] == mail.pk
    assert ADDRESS not in str(row.data)
    work_off(mail)
    assert len(mailbox.mails) == 1


def test_greylisting_is_tried_again_under_the_same_message_id(mailbox: Mailbox, mail: Delivery) -> None:
    mailbox.rcpt_answers = ["451 4.7.1 Greylisted, come back later"]
    before = timezone.now()
    work_off(mail)
    assert (mail.state, mail.attempts) == (DeliveryState.WAITING, 1)
    assert mail.next_try_at - before >= dt.timedelta(seconds=27)
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.code) == ("temporary", "rejected_for_now")
    assert "Greylisted" in attempt.detail
    # Not before its time.
    work_off(mail)
    assert mail.attempts == 1
    due_now(mail)
    mailbox.data_answers = ["452 4.3.1 Insufficient storage"]
    work_off(mail)
    assert (mail.state, mail.attempts) == (DeliveryState.WAITING, 2)
    assert not History.objects.filter(kind__startswith="message_").exists()
    due_now(mail)
    work_off(mail)
    assert (mail.state, mail.attempts) == (DeliveryState.SENT, 3)
    assert len({str(received["Message-ID"]) for received in mailbox.mails}) == 1


@pytest.mark.parametrize("stage", ["rcpt_answers", "data_answers"])
def test_a_refusal_is_final_and_written_down(mailbox: Mailbox, mail: Delivery, stage: str) -> None:
    setattr(mailbox, stage, [f"550 5.1.1 <{ADDRESS}> no such user"])
    work_off(mail)
    assert (mail.state, mail.failure, mail.attempts) == (DeliveryState.FAILED, "refused", 1)
    assert "550" in Attempt.objects.get().detail
    # Servers repeat the address in their answers; it stays with the reporter.
    assert ADDRESS not in Attempt.objects.get().detail
    assert History.objects.get(kind="message_failed").why == "refused"
    due_now(mail)
    work_off(mail)
    assert mail.attempts == 1


def test_a_server_that_is_away_is_tried_again(mailbox: Mailbox, mail: Delivery) -> None:
    port = settings.EMAIL_PORT
    settings.EMAIL_PORT = free_port()
    work_off(mail)
    assert (mail.state, Attempt.objects.get().code) == (DeliveryState.WAITING, "unreachable")
    settings.EMAIL_PORT = port
    due_now(mail)
    work_off(mail)
    assert mail.state == DeliveryState.SENT


def test_two_days_of_trying_are_enough(mailbox: Mailbox, mail: Delivery) -> None:
    Delivery.objects.filter(pk=mail.pk).update(created_at=timezone.now() - dt.timedelta(days=2, minutes=1))
    mailbox.rcpt_answers = ["421 try later"]
    work_off(mail)
    assert (mail.state, mail.failure) == (DeliveryState.FAILED, "gave_up")


def test_waits_grow_and_are_bounded() -> None:
    waits = [work.wait_after(attempts) for attempts in range(1, 40)]
    assert waits[0] <= dt.timedelta(seconds=33)
    assert waits[3] > waits[0] * 4
    assert max(waits) <= dt.timedelta(minutes=66)


@pytest.mark.parametrize(
    "address",
    [
        "a@citizen.example\r\nBcc: victim@citizen.example",
        "a@citizen.example\nX: y",
        "a@citizen.example, b@citizen.example",
        "nobody",
        "",
    ],
)
def test_addresses_that_would_be_headers_are_never_sent_to(mailbox: Mailbox, address: str) -> None:
    result = send(Outgoing(address, "Subject", "Body", "<1@x.example>"))
    assert (result.outcome, result.failure) == (Outcome.PERMANENT, Failure.NO_ADDRESS)
    assert mailbox.mails == []


def test_line_breaks_in_a_subject_make_no_header(mailbox: Mailbox) -> None:
    subject = "Trả lời\r\nBcc: victim@citizen.example\r\n\r\nBody"
    assert send(Outgoing(ADDRESS, subject, "x", "<1@x.example>")).outcome == Outcome.SENT
    (received,) = mailbox.mails
    assert received["Bcc"] is None
    assert mailbox.recipients == [ADDRESS]
    assert received.get_content().strip() == "x"


def test_line_breaks_in_a_message_id_are_refused(mailbox: Mailbox) -> None:
    result = send(Outgoing(ADDRESS, "x", "x", "<1@x.example>\r\nBcc: victim@citizen.example"))
    assert (result.outcome, result.failure) == (Outcome.PERMANENT, Failure.BROKEN_MESSAGE)
    assert mailbox.mails == []


def test_an_answer_cannot_add_headers_or_lines_of_smtp(mailbox: Mailbox) -> None:
    body = "Một dòng\r\n.\r\nMAIL FROM:<x@y>\r\n..\nhết"
    assert send(Outgoing(ADDRESS, "x", body, "<1@x.example>")).outcome == Outcome.SENT
    assert len(mailbox.mails) == 1
    assert "MAIL FROM" in mailbox.mails[0].get_content()


def test_an_erased_reporter_gets_nothing(mailbox: Mailbox, mail: Delivery) -> None:
    Reporter.objects.update(email="")
    work_off(mail)
    assert (mail.state, mail.failure) == (DeliveryState.FAILED, "no_address")
    assert mailbox.mails == []


def test_exercises_are_marked(mailbox: Mailbox, take: Any) -> None:
    mail = mail_of(take, exercise=4)
    work_off(mail)
    (received,) = mailbox.mails
    assert str(received["Subject"]).strip().startswith("[DIỄN TẬP]")
    assert received.get_content().startswith("[DIỄN TẬP]")
    assert mail.exercise == 4


def test_no_more_than_four_at_once(mailbox: Mailbox, take: Any) -> None:
    mails = [mail_of(take, f"a{number}@citizen.example") for number in range(9)]
    work_off(*mails)
    assert {mail.state for mail in mails} == {DeliveryState.SENT}
    assert 1 < mailbox.most_at_once <= work.SENDERS
    assert sorted(mailbox.recipients) == sorted(f"a{number}@citizen.example" for number in range(9))


def test_two_workers_send_each_mail_once(mailbox: Mailbox, take: Any) -> None:
    for number in range(8):
        mail_of(take, f"a{number}@citizen.example")

    def one_worker() -> None:
        try:
            Worker().run_once()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one_worker) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(mailbox.recipients) == sorted(f"a{number}@citizen.example" for number in range(8))
    assert set(Delivery.objects.filter(door="email").values_list("state", "attempts")) == {("sent", 1)}


def test_a_slow_server_does_not_stop_the_worker(mailbox: Mailbox, mail: Delivery, take: Any) -> None:
    from incidents.records.models import Report

    mailbox.holds.set()
    worker = Worker()
    worker.tick()
    assert mailbox.arrived.wait(10)
    # While the mail hangs, a report that was left half-way is still taken up.
    left = take("Đống rác", source_id="left")
    Report.objects.filter(pk=left.report.pk).update(next_step="triage", next_step_at=timezone.now())
    worker.tick()
    assert Report.objects.get(pk=left.report.pk).next_step == ""
    mailbox.go_on.set()
    worker.run_once()
    mail.refresh_from_db()
    assert mail.state == DeliveryState.SENT


def test_a_lease_that_ran_out_is_taken_over_and_the_late_result_changes_nothing(
    mailbox: Mailbox, mail: Delivery
) -> None:
    (first,) = work.claim(1)
    assert list(work.claim(1)) == []
    later = timezone.now() + work.LEASE + dt.timedelta(seconds=1)
    (second,) = work.claim(1, at=later)
    assert second.outgoing.message_id == first.outgoing.message_id
    work.record(second, send(second.outgoing))
    mail.refresh_from_db()
    ended_at = mail.ended_at
    # The first one was only slow.
    work.record(first, send(first.outgoing))
    mail.refresh_from_db()
    assert (mail.state, mail.ended_at, mail.attempts) == (DeliveryState.SENT, ended_at, 2)
    assert History.objects.filter(kind="message_sent").count() == 1
    assert Attempt.objects.count() == 2


def test_without_a_server_nothing_pretends_to_be_sent(take: Any) -> None:
    before = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    try:
        mail = mail_of(take)
        assert (mail.state, mail.failure) == (DeliveryState.CANCELLED, "door_not_set_up")
    finally:
        settings.EMAIL_BACKEND = before
