"""What the shipped files hold: the agencies of the plan, three groups, a rule for every category on every date."""

from __future__ import annotations

import csv
import datetime as dt
import re

import pytest

from geo.folding import fold_name
from incidents.dispatching.models import CompetenceRule, Target
from incidents.records.models import Category
from incidents.reference.kinds import KINDS
from incidents.reference.loading import FIXTURES, load
from incidents.triage.models import Keyword
from opscenter.accounts.models import Agency, ContactPoint, HandlingUnit
from tests.harness.remembering import Remembering

THEN, NOW = dt.date(2019, 11, 24), dt.date(2025, 7, 1)
LAST_DAY = dt.date(2025, 6, 30)


@pytest.fixture
def loaded(db: None, made_once: Remembering) -> None:
    made_once("reference", load)


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_names_its_source_and_date(kind):
    comments = [line for line in (FIXTURES / kind.file).read_text().splitlines() if line.startswith("#")]
    assert any(line.startswith("# Source: ") for line in comments)
    assert any(re.match(r"# Date: \d{4}-\d{2}-\d{2}", line) for line in comments)


@pytest.mark.usefixtures("loaded")
class TestAgencies:
    @pytest.mark.parametrize(("on", "districts", "communes"), [(THEN, 9, 91), (LAST_DAY, 9, 91), (NOW, 0, 36)])
    def test_the_committees_of_each_date(self, on, districts, communes):
        agencies = Agency.objects.in_force(on)
        assert agencies.filter(kind="district").count() == districts
        assert agencies.filter(kind="commune").count() == communes

    def test_the_committees_are_those_of_the_area_sets(self):
        for name in ("2019", "2025"):
            with (FIXTURES / "areas" / f"units_{name}.csv").open() as file:
                units = list(csv.DictReader(line for line in file if not line.startswith("#")))
            wards = {row["code"] for row in units if row["level"] == "ward"}
            assert (
                set(Agency.objects.filter(kind="commune", area_set=name).values_list("area_code", flat=True)) == wards
            )

    def test_a_commune_of_2019_belongs_to_its_district(self):
        with (FIXTURES / "areas" / "units_2019.csv").open() as file:
            units = {row["code"]: row for row in csv.DictReader(line for line in file if not line.startswith("#"))}
        for agency in Agency.objects.filter(kind="commune", area_set="2019").select_related("parent"):
            assert agency.parent is not None
            assert agency.parent.area_code == units[agency.area_code]["parent_code"]

    @pytest.mark.parametrize("on", [THEN, NOW])
    @pytest.mark.parametrize("kind", ["police", "fire", "ambulance", "hotline", "province"])
    def test_one_of_each_on_every_date(self, on, kind):
        assert Agency.objects.in_force(on).filter(kind=kind).count() == 1

    def test_the_departments_of_2019_end_and_the_citys_are_samples(self):
        ended = Agency.objects.filter(kind__in=["department", "board"], valid_until=NOW)
        assert ended.count() >= 20
        assert not ended.filter(is_sample=True).exists()
        new = Agency.objects.filter(valid_from=NOW)
        assert new.filter(kind="department").count() >= 10
        assert not new.filter(is_sample=False).exists()

    def test_contact_points_reach_nobody_outside(self):
        addresses = ContactPoint.objects.values_list("kind", "address")
        assert addresses
        assert all(kind == "email" and address.endswith(".example") for kind, address in addresses)

    def test_who_has_people_in_the_street_has_handling_units(self):
        for kind in ("police", "fire", "ambulance", "district", "commune", "utility"):
            assert not Agency.objects.filter(kind=kind, handling_units=None).exists(), kind
        assert HandlingUnit.objects.count() > 400


@pytest.mark.usefixtures("loaded")
class TestCategories:
    def test_three_groups_in_both_languages(self):
        assert set(Category.objects.values_list("group", flat=True)) == {1, 2, 3}
        assert Category.objects.count() >= 45
        for row in Category.objects.all():
            assert row.name
            assert row.name_en
            assert row.description
            assert row.description_en

    def test_complaints_about_officials_are_marked(self):
        marked = set(Category.objects.filter(is_complaint=True).values_list("code", flat=True))
        assert marked == {"complaint-delay", "complaint-harassment", "complaint-conduct"}

    def test_emergencies_come_first(self):
        assert set(Category.objects.filter(priority=1).values_list("group", flat=True)) == {2}


@pytest.mark.usefixtures("loaded")
class TestKeywords:
    def test_many_phrases_and_some_for_every_category(self):
        assert Keyword.objects.count() >= 400
        assert not Category.objects.filter(keywords=None).exists()

    def test_one_phrase_speaks_for_one_category(self):
        seen: dict[str, str] = {}
        for phrase, code in Keyword.objects.values_list("phrase", "category__code"):
            folded = fold_name(phrase)
            assert seen.setdefault(folded, code) == code, phrase
            # Without marks one word may be many: a phrase of one word needs a shape of its own. "cháy" stays, because a
            # missed fire is worse than a doubt, and triage takes "chay" for a doubt only.
            assert " " in folded or folded not in {"cong", "cay", "den", "nga", "on", "be", "cho", "rac"}, phrase


@pytest.mark.usefixtures("loaded")
class TestCompetence:
    @pytest.mark.parametrize("on", [THEN, LAST_DAY, NOW])
    def test_every_category_and_group_has_one_rule_for_everywhere(self, on):
        rules = CompetenceRule.objects.in_force(on).filter(area_code="", road_owner="", place_kind="")
        for category in Category.objects.all():
            assert rules.filter(category=category).count() == 1, category.code
        for group in (1, 2, 3):
            assert rules.filter(group=group).count() == 1

    @pytest.mark.parametrize("on", [THEN, LAST_DAY, NOW])
    def test_rules_name_agencies_that_exist_on_their_dates(self, on):
        for rule in CompetenceRule.objects.in_force(on).select_related("agency"):
            assert rule.agency is None or rule.agency.is_in_force(on), rule.code
            assert rule.legal_basis
            assert rule.is_sample

    def test_there_are_no_districts_any_more(self):
        assert not CompetenceRule.objects.in_force(NOW).filter(target=Target.DISTRICT_COMMITTEE).exists()

    def test_complaints_about_officials_stay_away_from_the_commune(self):
        for rule in CompetenceRule.objects.filter(category__is_complaint=True):
            assert rule.target == Target.AGENCY
            assert rule.agency is not None
            assert rule.agency.kind not in {"commune", "district"}

    @pytest.mark.parametrize(("code", "kind"), [("police-", "police"), ("fire-", "fire"), ("ambulance-", "ambulance")])
    @pytest.mark.parametrize("on", [THEN, NOW])
    def test_emergencies_go_to_113_114_115(self, code, kind, on):
        rules = CompetenceRule.objects.in_force(on).filter(category__code__startswith=code)
        assert {rule.agency.kind for rule in rules if rule.agency} == {kind}
