"""SMS through a real gateway, kannel, and its fake SMS centre: in, in parts, out, and the receipts."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.delivery.models import Delivery, Receipt
from incidents.doors.models import SmsPart
from incidents.intake.models import Arrival
from incidents.intake.worker import Worker
from incidents.records.models import Report, ReportWords
from tests.doors.kannel import Kannel
from tests.harness.processes import wait_until
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)

LONG = (
    "Trước số nhà 12/5 đường 30/4 phường An Lạc có ổ gà rất to, xe máy đi buổi tối rất dễ ngã. "
    "Đã có hai người bị ngã tuần này, đề nghị sửa sớm."
)


def parts_of(text: str) -> list[str]:
    """A long text as a telephone sends it, in parts under one reference, as the fake centre's arguments."""
    pieces = [text[at : at + 67] for at in range(0, len(text), 67)]

    def raw(content: bytes) -> str:
        return "".join(f"%{byte:02X}" for byte in content)

    return [
        f"+84900000001 1022 udh-text {raw(bytes([5, 0, 3, 17, len(pieces), number]))} {piece}"
        for number, piece in enumerate(pieces, start=1)
    ]


def arrived(number: int) -> bool:
    return wait_until(lambda: Arrival.objects.count() >= number, 10)


def test_an_sms_becomes_a_report_and_is_answered_by_sms(kannel: Kannel, world: World) -> None:
    kannel.centre("+84900000001 1022 text Co o ga truoc so 12 phuong An Lac")
    assert arrived(1)
    Worker().run_once()
    report = Report.objects.get()
    assert (report.source, report.text.words) == ("sms", "Co o ga truoc so 12 phuong An Lac")
    assert report.reporter is not None
    assert (report.reporter.door_id, report.reporter.phone) == ("+84900000001", "+84900000001")
    row = Delivery.objects.get(door="sms")
    assert row.state == "sent"
    assert wait_until(lambda: len(kannel.heard()) == 1)
    assert kannel.heard() == [("+84900000001", row.body)]
    # Without diacritics in one message.
    assert row.body.isascii()
    assert report.incident.code in row.body
    # The receipt comes by itself.
    assert wait_until(lambda: Delivery.objects.get(pk=row.pk).receipt == Receipt.DELIVERED)


def test_vietnamese_with_diacritics_goes_both_ways(kannel: Kannel, world: World, settings: Any) -> None:
    settings.SMS_DIACRITICS = True
    words = "Đèn đường hỏng ở phường An Lạc"
    wide = "".join(f"%{byte:02X}" for byte in words.encode("utf-16-be"))
    kannel.centre(f"+84900000001 1022 ucs2 {wide}")
    assert arrived(1)
    Worker().run_once()
    assert ReportWords.objects.get().words == words
    assert wait_until(lambda: bool(kannel.heard()))
    assert [text for _to, text in kannel.heard()] == [Delivery.objects.get(door="sms").body]
    assert "đã nhận phản ánh" in kannel.heard()[0][1]


def test_parts_are_put_together_whatever_their_order(kannel: Kannel, world: World) -> None:
    parts = parts_of(LONG)
    assert len(parts) == 3
    kannel.centre(parts[2], parts[0], parts[1])
    assert arrived(3)
    Worker().run_once()
    assert not SmsPart.objects.exists()
    assert ReportWords.objects.get().words == LONG


def test_a_gateway_that_is_away_is_tried_again(kannel: Kannel, world: World, take: Any) -> None:
    from django.utils import timezone

    from incidents.intake.take import ReporterDetails

    kannel.centre()
    kannel.smsbox.stop()
    take("Ổ gà", source="phone", reporter=ReporterDetails(phone="0900000001"))
    Worker().run_once()
    row = Delivery.objects.get(door="sms")
    assert (row.state, row.attempts) == ("waiting", 1)
    kannel.smsbox.start()
    Delivery.objects.filter(pk=row.pk).update(next_try_at=timezone.now())
    Worker().run_once()
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("sent", 2)
    assert wait_until(lambda: len(kannel.heard()) == 1)
