"""Accounts from a spreadsheet, and the people that a focal point manages."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from opscenter.accounts import bulk
from opscenter.accounts.models import HandlingUnit, Person

pytestmark = pytest.mark.django_db(transaction=True)
URL, PEOPLE = "/accounts/many/", "/accounts/people/"
HEADINGS = ["Tài khoản", "Họ và tên", "Vai trò", "Cơ quan", "Bộ phận", "Email"]


@pytest.fixture
def agency(new_agency: Any) -> Any:
    made = new_agency(code="an-lac", name="UBND An Lạc")
    HandlingUnit.objects.create(agency=made, name="Tổ đô thị")
    return made


@pytest.fixture
def supervisor(new_person: Any) -> Client:
    return client_of(new_person("supervisor"))


def client_of(person: Person) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person)
    return client


def xlsx(*rows: list[Any], headings: list[str] = HEADINGS) -> SimpleUploadedFile:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (headings, *rows):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return SimpleUploadedFile("list.xlsx", buffer.getvalue())


GOOD = (
    ["an.dau.moi", "Người Giả Một", "Đầu mối", "an-lac", "", "a@agency.example"],
    ["an.to1", "Người Giả Hai", "handler", "an-lac", "tổ đô thị", ""],
    ["truc.ban", "Người Giả Ba", "call_taker", "", "", ""],
)


def test_a_dry_run_makes_nothing_and_issuing_makes_all(supervisor: Client, agency: Any) -> None:
    rows = [list(row) for row in GOOD]
    rows[0][2] = "focal_point"
    before = Person.objects.count()
    page = supervisor.post(URL, {"file": xlsx(*rows)})
    assert page.status_code == 200
    assert Person.objects.count() == before
    checked = re.search(r'name="checked" value="([^"]+)"', page.content.decode())
    assert checked
    done = supervisor.post(URL, {"checked": checked[1], "as": "file"})
    assert "no-store" in done["Cache-Control"]
    sheet = load_workbook(io.BytesIO(done.content)).worksheets[0]
    lines = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [line[0] for line in lines] == ["an.dau.moi", "an.to1", "truc.ban"]
    person = Person.objects.get(username="an.to1")
    assert (person.role, person.agency, person.handling_unit.name) == ("handler", agency, "Tổ đô thị")
    assert person.check_password(str(lines[1][5]))
    # The same list again: the names are taken, and nothing is made.
    again = supervisor.post(URL, {"checked": checked[1], "as": "page"})
    assert again.status_code == 422
    assert Person.objects.count() == before + 3


def test_what_is_wrong_is_told_by_row(supervisor: Client, agency: Any, new_person: Any) -> None:
    new_person(username="taken")
    page = supervisor.post(
        URL,
        {
            "file": xlsx(
                ["taken", "Người Giả", "call_taker"],
                ["ok.name", "", "call_taker"],
                ["x", "Người Giả", "nobody"],
                ["one.more", "Người Giả", "focal_point", "no-such"],
                ["unit.less", "Người Giả", "handler", "an-lac", "Tổ không có"],
                ["too.high", "Người Giả", "administrator"],
                ["ok.name", "Người Giả", "call_taker", "an-lac", "", "no mail"],
            )
        },
    )
    assert page.status_code == 422
    text = page.content.decode()
    for sentence in (
        "exists already",
        "full name is missing",
        "no such role",
        "no agency with this code",
        "no such handling unit",
        "may not issue",
        "stands twice",
        "belong to no agency",
        "not an e-mail address",
    ):
        assert sentence in text, sentence
    assert "checked" not in text
    assert not Person.objects.filter(username="one.more").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 not a zip", b"\xff\xfe\x00", "tài khoản\nx".encode(), b"a,b,c\n1,2,3", b"\x00" * 100],
)
def test_what_is_no_list_is_told(supervisor: Client, content: bytes) -> None:
    page = supervisor.post(URL, {"file": SimpleUploadedFile("list.csv", content or b" ")})
    assert page.status_code == 422
    assert "file-error" in page.content.decode()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_any_country(supervisor: Client, separator: str) -> None:
    lines = [["Tài khoản", "Họ tên", "Vai trò"], ["truc.ban", "Người Giả", "call_taker"]]
    content = "\n".join(separator.join(line) for line in lines).encode("utf-8-sig")
    assert supervisor.post(URL, {"file": SimpleUploadedFile("l.csv", content)}).status_code == 200


def test_a_checked_list_is_its_checkers_own(supervisor: Client, new_person: Any) -> None:
    page = supervisor.post(URL, {"file": xlsx(["truc.ban", "Người Giả", "call_taker"])})
    checked = re.search(r'name="checked" value="([^"]+)"', page.content.decode())
    assert checked
    other = client_of(new_person("supervisor"))
    assert other.post(URL, {"checked": checked[1]}).status_code == 422
    assert supervisor.post(URL, {"checked": checked[1][:-2] + "xx"}).status_code == 422
    assert not Person.objects.filter(username="truc.ban").exists()
    shown = supervisor.post(URL, {"checked": checked[1], "as": "page"})
    password = re.findall(r"<code>([^<]+)</code>", shown.content.decode())[-1]
    assert Person.objects.get(username="truc.ban").check_password(password)


def test_names_are_no_formulas(new_person: Any) -> None:
    issued = [bulk.Issued(new_person(full_name='=HYPERLINK("http://x")'), "p")]
    sheet = load_workbook(io.BytesIO(bulk.as_xlsx(issued))).worksheets[0]
    assert str(sheet["B2"].value).startswith("'=")


# --- a focal point's own people ---------------------------------------------------------------------------------


@pytest.fixture
def manager(new_person: Any, agency: Any) -> Client:
    return client_of(new_person("focal_point", agency=agency))


def test_a_focal_point_adds_people_to_its_units(manager: Client, agency: Any) -> None:
    unit = agency.handling_units.get()
    page = manager.post(PEOPLE, {"username": "to.1", "full_name": "Người  Giả", "unit": unit.pk})
    assert "no-store" in page["Cache-Control"]
    password = re.search(r"<code>([^<]+)</code>", page.content.decode())
    assert password
    person = Person.objects.get(username="to.1")
    assert (person.full_name, person.role, person.agency, person.handling_unit) == (
        "Người Giả",
        "handler",
        agency,
        unit,
    )
    assert person.check_password(password[1])
    assert password[1] not in manager.get(PEOPLE).content.decode()
    new = manager.post(f"{PEOPLE}{person.pk}/", {"act": "reset"}).content.decode()
    person.refresh_from_db()
    assert not person.check_password(password[1])
    assert "<code>" in new
    manager.post(f"{PEOPLE}{person.pk}/", {"act": "off"})
    person.refresh_from_db()
    assert not person.is_active
    manager.post(f"{PEOPLE}{person.pk}/", {"act": "on"})
    person.refresh_from_db()
    assert person.is_active


def test_wrong_input_is_told_and_kept(manager: Client, agency: Any, new_person: Any) -> None:
    unit, there = agency.handling_units.get(), new_person("handler", username="there")
    for sent in (
        {"username": "x", "full_name": "Người Giả", "unit": unit.pk},
        {"username": "to.1", "full_name": " ", "unit": unit.pk},
        {"username": "to.1", "full_name": "Người Giả", "unit": there.handling_unit_id},
        {"username": "to.1", "full_name": "Người Giả", "unit": "9" * 30},
        {"username": "there", "full_name": "Người Giả", "unit": unit.pk},
    ):
        page = manager.post(PEOPLE, sent)
        assert page.status_code == 422, sent
    assert Person.objects.filter(agency=agency, role="handler").count() == 0


def test_others_people_are_out_of_reach(manager: Client, agency: Any, new_person: Any) -> None:
    there, colleague = new_person("handler"), new_person("focal_point", agency=agency)
    for person in (there, colleague, new_person("administrator")):
        for act in ("reset", "off"):
            assert manager.post(f"{PEOPLE}{person.pk}/", {"act": act}).status_code == 404
        person.refresh_from_db()
        assert person.is_active
    assert there.full_name not in manager.get(PEOPLE).content.decode()
