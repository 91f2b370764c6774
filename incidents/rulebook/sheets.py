"""Rules as a spreadsheet: written as XLSX or CSV, read back with every error named by its row.

A row says what a rule says: codes, not names. Columns that only help to read (names) are written and never read.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from incidents.dispatching.models import CompetenceRule, RoadOwner, Target
from incidents.records.models import Category
from incidents.rulebook.editing import FIELDS, Named, Wanted, co_of
from opscenter.accounts.models import Agency

COLUMNS = (
    "code",
    "category",
    "group",
    "who",
    "area",
    "road_owner",
    "place_kind",
    "co",
    "legal_basis",
    "priority",
    "valid_from",
    "valid_until",
    "auto",
    "min_confidence",
    "is_sample",
)
# For people who read the sheet.
NAMES = ("category_name", "who_name")
MOST_ROWS = 5_000
MOST_BYTES = 5_000_000
# A spreadsheet would take these for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Unreadable(Exception):
    """The whole file cannot be read; `str()` is the sentence."""


@dataclass(frozen=True, slots=True)
class Change:
    """One rule of the sheet: new, or with what differs from the one that is there ({field: (now, then)})."""

    row: int
    wanted: Wanted
    is_new: bool
    differences: dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One error: in which row, in which column, and what."""

    row: int
    column: str
    says: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an import would do. Rows with errors are named, and stop no other row."""

    changes: tuple[Change, ...]
    unchanged: int
    wrong: tuple[Wrong, ...]

    @property
    def new(self) -> int:
        return sum(change.is_new for change in self.changes)


# --- writing ------------------------------------------------------------------------------------------------------


def rows_of(rules: Iterable[CompetenceRule]) -> Iterator[list[str]]:
    """The header, then a row for each rule (fetched with category, agency and who co-ordinates)."""
    yield [*COLUMNS, *NAMES]
    for rule in rules:
        said = _said(rule.code, {name: getattr(rule, name) for name in FIELDS}, co_of(rule))
        who = rule.agency.name if rule.agency is not None else str(rule.get_target_display())
        yield [*(said[name] for name in COLUMNS), rule.category.name if rule.category else "", who]


def as_csv(rules: Iterable[CompetenceRule]) -> bytes:
    """For Excel too: UTF-8 with its mark."""
    out = io.StringIO()
    csv.writer(out).writerows([_harmless(cell) for cell in row] for row in rows_of(rules))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rules: Iterable[CompetenceRule]) -> bytes:
    # Read where it is needed: a process that starts does not wait for it.
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Thẩm quyền"
    for number, row in enumerate(rows_of(rules), 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column, _harmless(text))
            # Always a text, never a formula or a date of somebody else's calendar.
            cell.data_type = "s"
            if number == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    for letter, width in (("A", 34), ("B", 24), ("D", 24), ("I", 60), ("P", 36), ("Q", 36)):
        sheet.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _said(code: str, fields: dict[str, Any], co: Sequence[Named]) -> dict[str, str]:
    """A rule as the texts of its row."""
    category, agency = fields["category"], fields["agency"]
    return {
        "code": code,
        "category": category.code if category else "",
        "group": str(fields["group"] or ""),
        "who": agency.code if agency else fields["target"],
        "area": f"{fields['area_set']}/{fields['area_code']}" if fields["area_code"] else "",
        "road_owner": fields["road_owner"],
        "place_kind": fields["place_kind"],
        "co": " ".join(sorted(named.text for named in co)),
        "legal_basis": fields["legal_basis"],
        "priority": str(fields["priority"]),
        "valid_from": fields["valid_from"].isoformat(),
        "valid_until": fields["valid_until"].isoformat() if fields["valid_until"] else "",
        "auto": "1" if fields["auto"] else "0",
        "min_confidence": f"{fields['min_confidence']:g}",
        "is_sample": "1" if fields["is_sample"] else "0",
    }


# --- reading ------------------------------------------------------------------------------------------------------


def cells_of(name: str, content: bytes) -> list[list[str]]:
    """The rows of a file as texts, the header first. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is too large."))
    rows = _xlsx(content) if name.lower().endswith(".xlsx") else _csv(content)
    if len(rows) > MOST_ROWS + 1:
        raise Unreadable(_("The file has more than %(most)d rows.") % {"most": MOST_ROWS})
    return rows


def _xlsx(content: bytes) -> list[list[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        return [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 2)]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError):
        raise Unreadable(_("This is not a spreadsheet that can be read. Save it as XLSX or CSV.")) from None


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(_("The file is not in UTF-8. Save it as “CSV UTF-8”, or as XLSX.")) from None
    head = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=head.count)
    try:
        return [[_text(cell) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error:
        raise Unreadable(_("This is not a spreadsheet that can be read. Save it as XLSX or CSV.")) from None


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).replace("\x00", "").strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def check(rows: Sequence[Sequence[str]]) -> Report:
    """What these rows would do; nothing is written. Raises Unreadable when a column is missing."""
    header = [cell.lower() for cell in rows[0]] if rows else []
    if missing := [name for name in COLUMNS if name not in header]:
        raise Unreadable(_("These columns are missing: %(names)s.") % {"names": ", ".join(missing)})
    reader = _Reader()
    there = {
        rule.code: rule
        for rule in CompetenceRule.objects.select_related("category", "agency").prefetch_related(
            "co_ordinating__agency"
        )
    }
    changes: list[Change] = []
    wrong: list[Wrong] = []
    unchanged = 0
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[1:], 2):
        values = dict(zip(header, row, strict=False))
        if not any(values.get(name) for name in COLUMNS):
            continue
        errors, wanted = reader.read(number, values)
        if wanted is not None and wanted.code in seen:
            says = _("Row %(row)d has this code already.") % {"row": seen[wanted.code]}
            errors, wanted = [*errors, Wrong(number, "code", says)], None
        wrong += errors
        if wanted is None:
            continue
        seen[wanted.code] = number
        before = there.get(wanted.code)
        differences = _differences(before, wanted) if before is not None else {}
        if before is not None and not differences:
            unchanged += 1
        else:
            changes.append(Change(number, wanted, before is None, differences))
    return Report(tuple(changes), unchanged, tuple(wrong))


def _differences(before: CompetenceRule, wanted: Wanted) -> dict[str, tuple[str, str]]:
    now = _said(before.code, {name: getattr(before, name) for name in FIELDS}, co_of(before))
    then = _said(wanted.code, wanted.fields, wanted.co)
    return {name: (now[name], then[name]) for name in COLUMNS if now[name] != then[name]}


class _Reader:
    """Makes rules of rows; knows the codes that they may name."""

    def __init__(self) -> None:
        self.categories = {row.code: row for row in Category.objects.all()}
        self.agencies = {row.code: row for row in Agency.objects.all()}

    def read(self, number: int, values: dict[str, str]) -> tuple[list[Wrong], Wanted | None]:
        """The rule of a row; None with what is wrong."""
        errors: list[Wrong] = []

        def value(name: str, make: Any) -> Any:
            try:
                return make(values.get(name, ""))
            except ValueError as error:
                errors.append(Wrong(number, name, str(error)))
                return None

        who = value("who", self._who) or Named(Target.WARD_COMMITTEE)
        area = value("area", _area) or ("", "")
        fields = {
            "category": value("category", self._category),
            "group": value("group", _group),
            "target": who.target,
            "agency": who.agency,
            "area_set": area[0],
            "area_code": area[1],
            "road_owner": value("road_owner", _road_owner) or "",
            "place_kind": values.get("place_kind", ""),
            "legal_basis": values.get("legal_basis", ""),
            "priority": value("priority", _whole),
            "valid_from": value("valid_from", _date),
            "valid_until": value("valid_until", lambda text: _date(text) if text else None),
            "auto": bool(value("auto", _flag)),
            "min_confidence": value("min_confidence", _share),
            "is_sample": bool(value("is_sample", _flag)),
        }
        co = value("co", self._co) or ()
        wanted = Wanted(values.get("code", ""), fields, co)
        if not errors:
            errors = _refused(number, wanted)
        return errors, None if errors else wanted

    def _category(self, text: str) -> Category | None:
        if text and text not in self.categories:
            raise ValueError(_("There is no category “%(code)s”.") % {"code": text})
        return self.categories.get(text)

    def _who(self, text: str) -> Named:
        if text in {Target.WARD_COMMITTEE, Target.DISTRICT_COMMITTEE}:
            return Named(text)
        if text not in self.agencies:
            raise ValueError(_("There is no agency “%(code)s”.") % {"code": text})
        return Named(Target.AGENCY, self.agencies[text])

    def _co(self, text: str) -> tuple[Named, ...]:
        return tuple(self._who(one) for one in dict.fromkeys(text.replace(",", " ").split()))


def _refused(number: int, wanted: Wanted) -> list[Wrong]:
    """What the table itself refuses, in words."""
    row = wanted.row()
    try:
        row.clean_fields(exclude={"category", "agency", "entered_by"})
        row.validate_constraints(exclude={"code"})
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            return [
                Wrong(number, "" if name == "__all__" else name, _constraint(" ".join(messages)))
                for name, messages in error.message_dict.items()
            ]
        return [Wrong(number, "", " ".join(error.messages))]
    return []


def _constraint(message: str) -> str:
    """The name of a constraint as a sentence; other messages are sentences already."""
    said = {
        "competence_category_or_group": _("Name either a category or a group, not both."),
        "competence_dates_in_order": _("A rule ends after it begins."),
    }
    return next((text for name, text in said.items() if name in message), message)


def _area(text: str) -> tuple[str, str]:
    if not text:
        return ("", "")
    set_name, slash, code = text.partition("/")
    if not (set_name and slash and code):
        raise ValueError(_("An area is written with its set: 2019/25741."))
    return (set_name.strip(), code.strip())


def _group(text: str) -> int | None:
    if not text:
        return None
    if text not in {"1", "2", "3"}:
        raise ValueError(_("A group is 1, 2 or 3."))
    return int(text)


def _road_owner(text: str) -> str:
    if text and text not in RoadOwner.values:
        raise ValueError(_("A road owner is one of: %(names)s.") % {"names": ", ".join(RoadOwner.values)})
    return text


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(_("A whole number is expected here.")) from None


def _share(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ValueError(_("A number from 0 to 1 is expected here.")) from None


def _flag(text: str) -> bool:
    if text.lower() not in {"0", "1", "true", "false", ""}:
        raise ValueError(_("1 or 0 is expected here."))
    return text.lower() in {"1", "true"}


def _date(text: str) -> dt.date:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise ValueError(_("A date like 2025-07-01 or 01/07/2025 is expected here."))
