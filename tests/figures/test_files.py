"""Files of figures: written by the worker whatever happens to it, whole, for who asked, and equal to the page."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from incidents.figures import files, lists, report_template, reports
from incidents.figures.asking import Question
from incidents.figures.files import Writing
from incidents.figures.models import File, FileState
from tests.cast import Cast
from tests.figures.history import Past

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.DATA_DIR = tmp_path / "data"


def question(past: Past, **more: str) -> str:
    given = {"period": "own", "first": past.first.isoformat(), "last": past.last.isoformat(), "set": "invented", **more}
    return "&".join(f"{name}={value}" for name, value in given.items())


def work() -> None:
    """The worker's round until nothing is left to do."""
    writing = Writing()
    while writing.tick() or writing._under_way:
        if writing._under_way:
            writing._under_way[1].exception()


def ask(client: Client, kind: str, asked: str, action: str | None = None) -> File:
    sent = {"kind": kind, "question": asked, "action_id": action or str(uuid.uuid4())}
    answer = client.post("/figures/files/ask/", sent, headers={"Accept-Language": "en"})
    assert answer.status_code == 302
    return File.objects.latest("pk")


def fetched(client: Client, file: File) -> bytes:
    answer = client.get(f"/figures/files/{file.pk}/")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_lists_hold_what_the_page_counts(
    past: Past, cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incidents.figures.lists.credits_due", lambda: ["© OpenStreetMap contributors"])
    client.force_login(cast.supervisor)
    received = client.get(f"/figures/?{question(past)}").context["told"].figures.received
    made = {kind: ask(client, kind, question(past)) for kind in ("csv", "xlsx", "geojson")}
    work()
    text = fetched(client, made["csv"]).decode("utf-8-sig")
    head, *rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == received
    assert len({row[0] for row in rows}) == received
    assert [row[1] for row in rows] == sorted(row[1] for row in rows)
    sheet = load_workbook(io.BytesIO(fetched(client, made["xlsx"])), read_only=True).active
    table = list(sheet.iter_rows(values_only=True))
    assert list(table[0]) == head
    assert [row[0] for row in table[1:]] == [row[0] for row in rows]
    told = json.loads(fetched(client, made["geojson"]))
    assert told["attribution"] == "© OpenStreetMap contributors"
    features = told["features"]
    assert [one["properties"]["code"] for one in features] == [row[0] for row in rows]
    placed = [one for one in features if one["geometry"]]
    assert 0 < len(placed) < received
    assert all(106 < one["geometry"]["coordinates"][0] < 107 for one in placed)
    assert File.objects.get(pk=made["csv"].pk).rows == received


def test_leaders_get_no_complaints_and_coarse_places(past: Past, cast: Cast, client: Client, world: Any) -> None:
    world.categories["land"].is_complaint = True
    world.categories["land"].save()
    files_of_days()
    client.force_login(cast.leader)
    file = ask(client, "geojson", question(past))
    work()
    features = json.loads(fetched(client, file))["features"]
    assert features
    assert "Đất đai" not in {one["properties"]["category"] for one in features}
    for one in features:
        for degree in one["geometry"]["coordinates"] if one["geometry"] else ():
            assert degree == round(degree, lists.COARSE_DECIMALS)


def files_of_days() -> None:
    """The columns made anew after a category changed: in life a change of an incident does it."""
    from incidents.figures import following
    from incidents.figures.models import Followed

    Followed.objects.all().delete()
    following.catch_up()


def test_the_report_in_words(past: Past, cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor)
    told = client.get(f"/figures/?{question(past)}").context["told"]
    file = ask(client, "docx", question(past))
    work()
    document = Document(io.BytesIO(fetched(client, file)))
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert f"tiếp nhận {told.figures.received} vụ việc" in words
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in "\n".join(cells)
    assert "Phường An Lạc" in cells
    assert not any("{{" in text or "{%" in text for text in [words, *cells])


def test_a_clerks_template_is_used_and_cannot_reach_out(past: Past, cast: Cast, client: Client, settings: Any) -> None:
    client.force_login(cast.supervisor)
    own = settings.DATA_DIR / "reports" / "report.docx"
    own.parent.mkdir(parents=True)
    document = Document()
    document.add_paragraph("Tiếp nhận: {{ received }}; {{ groups[0].name }}")
    document.save(own)
    file = ask(client, "docx", question(past))
    work()
    assert "Tiếp nhận: 3" in Document(io.BytesIO(fetched(client, file))).paragraphs[0].text
    document.add_paragraph("{{ received.__class__.__mro__ }}")
    document.save(own)
    file = ask(client, "docx", question(past))
    work()
    assert File.objects.get(pk=file.pk).state == FileState.FAILED


def docx_of(*lines: str, more: dict[str, bytes] | None = None) -> SimpleUploadedFile:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    kept = io.BytesIO()
    document.save(kept)
    with zipfile.ZipFile(kept, "a") as parts:
        for name, content in (more or {}).items():
            parts.writestr(name, content)
    return SimpleUploadedFile("mau.docx", kept.getvalue())


def _spoilt(how: str) -> SimpleUploadedFile:
    """A template whose relations cannot be unpacked: `unknown` packing, `secret` (asks for a password), `damaged`."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/document.xml", "<a/>")
        parts.writestr("word/_rels/document.xml.rels", "<Relationships>" + "x" * 500)
        at = parts.getinfo("word/_rels/document.xml.rels").header_offset
    content = bytearray(kept.getvalue())
    listed = content.rindex(b"PK\x01\x02")
    # Of an entry, here and in the list at the end: its flags, then its packing.
    for start in (at + 6, listed + 8):
        if how == "secret":
            content[start] |= 1
        if how == "unknown":
            content[start + 2 : start + 4] = (99).to_bytes(2, "little")
    if how == "damaged":
        packed = at + 30 + len("word/_rels/document.xml.rels")
        content[packed : packed + 4] = b"\xff" * 4
    return SimpleUploadedFile("mau.docx", bytes(content))


@pytest.mark.parametrize("how", ["unknown", "secret", "damaged"])
def test_a_template_that_cannot_be_unpacked_is_said_to_be_none(
    past: Past, cast: Cast, client: Client, how: str
) -> None:
    client.force_login(cast.supervisor)
    answer = client.post("/figures/template/", {"act": "keep", "file": _spoilt(how)}, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "no Word document" in answer.content.decode()


def test_a_clerk_tries_a_template_and_puts_it_into_use(past: Past, cast: Cast, client: Client) -> None:
    url, english = "/figures/template/", {"Accept-Language": "en"}
    for person, expected in ((cast.call_taker, 403), (cast.supervisor, 200)):
        client.force_login(person)
        assert client.get(url).status_code == expected
    assert "{{ groups[0].name }}" not in client.get(url).content.decode()  # Nothing came in these 30 days.
    assert "{{ received }}" in client.get(url).content.decode()
    shipped = b"".join(client.get(f"{url}file/").streaming_content)  # type: ignore[attr-defined]
    assert shipped == report_template.SHIPPED.read_bytes()

    def send(file: SimpleUploadedFile | None, act: str) -> Any:
        return client.post(url, {"act": act, **({"file": file} if file else {})}, headers=english)

    link = (
        b'<Relationships><Relationship Id="a" Type="x/image" TargetMode="External" Target="http://a/"/></Relationships>'
    )
    wrong = {
        "Choose the Word file": None,
        "no Word document": SimpleUploadedFile("mau.docx", b"PK no zip"),
        "4 MB": SimpleUploadedFile("mau.docx", b"x" * (report_template.MOST_BYTES + 1)),
        "not written correctly": docx_of("{{ received"),
        "does not exist": docx_of("{{ recieved }}"),
        "may not have": docx_of("{{ received.__class__.__mro__ }}"),
        "macros": docx_of("a", more={"word/vbaProject.bin": b"x"}),
        "from outside": docx_of("a", more={"word/_rels/other.xml.rels": link}),
    }
    for sentence, file in wrong.items():
        answer = send(file, "keep")
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True), sentence
    assert report_template.template() == report_template.SHIPPED

    answer = send(docx_of("Tiếp nhận {{ received }}"), "try")
    assert Document(io.BytesIO(answer.content)).paragraphs[0].text == "Tiếp nhận 0"
    assert report_template.template() == report_template.SHIPPED
    assert send(docx_of("Tiếp nhận {{ received }}"), "keep").status_code == 302
    assert report_template.template() == report_template.own()
    assert "Your own template" in client.get(url, headers=english).content.decode()
    assert send(None, "shipped").status_code == 302
    assert report_template.template() == report_template.SHIPPED


@pytest.mark.skipif(reports.office() is None, reason="LibreOffice is not installed")
def test_the_report_as_a_pdf(past: Past, cast: Cast, tmp_path: Path) -> None:
    form = Question(QueryDict(question(past)), cast.supervisor)
    assert form.is_valid()
    assert reports.write_pdf(tmp_path / "report.pdf", form.asked(), cast.supervisor) == 1
    content = (tmp_path / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"%%EOF" in content[-32:]
    # A report in words, not an empty sheet.
    assert len(content) > 20_000
    assert b"/Font" in content


def test_a_worker_killed_while_writing_is_followed_by_another(past: Past, cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor)
    file = ask(client, "csv", question(past))
    killed = Writing()
    assert killed.tick() == 1
    killed._under_way[1].result()  # type: ignore[index]
    # It wrote, and died before it could say so: nobody takes the file up until the lease has run out.
    work()
    assert File.objects.get(pk=file.pk).state == FileState.WRITING
    File.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    work()
    assert File.objects.get(pk=file.pk).state == FileState.DONE
    assert len(fetched(client, file)) > 1_000


def test_what_cannot_be_written_says_so_in_the_end(past: Past, cast: Cast, client: Client, monkeypatch: Any) -> None:
    def broken(*_: Any) -> int:
        raise OSError("no space left")

    client.force_login(cast.supervisor)
    monkeypatch.setitem(files.WRITERS, "csv", broken)
    file = ask(client, "csv", question(past))
    work()
    row = File.objects.get(pk=file.pk)
    assert (row.state, row.tries) == (FileState.FAILED, files.MOST_TRIES)
    assert client.get(f"/figures/files/{file.pk}/").status_code == 404


def test_whose_a_file_is(past: Past, cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor)
    file = ask(client, "csv", question(past))
    work()
    for person in cast.people().values():
        client.force_login(person)
        expected = 200 if person == cast.supervisor else (404, 403)
        status = client.get(f"/figures/files/{file.pk}/").status_code
        assert status == expected if isinstance(expected, int) else status in expected
    client.logout()
    assert client.get(f"/figures/files/{file.pk}/").status_code == 302
    assert client.post("/figures/files/ask/", {"kind": "csv", "question": ""}).status_code == 302
    assert File.objects.count() == 1


def test_a_double_click_makes_one_file_and_there_is_an_end(past: Past, cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor)
    action = str(uuid.uuid4())
    ask(client, "csv", question(past), action)
    ask(client, "csv", question(past), action)
    assert File.objects.count() == 1
    for _ in range(10):
        ask(client, "csv", question(past))
    assert File.objects.count() == files.MOST_WAITING
    client.post("/figures/files/ask/", {"kind": "exe", "question": question(past)})
    client.post("/figures/files/ask/", {"kind": "csv", "question": "period=for%20ever"})
    assert File.objects.count() == files.MOST_WAITING


def test_old_files_go(past: Past, cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor)
    file = ask(client, "csv", question(past))
    work()
    path = files.path_of(file)
    assert path.is_file()
    File.objects.update(asked_at=timezone.now() - files.KEPT - dt.timedelta(hours=1))
    assert files.forget() == 1
    assert not path.exists()
    assert File.objects.count() == 0


def test_a_pdf_is_offered_only_where_it_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "office", lambda: None)
    assert "pdf" not in dict(files.kinds())
    monkeypatch.setattr(files, "office", lambda: "/usr/bin/soffice")
    assert "pdf" in dict(files.kinds())
    monkeypatch.setattr(reports, "office", lambda: None)
    with pytest.raises(reports.NoOffice):
        reports.write_pdf(Path("report.pdf"), None, None)  # type: ignore[arg-type]
