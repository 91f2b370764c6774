"""Files that hang on a mail and are no pictures: kept within limits, and given only as a download."""

from __future__ import annotations

import datetime as dt
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings

from incidents.doors import files, mail, mail_taking
from incidents.doors.models import KeptFile
from incidents.privacy.erasing import erase_reporter
from incidents.privacy.models import DataAct
from incidents.records.models import Report, ReportWords
from realtime.change import change
from tests.cast import Cast, Hands, give
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def letter(*attached: tuple[str, str, bytes]) -> mail.Mail:
    message = EmailMessage()
    message["From"], message["Subject"] = "Người Viết <viet@example.vn>", "Ổ gà trước số 12/5"
    message.set_content("Xin xem đơn kèm theo")
    for name, kind, content in attached:
        main, sub = kind.split("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.parse(message.as_bytes())


def taken(*attached: tuple[str, str, bytes], times: int = 1) -> Report:
    for _time in range(times):
        mail_taking._take(letter(*attached), "mail-1", whole=True)
    return Report.objects.get()


def test_documents_are_kept_once_and_what_runs_is_not(world: World) -> None:
    report = taken(
        ("../../etc/đơn khiếu nại.pdf", "application/pdf", b"%PDF-1.4 test"),
        ("virus.exe", "application/pdf", b"MZ"),
        ("page.html", "text/html", b"<script>alert(1)</script>"),
        ("drawing.svg", "image/svg+xml", b"<svg/>"),
        ("macro.docm", "application/msword", b"x"),
        ("large.pdf", "application/pdf", b"x" * (files.LARGEST + 1)),
        times=2,
    )
    (kept,) = KeptFile.objects.all()
    assert kept.name.endswith("đơn khiếu nại.pdf")
    assert (Path(settings.MEDIA_ROOT) / kept.path).read_bytes() == b"%PDF-1.4 test"
    # What is not kept is said, so that somebody looks into the mailbox.
    words = ReportWords.objects.get(report=report).words
    assert all(name in words for name in ("virus.exe", "page.html", "drawing.svg", "macro.docm", "large.pdf"))
    assert ".pdf, 1 KB" not in words


def test_it_is_a_download_and_nothing_else(world: World, cast: Cast) -> None:
    report = taken(('đơn "x";\r\n; filename=evil.html .pdf', "application/pdf", b"<script>alert(1)</script>"))
    kept = KeptFile.objects.get()
    url = f"/api/files/{kept.pk}"
    answer = Hands(cast.call_taker).get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "evil.html" not in answer["Content-Disposition"].replace("evil_html", "")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in answer["Cache-Control"]
    assert Hands(cast.focal_point).get(url).status_code == 404
    give(report.incident, world.an_lac, cast.call_taker)
    assert Hands(cast.focal_point).get(url).status_code == 200
    assert (
        f'href="{url}"' in Hands(cast.call_taker).get(f"/room/incident/{report.incident.code}/panel").content.decode()
    )


def test_erasing_and_orphans(world: World, cast: Cast) -> None:
    report = taken(("don.pdf", "application/pdf", b"%PDF"))
    folder = Path(settings.MEDIA_ROOT) / files.FOLDER
    (kept,) = folder.glob("*/*/*")
    kept.with_name("0" * 32).write_bytes(b"left by a kill")
    assert files.remove_orphans(dt.timedelta(seconds=-5)) == 1
    assert report.reporter_id is not None
    with change():
        erase_reporter(reporter_id=report.reporter_id, by=None, why=DataAct.Why.REQUESTED)
    assert not KeptFile.objects.exists()
    assert not list(folder.glob("*/*/*"))
