"""Loading reference data: adds, updates by key, never deletes, leaves the owner's edits, says what is wrong."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from incidents.records.models import Category
from incidents.reference.files import WrongReference
from incidents.reference.kinds import KINDS
from incidents.reference.loading import FIXTURES, load
from incidents.triage.models import Keyword
from opscenter.accounts.models import Agency, ContactPoint, HandlingUnit

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files that a test may change."""
    for kind in KINDS:
        shutil.copy(FIXTURES / kind.file, tmp_path / kind.file)
    return tmp_path


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text()
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new))


def append(folder: Path, file: str, line: str) -> None:
    with (folder / file).open("a") as out:
        out.write(line + "\n")


def test_the_shipped_files_load_and_a_second_load_reads_nothing(django_assert_max_num_queries):
    first = load()
    assert all(not one.unchanged and one.added > 0 and one.updated == 0 for one in first)
    with django_assert_max_num_queries(4):
        second = load()
    assert all(one.unchanged for one in second)


def test_forced_again_it_finds_every_row_as_it_is():
    load()
    counts = [kind.model._default_manager.count() for kind in KINDS]
    again = load(force=True)
    assert [(one.added, one.updated, one.left_over) for one in again] == [(0, 0, 0)] * len(KINDS)
    assert [kind.model._default_manager.count() for kind in KINDS] == counts


def test_a_changed_line_updates_its_row_by_code(folder: Path):
    load(folder)
    category = Category.objects.get(code="noise")
    change(folder, "categories.csv", "noise,3,", "noise,2,")
    outcomes = {one.file: one for one in load(folder)}
    assert outcomes["categories.csv"].updated == 1
    assert outcomes["agencies.csv"].unchanged
    assert Category.objects.get(code="noise").group == 2
    assert Category.objects.get(code="noise").pk == category.pk


def test_what_the_owner_edited_stays_until_the_shipped_line_changes(folder: Path):
    load(folder)
    Category.objects.filter(code="flood").update(hours=5)
    change(folder, "categories.csv", "noise,3,", "noise,2,")
    load(folder)
    assert Category.objects.get(code="flood").hours == 5
    change(folder, "categories.csv", "flood,3,", "flood,2,")
    load(folder)
    assert Category.objects.get(code="flood").hours == 24


def test_a_line_that_is_gone_deletes_nothing(folder: Path):
    load(folder)
    path = folder / "keywords.csv"
    lines = path.read_text().splitlines(keepends=True)
    gone = next(line for line in lines if line.startswith("noise,"))
    path.write_text("".join(line for line in lines if line != gone))
    outcome = next(one for one in load(folder) if one.file == "keywords.csv")
    assert outcome.left_over == 1
    assert Keyword.objects.filter(category__code="noise", phrase=gone.split(",")[1]).exists()


def test_what_the_owner_deleted_does_not_come_back(folder: Path):
    load(folder)
    Keyword.objects.filter(category__code="noise", phrase="karaoke").delete()
    append(folder, "keywords.csv", "noise,hát hò inh trời,3")
    load(folder)
    assert not Keyword.objects.filter(category__code="noise", phrase="karaoke").exists()
    assert Keyword.objects.filter(phrase="hát hò inh trời").exists()


def test_a_row_made_by_hand_with_the_same_code_is_taken_over():
    Agency.objects.create(code="biwase", name="By hand", kind="board", valid_from=dt.date(2020, 1, 1))
    load()
    agency = Agency.objects.get(code="biwase")
    assert agency.kind == "utility"
    assert agency.name.startswith("Công ty CP Nước")


def test_an_agency_that_is_added_gets_the_units_and_contacts_of_its_pattern(folder: Path):
    load(folder)
    append(
        folder, "agencies.csv", "ubnd-2019-25999,UBND xã Thử,,,commune,ubnd-2019-718,2019,25999,2019-01-01,,1,a test"
    )
    load(folder)
    agency = Agency.objects.get(code="ubnd-2019-25999")
    assert agency.parent is not None
    assert agency.parent.code == "ubnd-2019-718"
    assert HandlingUnit.objects.filter(agency=agency).count() == 3
    assert ContactPoint.objects.get(agency=agency).address == "dau-moi.ubnd-2019-25999@xuly1022.example"


def test_a_contact_point_that_was_switched_off_stays_off(folder: Path):
    load(folder)
    ContactPoint.objects.filter(agency__code="biwase").update(is_active=False)
    change(
        folder,
        "contact_points.csv",
        "biwase,email,dau-moi.{code}@xuly1022.example,1",
        "biwase,email,dau-moi.{code}@xuly1022.example,2",
    )
    load(folder)
    contact = ContactPoint.objects.get(agency__code="biwase")
    assert (contact.order, contact.is_active) == (2, False)


def test_a_dry_run_changes_nothing_and_says_what_it_would(capsys):
    call_command("load_reference", "--dry-run")
    assert Agency.objects.count() == 0
    printed = capsys.readouterr().out
    assert "agencies.csv: 182 added" in printed
    assert "nothing was changed" in printed


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        ("agencies.csv", "x1,Tên,,,commune,nobody,,,2019-01-01,,0,s", "the parent 'nobody' is not on an earlier line"),
        ("agencies.csv", "x1,Tên,,,commune,,,,1-1-2019,,0,s", "valid_from is '1-1-2019', not a date"),
        ("agencies.csv", "x1,Tên,,,village,,,,2019-01-01,,0,s", "village"),
        ("agencies.csv", "x1,Tên,,,commune,,,,2019-01-01,2018-01-01,0,s", "agency_dates_in_order"),
        ("agencies.csv", "biwase,Tên,,,utility,,,,2019-01-01,,0,s", "stands on line"),
        ("agencies.csv", "x1,Tên,,,commune,,,,2019-01-01,,yes,s", "is_sample is 'yes', not 0 or 1"),
        ("agencies.csv", "x1,Tên", "2 values for 12 columns"),
        ("handling_units.csv", "no-such-*,Tổ", "no agency has a code like 'no-such-*'"),
        ("categories.csv", "x1,9,,Tên,Name,,,3,24,0,1,1", "9"),
        ("categories.csv", "x1,3,,Tên,Name,,,3,soon,0,1,1", "hours is 'soon', not a whole number"),
        ("keywords.csv", "no-such,phrase,1", "there is no category 'no-such'"),
        ("keywords.csv", "noise,phrase,heavy", "weight is 'heavy', not a number"),
        ("keywords.csv", "noise,phrase,-1", "keyword_weight_positive"),
        ("competence.csv", "x,noise,,agency,nobody,,,,,b,1,2019-01-01,,0,0.9,1", "there is no agency 'nobody'"),
        ("competence.csv", "x,noise,3,ward_committee,,,,,,b,1,2019-01-01,,0,0.9,1", "competence_category_or_group"),
        ("competence.csv", "x,noise,,ward_committee,,,,,,b,1,2019-01-01,,0,1.9,1", "1.0"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_loaded(folder: Path, file: str, line: str, says: str):
    append(folder, file, line)
    number = len((folder / file).read_text().splitlines())
    with pytest.raises(WrongReference) as caught:
        load(folder)
    assert caught.value.problems[0].startswith(f"{file}, line {number}: ")
    assert says in caught.value.problems[0]
    assert Agency.objects.count() == 0


def test_a_missing_file_or_column_ends_the_command_with_a_sentence(folder: Path):
    change(folder, "keywords.csv", "category,phrase,weight", "category,phrase")
    with pytest.raises(CommandError, match="missing or unknown columns: weight"):
        call_command("load_reference", "--from", str(folder))
    (folder / "keywords.csv").unlink()
    with pytest.raises(CommandError, match=r"keywords\.csv is missing"):
        call_command("load_reference", "--from", str(folder))
