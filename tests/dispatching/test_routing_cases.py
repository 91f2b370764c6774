"""Every category in every commune, in both area sets, from a point on the map to the agency, with the whole way.

What is expected is read from the files of fixtures/ by other, simpler means than the application's. The borders are the
real ones where this machine has them (OPSCENTER_AREA_DATA), else the starter cells.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from geo import index
from geo.areas import area_named, point_of
from geo.importing.plan import AreaImport, plan_import
from geo.resolver import resolve
from incidents.dispatching.competence import AgencySuggestion, AreaRefs, barred_by, suggest_agency
from incidents.dispatching.explaining import Explanation, explain
from incidents.dispatching.roads import road_in
from incidents.dispatching.suggesting import area_refs, reach_of
from incidents.records.models import Category
from incidents.records.places import place_fields
from incidents.reference.loading import FIXTURES, load
from incidents.triage.categorise import suggest as suggest_category
from opscenter.accounts.models import Agency
from tests.harness.remembering import Remembering

OLD, NEW = dt.date(2019, 11, 24), dt.date(2026, 11, 26)
SETS = {"2019": {"valid_from": dt.date(2019, 1, 1), "valid_until": dt.date(2025, 7, 1)},
        "2025": {"valid_from": dt.date(2025, 7, 1)}}  # fmt: skip
# Words and the categories that a road number moves: (words, category, road owner).
ROADS = [("trên QL13", "national"), ("trên ĐT743", "provincial"), ("trên ĐH402", "district"), ("trên ĐX012", "commune")]

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Case:
    category: str
    set: str
    ward: str
    words: str = ""
    road: str = ""
    # Of the place that the words name.
    kind: str = ""

    @property
    def on(self) -> dt.date:
        return OLD if self.set == "2019" else NEW


@functools.cache
def rows(name: str) -> list[dict[str, str]]:
    lines = [line for line in (FIXTURES / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


@pytest.fixture
def province(db: None, made_once: Remembering) -> Iterator[None]:
    """The shipped reference data, and both area sets."""
    before, settings.AREA_SET = settings.AREA_SET, ""
    made_once("province", load_province)
    index.look_again()
    yield
    settings.AREA_SET = before
    index.look_again()


def load_province() -> None:
    load()
    folder = Path(settings.AREA_DATA) / "areas" if settings.AREA_DATA else None
    if folder is not None and (folder / "wards_2019.geojson").exists():
        for name, dates in SETS.items():
            plan_import(AreaImport(path=folder / f"wards_{name}.geojson", set_name=name, **dates)).load()  # type: ignore[arg-type]
    else:
        call_command("load_starter_areas", verbosity=0)


def cases() -> list[Case]:
    """Each category in turn goes round the communes; two and more to a commune, roads of each kind between
    them."""
    categories = [row["code"] for row in rows("categories.csv")]
    # What people say of each category: its phrases in turn, those that say most.
    phrases: dict[str, list[str]] = {}
    for row in rows("keywords.csv"):
        if row["weight"] == "3":
            phrases.setdefault(row["category"], []).append(row["phrase"])
    names = {(row["area_set"], row["area_code"]): row["name"].removeprefix("UBND ") for row in rows("agencies.csv")}
    found: list[Case] = []
    for name in SETS:
        wards = [
            row["area_code"] for row in rows("agencies.csv") if row["kind"] == "commune" and row["area_set"] == name
        ]
        for number in range(max(2 * len(wards), len(categories) * 2)):
            category, ward = categories[number % len(categories)], wards[number % len(wards)]
            known = phrases.get(category, [""])
            said = known[number // len(categories) % len(known)]
            found.append(Case(category, name, ward, f"{said} ở {names[name, ward]}"))
        for number, ward in enumerate(wards):
            words, owner = ROADS[number % len(ROADS)]
            words = f"ổ gà {words}, {names[name, ward]}"
            found.append(Case("road-local" if number % 2 else "road-national", name, ward, words, owner))
    return found


def expected(case: Case, district: str, category: str = "") -> str:
    """The agency's code by the files alone."""
    category = category or case.category
    on = case.on.isoformat()
    fits = [
        row
        for row in rows("competence.csv")
        if row["category"] == category
        and row["valid_from"] <= on
        and (not row["valid_until"] or on < row["valid_until"])
        and row["road_owner"] in {"", case.road}
        and row["place_kind"] in {"", case.kind}
        and (not row["area_code"] or (row["area_set"] == case.set and row["area_code"] in {case.ward, district}))
    ]
    if not fits:
        # A sub-category without rules of its own has those of the one above it.
        above = next(row["parent"] for row in rows("categories.csv") if row["code"] == category)
        return expected(case, district, above)
    first = min(fits, key=lambda row: int(row["priority"]))
    if first["target"] == "agency":
        return first["agency"]
    unit = district if first["target"] == "district_committee" and district else case.ward
    return f"ubnd-{case.set}-{unit}"


def route(case: Case) -> tuple[AgencySuggestion, Explanation, dict[str, Any]]:
    """What happens to a report with a pin in the middle of the commune."""
    category = Category.objects.get(code=case.category)
    guess = suggest_category(case.words)
    led = guess.category == category
    if not led:
        # Somebody chose it.
        guess = suggest_category(case.words, category)
    fields = place_fields(resolve(case.words, on=case.on, point=point_of(case.set, case.ward)), on=case.on)
    place = area_refs(fields, road=road_in(case.words),
    )  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        found = suggest_agency(
            category=category, group=category.group, place=place, on=case.on, confidence=guess.confidence,
            # A complaint is about somebody: here about nobody who could be competent.
            barred=barred_by([Agency.objects.get(code="biwase").pk] if category.is_complaint else ()),
        )  # fmt: skip
    # One more for the category above a sub-category.
    assert len(asked) <= (5 if category.is_complaint else 3) + (category.parent_id is not None)
    trace = {**found.as_json(), "reach": reach_of(found.agency)}
    way = explain(
        category=category, group="", category_trace=guess.as_json(), place=fields["place_label"],
        area=(place.set, place.ward_code), place_trace=fields["place_trace"], agency_trace=trace, agency=found.agency,
    )  # fmt: skip
    return found, way, {"place": fields, "agency": trace, "led": led}


def test_every_case_reaches_its_agency_and_says_why(province: None) -> None:
    every = cases()
    districts = {
        row["area_code"]: row["parent"].rpartition("-")[2] for row in rows("agencies.csv") if row["area_set"] == "2019"
    }
    wrong: list[str] = []
    seen: Counter[str] = Counter()
    led = 0
    for case in every:
        district = districts[case.ward] if case.set == "2019" else ""
        with override("vi"):
            found, way, machine = route(case)
        wanted = expected(case, district)
        named = found.agency.code if found.agency else None
        if named != wanted or not found.certain:
            wrong.append(f"{case}: {named} (certain {found.certain}) instead of {wanted}: {found.trace}")
            continue
        seen[case.set] += 1
        # Words → place → area and set → rule → agency → focal point → reached by: each step says something.
        names = [step.found for step in way.steps]
        assert len(names) == 7
        assert all(names), case
        # Most words lead to the category by themselves: then the way begins with them.
        led += machine["led"]
        assert not (machine["led"] and way.steps[0].open), case
        ward = area_named(case.set, case.ward)
        assert ward is not None
        assert ward.name in names[3]
        assert case.set in names[3]
        assert found.rule is not None
        assert names[4] == (found.rule.legal_basis or found.rule.code)
        assert names[5] in way.sentence
        assert way.sentence.endswith(".")
        assert machine["agency"]["rule"] == found.rule.pk
        assert machine["agency"]["reach"]["by"] == ["email"], case
        # The rule of the other set was looked at and is told.
        assert found.rejected
    assert wrong == []
    assert len(every) >= 300
    assert led >= 0.8 * len(every)
    categories = {row["code"] for row in rows("categories.csv")}
    for name, count in (("2019", 91), ("2025", 36)):
        own = [case for case in every if case.set == name]
        assert {case.category for case in own} == categories
        assert len({case.ward for case in own}) == count
        assert seen[name] == len(own)


def test_a_known_place_of_a_kind_and_a_sub_category_have_their_own(province: None) -> None:
    """The shipped rules of both sets; in a place of another kind, and for the category above, the usual ones."""
    moved = [row for row in rows("competence.csv") if row["place_kind"]]
    assert {row["place_kind"] for row in moved} >= {"industrial", "bus_stop"}
    parents = {row["code"]: row["parent"] for row in rows("categories.csv") if row["parent"]}
    below = [row for row in rows("competence.csv") if row["category"] in parents]
    assert len(below) >= 2 * len(parents) > 0
    for row in (*moved, *below):
        name = row["code"][:4]
        known = index.territory().named(name)
        assert known is not None
        unit = known.wards[0]
        place = AreaRefs(
            name,
            unit.code,
            unit.parent_code if name == "2019" else "",
            True,
            place_kinds=frozenset({row["place_kind"]} - {""}),
        )
        on = OLD if name == "2019" else NEW

        def ask(code: str, where: AreaRefs, on: dt.date = on) -> str:
            found = suggest_agency(category=Category.objects.get(code=code), group=None, place=where, on=on)
            assert found.agency is not None
            assert found.certain
            return found.agency.code

        assert ask(row["category"], place) == row["agency"], row
        if row["place_kind"]:
            assert ask(row["category"], replace(place, place_kinds=frozenset({"school"}))) != row["agency"]
        else:
            assert ask(parents[row["category"]], place) != row["agency"]


def test_the_91_communes_of_2019_have_an_agency_of_today(province: None) -> None:
    """A place of the old set, asked today: the new ward of that very point, whatever its code once meant."""
    for row in rows("agencies.csv"):
        if row["kind"] != "commune" or row["area_set"] != "2019":
            continue
        lon, lat = point_of("2019", row["area_code"]) or (0.0, 0.0)
        fields = place_fields(resolve("", on=NEW, point=(lon, lat)), on=NEW)
        place = area_refs(fields)
        today = index.territory().named("2025")
        assert today is not None
        if today.approximate and not fields["ward_code"]:
            # Between two starter cells of today.
            continue
        found = suggest_agency(category=Category.objects.get(code="noise"), group=3, place=place, on=NEW)
        assert found.agency is not None, row
        assert (found.agency.area_set, found.agency.area_code) == ("2025", fields["ward_code"])
