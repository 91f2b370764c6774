"""The pages of the rules: what is wrong is shown and stops nothing, a spreadsheet comes back as it went."""

from __future__ import annotations

import datetime as dt
import html
import io
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from geo import index
from incidents.dispatching import checking
from incidents.dispatching.book import book
from incidents.dispatching.checking import Coverage, Problem
from incidents.dispatching.models import CompetenceRule, CoOrdinating
from incidents.rulebook import sheets
from incidents.rulebook.editing import save_rules
from incidents.rulebook.queries import all_rules
from opscenter.accounts.models import Agency
from realtime.change import change
from tests.cast import Cast, Hands, most_queries
from tests.intake.world import IN_AN_LAC, World

ON = dt.date(2019, 11, 24)


def rule(code: str, **given: Any) -> CompetenceRule:
    start: dict[str, Any] = {"legal_basis": "invented", "valid_from": dt.date(2019, 1, 1), "target": "ward_committee"}
    return CompetenceRule.objects.create(code=code, **{**start, **given})


def wrong_with(code: str) -> list[Problem]:
    found = checking.problems_of(all_rules())
    return [one.problem for one in found.get(CompetenceRule.objects.get(code=code).pk, [])]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"legal_basis": " "}, Problem.NO_BASIS),
        ({"area_set": "2030", "area_code": "90001"}, Problem.SET_UNKNOWN),
        ({"area_set": "invented", "area_code": "99999"}, Problem.AREA_UNKNOWN),
        ({"area_set": "invented", "area_code": "90001", "valid_from": dt.date(2010, 1, 1)}, Problem.SET_ENDS),
        ({"target": "agency", "agency": "fire-114", "valid_from": dt.date(2010, 1, 1)}, Problem.AGENCY_ENDS),
        ({"place_kind": "palace"}, Problem.KIND_UNKNOWN),
        ({"target": "agency", "agency": "fire-114"}, Problem.CONTRADICTS),
    ],
)
def test_an_error_is_named_and_every_other_rule_works_on(world: World, given: dict[str, Any], problem: Problem) -> None:
    given = {**given}
    if "agency" in given:
        given["agency"] = Agency.objects.get(code=given["agency"])
    if problem == Problem.CONTRADICTS:
        rule("first", category=world.categories["road"])
    rule("wrong", category=world.categories["road"], **given)
    assert wrong_with("wrong") == [problem]
    assert wrong_with("field") == []
    light = checking.coverage(book(), world.categories["light"], set_name="invented", on=ON)
    assert {one.state for one in light} == {Coverage.CLEAR}


def test_coverage_says_where_nothing_holds_and_where_two_contradict(world: World) -> None:
    land = world.categories["land"]
    rule("here", category=land, area_set="invented", area_code="90001")
    rule("twice", category=land, area_set="invented", area_code="90001", target="agency", agency=world.fire)
    rules = book()
    index.territory()
    with most_queries(0):
        states = {one.code: one.state for one in checking.coverage(rules, land, set_name="invented", on=ON)}
    assert states == {"90001": Coverage.CONTRADICTION, "90002": Coverage.NONE}
    # A rule for one road only leaves the rest as it was, and is asked about too.
    rule("road", category=world.categories["road"], road_owner="national", target="agency", agency=world.fire)
    rule("road-too", category=world.categories["road"], road_owner="national", target="agency", agency=world.an_lac)
    found = checking.coverage(book(), world.categories["road"], set_name="invented", on=ON)
    assert {one.state for one in found} == {Coverage.CONTRADICTION}


def test_coverage_tells_roads_and_kinds_of_places_apart(world: World, cast: Cast) -> None:
    road = world.categories["road"]
    rule("ql", category=road, road_owner="national", target="agency", agency=world.fire)
    rule("park", category=road, place_kind="industrial", target="agency", agency=world.binh_minh)
    held = book()
    index.territory()
    with most_queries(0):
        cases = checking.rules_by_case(held, road, set_name="invented", on=ON)
    assert [(case.owner, case.kind, [one.code for one in rules]) for case, rules in cases] == [
        (None, "", ["field"]),
        (None, "industrial", ["park"]),
        ("national", "", ["ql"]),
    ]
    page = Hands(cast.supervisor).get("/rules/coverage/?category=road&on=2019-11-24").content.decode()
    assert "/rules/rule/park/" in page
    assert "/rules/rule/ql/" in page
    # Nothing is told apart where no rule does.
    assert "apart-title" not in Hands(cast.supervisor).get("/rules/coverage/?category=light").content.decode()


# --- spreadsheets -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_written_is_read_back_unchanged(world: World, form: str) -> None:
    odd = rule("odd", category=world.categories["road"], legal_basis='=SUM(1;2), "Luật", điều 5', road_owner="national",
               area_set="invented", area_code="90001", valid_until=dt.date(2025, 7, 1), auto=True)  # fmt: skip
    CoOrdinating.objects.create(rule=odd, target="agency", agency=world.fire)
    CoOrdinating.objects.create(rule=odd, target="district_committee")
    written = (sheets.as_csv if form == "csv" else sheets.as_xlsx)(all_rules())
    report = sheets.check(sheets.cells_of(f"rules.{form}", written))
    assert (report.changes, report.wrong, report.unchanged) == ((), (), CompetenceRule.objects.count())


def test_no_cell_is_a_formula(world: World) -> None:
    rule("odd", category=world.categories["road"], legal_basis="=1+1")
    book = load_workbook(io.BytesIO(sheets.as_xlsx(all_rules())))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value} == {"s"}
    assert b"\n=1" not in sheets.as_csv(all_rules())
    assert b",=1+1" not in sheets.as_csv(all_rules())


def table(*rows: dict[str, str]) -> list[list[str]]:
    start = {
        "category": "road", "who": "ward_committee", "legal_basis": "Luật", "priority": "100",
        "valid_from": "01/01/2020", "auto": "0", "min_confidence": "0,9", "is_sample": "1",
    }  # fmt: skip
    return [list(sheets.COLUMNS), *([{**start, **row}.get(name, "") for name in sheets.COLUMNS] for row in rows)]


def test_errors_are_named_by_row_and_stop_no_other_row(world: World, cast: Cast) -> None:
    rows = table(
        {"code": "good", "co": "fire-114, district_committee"},
        {"code": "a", "category": "nothing"},
        {"code": "b", "who": "nobody"},
        {"code": "c", "group": "3"},
        {"code": "d", "valid_until": "2019-01-01"},
        {"code": "e", "area": "90001"},
        {"code": "f", "road_owner": "mine", "valid_from": "soon"},
        {"code": "g", "min_confidence": "7"},
        {"code": "good"},
        {"code": "not a code"},
        {"code": "field", "category": "", "group": "3", "valid_from": "2019-01-01", "legal_basis": "khác"},
    )
    report = sheets.check(rows)
    assert [(one.row, one.column) for one in report.wrong] == [
        (3, "category"), (4, "who"), (5, ""), (6, ""), (7, "area"), (8, "road_owner"), (8, "valid_from"),
        (9, "min_confidence"), (10, "code"), (11, "code"),
    ]  # fmt: skip
    assert [(one.row, one.wanted.code, one.is_new) for one in report.changes] == [
        (2, "good", True),
        (12, "field", False),
    ]
    assert report.changes[1].differences == {"legal_basis": ("invented", "khác"), "is_sample": ("0", "1")}
    with change():
        save_rules([one.wanted for one in report.changes], by=cast.administrator)
    good = CompetenceRule.objects.get(code="good")
    assert (good.entered_by, good.valid_from) == (cast.administrator, dt.date(2020, 1, 1))
    assert good.co_ordinating.count() == 2
    assert sheets.check(rows).unchanged == 2


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"code,who\nx,y", b"PK\x03\x04 nothing"])
def test_a_file_that_cannot_be_read_says_so(world: World, content: bytes) -> None:
    for name in ("rules.csv", "rules.xlsx"):
        with pytest.raises(sheets.Unreadable):
            sheets.check(sheets.cells_of(name, content))


# --- pages --------------------------------------------------------------------------------------------------------


def form_of(**given: str) -> dict[str, Any]:
    start = {
        "code": "new-rule", "about": "category:road", "who": "agency:fire-114", "area": "invented/90001",
        "co": ["ward_committee"], "legal_basis": "Luật", "priority": "50", "valid_from": "2020-01-01",
        "min_confidence": "0.9",
    }  # fmt: skip
    return {**start, **given}


def test_an_administrator_writes_a_rule(world: World, cast: Cast) -> None:
    hands = Hands(cast.administrator)
    answer = hands.post("/rules/new/", form_of(), form=True)
    assert answer.status_code == 302, answer.content.decode()
    made = CompetenceRule.objects.get(code="new-rule")
    assert (made.category, made.agency, made.area_code, made.entered_by) == (
        world.categories["road"], world.fire, "90001", cast.administrator,
    )  # fmt: skip
    changed = form_of(valid_until="2021-01-01", code="another", co=[])
    assert hands.post("/rules/rule/new-rule/", changed, form=True).status_code == 302
    made.refresh_from_db()
    assert (made.code, made.valid_until, made.co_ordinating.count()) == ("new-rule", dt.date(2021, 1, 1), 0)
    refused = hands.post("/rules/new/", form_of(valid_until="2019-01-01"), form=True)
    assert refused.status_code == 422
    assert "A rule ends after it begins." in refused.content.decode()
    assert "There is a rule of this code already." in refused.content.decode()


def test_the_pages_show_errors_and_the_whole_way(world: World, cast: Cast) -> None:
    hands = Hands(cast.supervisor)
    rule("broken", category=world.categories["road"], area_set="invented", area_code="99999")
    assert "There is no area invented/99999 on the map." in hands.get("/rules/?state=wrong").content.decode()
    assert "disabled" in hands.get("/rules/rule/broken/").content.decode()
    lon, lat = IN_AN_LAC
    asked = {"words": "o ga tren QL13", "lat": lat, "lon": lon, "on": "2019-11-24"}
    page = hands.post("/rules/test/", asked, form=True).content.decode()
    assert "UBND an-lac" in page
    assert "Rule broken holds in" in page
    assert '"90001"' in hands.get("/rules/coverage/?category=road&on=2019-11-24").content.decode()


def test_an_import_reports_first_and_writes_on_the_second_request(world: World, cast: Cast) -> None:
    book = Workbook()
    for row in table({"code": "from-sheet"}, {"code": "bad", "who": "nobody"}):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    out.name = "rules.xlsx"
    out.seek(0)
    hands = Hands(cast.administrator)
    page = hands.post("/rules/import/", {"file": out}, form=True).content.decode()
    assert "from-sheet" in page
    assert "There is no agency “nobody”." in page
    assert not CompetenceRule.objects.filter(code="from-sheet").exists()
    rows = html.unescape(page.partition('name="rows" hidden>')[2].partition("</textarea>")[0])
    answer = hands.post("/rules/import/", {"rows": rows, "commit": "1"}, form=True)
    assert "There is no agency “nobody”." in answer.content.decode()
    assert CompetenceRule.objects.filter(code="from-sheet").exists()
