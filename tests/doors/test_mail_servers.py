"""E-mail with a real mail server and a real mailbox, exim and dovecot: both ways, in threads, bounces and machines."""

from __future__ import annotations

import threading
from email.message import EmailMessage
from typing import Any

import pytest
from django.utils import timezone

from incidents.conversations.models import Message
from incidents.delivery.models import Attempt, Delivery
from incidents.doors import mail_reading
from incidents.doors.models import KeptFile
from incidents.intake.models import Arrival
from incidents.intake.take import ReporterDetails
from incidents.intake.worker import Worker
from incidents.records.models import Assignment, History, Photo, Report, ReportWords
from tests.cast import Cast, give
from tests.doors.mail_servers import MailServers
from tests.harness.processes import wait_until
from tests.intake.world import World, picture

pytestmark = pytest.mark.django_db(transaction=True)
CITIZEN = "nguoi.gia@citizen.example"


def work_off() -> None:
    Delivery.objects.filter(state="waiting").update(next_try_at=timezone.now())
    Worker().run_once()


def got(servers: MailServers, box: str, number: int = 1) -> list[EmailMessage]:
    assert wait_until(lambda: len(servers.mails(box)) >= number), f"{box} has {len(servers.mails(box))}"
    return servers.mails(box)


def test_a_mail_becomes_a_report_and_an_answer_goes_on_with_it(mail_servers: MailServers, world: World) -> None:
    whole = EmailMessage()
    whole["From"] = "Người Giả <Nguoi.Gia@citizen.example>"
    whole["Subject"] = "Ổ gà ở phường An Lạc"
    whole.set_content("Trước số 12/5 có ổ gà to.\n\nXin cảm ơn")
    whole.add_attachment(picture(), maintype="image", subtype="jpeg", filename="anh.jpg")
    whole.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="don.pdf")
    number = mail_servers.post(CITIZEN, "", whole=whole)
    assert mail_servers.read() == 1
    # Read once, also when it is asked again.
    with mail_reading.connect() as box:
        assert mail_reading.read_new(box) == 0
    assert not Report.objects.exists()
    work_off()
    report = Report.objects.get()
    words = ReportWords.objects.get().words
    assert words == "Ổ gà ở phường An Lạc\nTrước số 12/5 có ổ gà to.\n\nXin cảm ơn"
    assert KeptFile.objects.get(message__report=report).name == "don.pdf"
    assert Photo.objects.count() == 1
    assert report.reporter is not None
    assert (report.source, report.reporter.email, report.reporter.name) == ("email", CITIZEN, "Người Giả")
    assert not list(mail_reading.folder().iterdir())
    # The receipt stands in the citizen's own thread.
    (receipt,) = got(mail_servers, "nguoi.gia")
    assert str(receipt["In-Reply-To"]) == number
    assert f"[{report.tracking_code}]" in str(receipt["Subject"])
    assert "bổ sung" in receipt.get_content()
    # And the answer to it is part of the report.
    quoted = "\n".join(f"> {line}" for line in receipt.get_content().splitlines())
    text = f"Thêm: gần trường mầm non.\n\nVào Th 5, 26 thg 11, 2026 vào lúc 09:12 1022 <1022@x> đã viết:\n\n{quoted}"
    own = str(receipt["Message-ID"])
    mail_servers.post(CITIZEN, f"Re: {receipt['Subject']}", text, In_Reply_To=own, References=f"{number} {own}")
    mail_servers.read()
    work_off()
    assert Report.objects.count() == 1
    assert Message.objects.get(opens=False, direction="in").text == "Thêm: gần trường mầm non."


def test_the_code_in_the_subject_is_enough(mail_servers: MailServers, world: World, take: Any) -> None:
    taken = take("Ổ gà", reporter=ReporterDetails(email=CITIZEN))
    mail_servers.post(CITIZEN, f"RE: trả lời [{taken.report.tracking_code.lower()}]", "Vẫn chưa ai đến")
    mail_servers.read()
    work_off()
    assert Report.objects.count() == 1
    assert Message.objects.get(source_id=Arrival.objects.get().source_id).text == "Vẫn chưa ai đến"


def test_a_bounce_ends_the_delivery_and_is_not_answered(mail_servers: MailServers, world: World, take: Any) -> None:
    taken = take("Ổ gà", reporter=ReporterDetails(email="khong.co@citizen.example"))
    work_off()
    row = Delivery.objects.get(door="email")
    assert row.state == "sent"
    # Exim sends it back to us.
    mail_servers.read()
    work_off()
    row.refresh_from_db()
    assert (row.state, row.failure, row.receipt) == ("failed", "undelivered", "failed")
    assert "khong.co" not in Attempt.objects.filter(delivery=row).latest("pk").detail
    assert History.objects.get(incident=taken.incident, kind="message_failed").why == "undelivered"
    assert Report.objects.count() == 1
    assert Delivery.objects.filter(door="email").count() == 1


@pytest.mark.parametrize(
    "header",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<news.citizen.example>"},
    ],
)
def test_machines_are_not_answered(mail_servers: MailServers, world: World, take: Any, header: dict[str, str]) -> None:
    take("Ổ gà", reporter=ReporterDetails(email="vang.mat@citizen.example"))
    work_off()
    (receipt,) = got(mail_servers, "vang.mat")
    sent = Delivery.objects.count()
    number = str(receipt["Message-ID"])
    mail_servers.post("vang.mat@citizen.example", "Vắng mặt", "Tôi đi vắng", In_Reply_To=number, **header)
    mail_servers.post("vang.mat@citizen.example", "Bản tin", "Tin tức", **header)
    mail_servers.read(2)
    work_off()
    assert (Report.objects.count(), Delivery.objects.count()) == (1, sent)
    row = Attempt.objects.get(code="auto_reply")
    assert (row.delivery.door, row.detail) == ("email", "Vắng mặt")


def test_an_agency_works_by_mail(mail_servers: MailServers, world: World, cast: Cast, take: Any) -> None:
    from incidents.dispatching.closing import close
    from realtime.change import change

    taken = take("Ổ gà", reporter=ReporterDetails(email=CITIZEN))
    assignment = give(taken.incident, world.an_lac, cast.call_taker)
    work_off()
    agency = "an-lac@agency.example"

    def answer(text: str, to: EmailMessage, sender: str = agency, **more: Any) -> None:
        mail_servers.post(sender, f"Re: {to['Subject']}", text, In_Reply_To=str(to["Message-ID"]), **more)
        mail_servers.read()
        work_off()

    def state() -> str:
        return Assignment.objects.values_list("state", flat=True).get(pk=assignment.pk)

    (task,) = got(mail_servers, "an-lac")
    # From another address the same answer does nothing for the agency.
    answer("N", task, sender="vang.mat@citizen.example")
    assert state() == "sent"
    answer("N\n\n-- \nVăn thư", task)
    assert state() == "accepted"
    (_task, noted) = got(mail_servers, "an-lac", 2)
    assert str(noted["In-Reply-To"]) == str(task["Message-ID"])
    assert "đã được ghi nhận" in noted.get_content()
    answer("nói gì đó không rõ", noted)
    assert "Cú pháp" in got(mail_servers, "an-lac", 3)[-1].get_content()
    whole = EmailMessage()
    whole["From"], whole["Subject"] = agency, "Re: xong"
    whole["In-Reply-To"] = str(noted["Message-ID"])
    whole.set_content("X đã vá xong ổ gà\n\n> N = nhận việc")
    whole.add_attachment(picture(), maintype="image", subtype="jpeg", filename="sau.jpg")
    mail_servers.post(agency, "", whole=whole)
    mail_servers.read()
    work_off()
    assignment.refresh_from_db()
    assert (assignment.state, assignment.result) == ("result_given", "đã vá xong ổ gà")
    assert Photo.objects.get().phase == "after"
    assert {row.by.agency for row in History.objects.filter(kind__in=["accepted", "result_given"]) if row.by} == {
        world.an_lac
    }
    with change():
        close(incident_id=taken.incident.pk, answer="Đã vá xong.", by=cast.call_taker)
    work_off()
    assert wait_until(lambda: any("Đã vá xong." in mail.get_content() for mail in mail_servers.mails("nguoi.gia")))
    threads = {str(mail["In-Reply-To"]) for mail in mail_servers.mails("nguoi.gia")[1:]}
    assert "None" not in threads


def test_it_waits_by_idle_and_finds_the_server_again(mail_servers: MailServers, world: World) -> None:
    stopping = threading.Event()
    reader = threading.Thread(target=mail_reading.run, args=(stopping,))
    reader.start()
    try:
        mail_servers.post(CITIZEN, "Đèn đường hỏng", "ở phường An Lạc")
        assert wait_until(lambda: Arrival.objects.count() == 1)
        mail_servers.dovecot.restart()
        mail_servers.post(CITIZEN, "Rác", "ở phường An Lạc")
        assert wait_until(lambda: Arrival.objects.count() == 2, 30)
    finally:
        stopping.set()
        reader.join(20)
    assert not reader.is_alive()


def test_a_mail_that_is_too_large_is_told_and_never_lost(
    mail_servers: MailServers, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_reading, "LARGEST", 2000)
    mail_servers.post(CITIZEN, "Ổ gà ở phường An Lạc", "x" * 60 + "\n" * 3000)
    mail_servers.read()
    work_off()
    words = ReportWords.objects.get().words
    assert words.startswith("Ổ gà ở phường An Lạc\n[Thư quá lớn")
