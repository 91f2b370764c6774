"""Accounts from a spreadsheet: read, checked row by row without changing anything, and then issued together.

Columns by their names, Vietnamese or English, in any order (`HEADINGS`). XLSX or CSV. A row that is not right stops all
of them: a list that was issued by half is nobody's list.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from opscenter.accounts.issuing import new_password
from opscenter.accounts.models import Agency, HandlingUnit, Person
from opscenter.accounts.permissions import may_issue_to
from opscenter.accounts.roles import AGENCY_ROLES, Role
from opscenter.accounts.watchers import announce_rights

MOST_ROWS = 300
LARGEST = 2 * 1024 * 1024
HEADINGS = {
    "username": ("tài khoản", "tên đăng nhập", "username"),
    "full_name": ("họ tên", "họ và tên", "full name", "full_name"),
    "role": ("vai trò", "role"),
    "agency": ("cơ quan", "mã cơ quan", "agency"),
    "handling_unit": ("bộ phận", "bộ phận xử lý", "handling unit", "handling_unit"),
    "email": ("email", "e-mail", "thư điện tử"),
}
_REQUIRED = ("username", "full_name", "role")
_USERNAME = re.compile(r"[\w.@+-]{3,150}")
_WITH_UNIT = frozenset({Role.HANDLER, Role.CREW})


def is_user_name(typed: str) -> bool:
    """Whether somebody can be called this when signing in."""
    return _USERNAME.fullmatch(typed) is not None


class Unreadable(ValueError):
    """Not a list of accounts at all; the text is the sentence for the person."""


@dataclass(slots=True)
class Row:
    """One line: what stands in it, and what is wrong with it. `number` is the spreadsheet's own."""

    number: int
    values: dict[str, str]
    problems: list[str] = field(default_factory=list)
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    person: Person
    password: str


# --- reading ----------------------------------------------------------------------------------------------------


def read(name: str, content: bytes) -> list[Row]:
    """The rows of a spreadsheet. Raises Unreadable."""
    if len(content) > LARGEST:
        raise Unreadable(_("The file is larger than 2 MB."))
    lines = _of_xlsx(content) if content[:2] == b"PK" or name.lower().endswith(".xlsx") else _of_csv(content)
    filled = [(number, cells) for number, cells in enumerate(lines, start=1) if any(cells)]
    if not filled:
        raise Unreadable(_("The file is empty."))
    columns = _columns(filled[0][1])
    rows = [
        Row(number, {key: cells[at] if at < len(cells) else "" for key, at in columns.items()})
        for number, cells in filled[1:]
    ]
    if not rows:
        raise Unreadable(_("There is no row below the headings."))
    if len(rows) > MOST_ROWS:
        raise Unreadable(_("The file has more than %(most)d rows.") % {"most": MOST_ROWS})
    return rows


def _of_xlsx(content: bytes) -> list[list[str]]:
    # Read where it is needed: a process that starts does not wait for it.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=30, values_only=True)
        return [["" if value is None else str(value).strip() for value in row] for row in rows]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise Unreadable(_("This is not a spreadsheet that can be read (XLSX or CSV).")) from error


def _of_csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeError as error:
        raise Unreadable(_("The CSV file is not in UTF-8. Save it as “CSV UTF-8”, or as XLSX.")) from error
    if "\x00" in text:
        raise Unreadable(_("This is not a spreadsheet that can be read (XLSX or CSV)."))
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=separator)]


def _columns(cells: Sequence[str]) -> dict[str, int]:
    known = {name: key for key, names in HEADINGS.items() for name in names}
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        key = known.get(" ".join(cell.lower().split()))
        if key is not None:
            found.setdefault(key, at)
    missing = [HEADINGS[key][0] for key in _REQUIRED if key not in found]
    if missing:
        raise Unreadable(_("These columns are missing in the first row: %(names)s.") % {"names": ", ".join(missing)})
    return found


# --- checking ---------------------------------------------------------------------------------------------------


def check(rows: Sequence[Row], *, by: Person) -> bool:
    """Finds what is wrong with each row, and gives whether all are right. Changes nothing; three queries."""
    names = [row.values.get("username", "") for row in rows]
    taken = {name.lower() for name in Person.objects.filter(username__in=names).values_list("username", flat=True)}
    codes = {row.values.get("agency", "") for row in rows}
    agencies = {agency.code: agency for agency in Agency.objects.filter(code__in=codes)}
    units: dict[tuple[int, str], HandlingUnit] = {
        (unit.agency_id, " ".join(unit.name.lower().split())): unit
        for unit in HandlingUnit.objects.filter(agency__in=agencies.values(), is_active=True)
    }
    seen: set[str] = set()
    for row in rows:
        row.problems = []
        row.person = _person(row, by, taken, seen, agencies, units)
        seen.add(row.values.get("username", "").lower())
    return not any(row.problems for row in rows)


def _person(
    row: Row,
    by: Person,
    taken: set[str],
    seen: set[str],
    agencies: dict[str, Agency],
    units: dict[tuple[int, str], HandlingUnit],
) -> Person | None:
    values, wrong = row.values, row.problems
    username = values.get("username", "")
    if not is_user_name(username):
        wrong.append(_("The user name has 3 letters at least; letters, digits and . @ + - _ only."))
    elif username.lower() in taken:
        wrong.append(_("This user name exists already."))
    elif username.lower() in seen:
        wrong.append(_("This user name stands twice in the file."))
    full_name = " ".join(values.get("full_name", "").split())
    if not full_name or len(full_name) > 150:
        wrong.append(_("The full name is missing, or too long."))
    email = values.get("email", "")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            wrong.append(_("This is not an e-mail address."))
    role = _role(values.get("role", ""))
    if role is None:
        wrong.append(_("There is no such role."))
        return None
    if not may_issue_to(by, Person(role=role)):
        wrong.append(_("You may not issue accounts of this role."))
    agency = unit = None
    if role in AGENCY_ROLES:
        agency = agencies.get(values.get("agency", ""))
        if agency is None:
            wrong.append(_("There is no agency with this code."))
    elif values.get("agency"):
        wrong.append(_("People of this role belong to no agency."))
    if role in _WITH_UNIT and agency is not None:
        unit = units.get((agency.pk, " ".join(values.get("handling_unit", "").lower().split())))
        if unit is None:
            wrong.append(_("This agency has no such handling unit."))
    if wrong:
        return None
    return Person(username=username, full_name=full_name, email=email, role=role, agency=agency, handling_unit=unit)


def _role(typed: str) -> Role | None:
    wanted = " ".join(typed.lower().split())
    for role in Role:
        if wanted in {role.value, str(role.label).lower()}:
            return role
    return None


# --- issuing ----------------------------------------------------------------------------------------------------


def issue(rows: Sequence[Row]) -> list[Issued]:
    """Makes the accounts of checked rows, all or none, each with a password that is shown this once.

    Raises IntegrityError when somebody took one of the names since they were checked.
    """
    people = [row.person for row in rows if row.person is not None]
    passwords = [new_password() for _person in people]
    # Slow by design, and outside the transaction; the hasher lets other threads run.
    with ThreadPoolExecutor(2) as pool:
        hashes = list(pool.map(make_password, passwords))
    with transaction.atomic():
        for person, hashed in zip(people, hashes, strict=True):
            person.password = hashed
            person.save(force_insert=True)
            announce_rights(person.pk)
    return [Issued(person, password) for person, password in zip(people, passwords, strict=True)]


def as_xlsx(issued: Iterable[Issued]) -> bytes:
    """The new accounts with their passwords, for handing out; kept nowhere else."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([_("User name"), _("Full name"), _("Role"), _("Agency"), _("Handling unit"), _("Password")])
    for one in issued:
        person = one.person
        cells = [person.username, person.full_name, str(Role(person.role).label), person.agency, person.handling_unit]
        # A name that begins with = would be a formula.
        texts = [
            f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text for text in (str(cell or "") for cell in cells)
        ]
        sheet.append([*texts, one.password])
    for letter, width in zip("ABCDEF", (18, 28, 20, 36, 28, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
