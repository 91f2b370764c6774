"""How often addresses are read rightly: every unit, name and form, with slips; and addresses written by hand.

Names decide here, not borders, so the starter cells do. The floors are those the product has to reach; what is
measured lies above them and stands in the table of `make bench`.
"""

from __future__ import annotations

import io
import json
import math
import sys
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from geo.importing.known_sets import load_starter_areas
from geo.index import look_again, territory
from geo.language import table
from geo.models import AreaLineage, AreaSet
from geo.resolver import resolve
from tests.bench import province
from tests.geo.addresses.calibration import HELD_OUT, answered, calibration_error, of_placed, reliability
from tests.geo.addresses.cases import NEW, OLD, Case, Tally, codes, tallies, written
from tests.geo.addresses.generated import Lists, generated, well_formed, with_slips
from tests.geo.addresses.hurried import hurried
from tests.geo.addresses.landmarks import landmarks
from tests.geo.addresses.placed import placed
from tests.geo.addresses.spotted import spotted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unpinned")]


def test_how_often_addresses_are_read_rightly(monkeypatch: pytest.MonkeyPatch) -> None:
    load_starter_areas()
    look_again()
    shares = {(row.old_code, row.new_code): row.share_of_old for row in AreaLineage.objects.all()}
    # Where old units lie now is told by real borders only (test_real_borders).
    cases = [case for case in generated(Lists(shares), each=1) if case.kind != "old names, new set"]
    found = _tallied(cases)
    clean = _sum(found, [kind for kind in found if well_formed(kind)])
    assert (clean.ward_share, clean.district_share) >= (0.97, 0.99), clean.missed
    assert clean.ward_wrong_share <= 0.015, clean.missed
    slips = _sum(found, [kind for kind in found if with_slips(kind)])
    assert slips.ward_share >= clean.ward_share - 0.03, slips.missed
    assert slips.ward_wrong_share <= 0.02, slips.missed
    everything = _sum(found, list(found))
    assert everything.ward_share >= 0.93, everything.missed
    assert everything.ward_wrong_share <= 0.02, everything.missed
    for kind, tally in found.items():
        # No class may be far behind the others.
        assert tally.ward_share >= 0.9, (kind, tally.missed)
        assert tally.ward_wrong_share <= 0.03, (kind, tally.missed)
    by_hand = _sum(_tallied(written()), None)
    assert by_hand.ward_share >= 0.97, by_hand.missed
    assert by_hand.district_share >= 0.97, by_hand.missed
    assert by_hand.ward_wrong_share <= 0.015, by_hand.missed
    _confidence_keeps_its_word([*cases, *written()])
    _confidence_is_calibrated(hurried(Lists(shares), HELD_OUT, each=6))
    _landmarks_say_their_ward()
    _spots_say_their_ward(monkeypatch)


def _spots_say_their_ward(monkeypatch: pytest.MonkeyPatch) -> None:
    """Crossings, kilometres, alleys, things beside and positions, in an invented province of streets and places."""
    known = province.generate(4_000, 800)
    whole = province.gazetteer_of(known)
    monkeypatch.setattr("geo.resolver.gazetteer", lambda: whole)
    index = territory().named("2019")
    assert index is not None
    for kind, tally in _tallied(spotted(known, index, each=25)).items():
        assert tally.count == 25, kind
        assert tally.ward_wrong_share <= 0.04, (kind, tally.missed)
        # In starter cells something beside a place, alone, is left to a person.
        if kind not in {"spot: beside a place", "spot: so far from a place", "spot: between two places"}:
            assert tally.ward_share >= 0.92, (kind, tally.missed)
    # Of what is named less plainly at least the share is right that is promised, whatever decided.
    for kind, answers in of_placed(placed(known, index, HELD_OUT, each=25)).items():
        promised = sum(confidence for confidence, _right in answers)
        chance = math.sqrt(sum(confidence * (1 - confidence) for confidence, _right in answers))
        assert sum(right for _confidence, right in answers) >= promised - 2 * chance, (kind, answers)


def _tallied(cases: list[Case]) -> Mapping[str, Tally]:
    return tallies(cases, (codes(resolve(case.text, on=case.on)) for case in cases))


def _sum(found: Mapping[str, Tally], kinds: Iterable[str] | None) -> Tally:
    return reduce(add, (found[kind] for kind in kinds or found), Tally())


def _confidence_keeps_its_word(cases: Iterable[Case]) -> None:
    """Of the answers given with about a confidence at least that share is right, within what chance allows so many."""
    steps: dict[int, list[tuple[float, bool]]] = {}
    for case in cases:
        answer = resolve(case.text, on=case.on).answer
        if answer is not None and answer.ward is not None:
            steps.setdefault(int(answer.confidence * 20), []).append((answer.confidence, answer.ward.code == case.ward))
    for answers in steps.values():
        promised = sum(confidence for confidence, _right in answers)
        chance = math.sqrt(sum(confidence * (1 - confidence) for confidence, _right in answers))
        assert sum(right for _confidence, right in answers) >= promised - 2 * chance, (promised, len(answers))


def _confidence_is_calibrated(cases: list[Case]) -> None:
    """On addresses that nothing was fitted on: what is promised and what is right differ by little, both ways."""
    answers = answered(cases, lambda case: resolve(case.text, on=case.on))
    assert len(answers) >= 0.8 * len(cases)
    steps = reliability(answers)
    assert calibration_error(steps) <= 0.05, steps
    for step in steps:
        chance = 2 * math.sqrt(step.promised * (1 - step.promised) / step.count)
        assert step.promised - chance - 0.05 <= step.right <= step.promised + chance + 0.1, step


# What is expected of a landmark mistyped once. A letter less, or another one, often makes another word, and with it
# perhaps another place: then a person is asked.
LANDMARK_SLIPS = {
    "two letters exchanged": 0.95,
    "a letter twice": 0.92,
    "words in one": 0.95,
    "a key beside": 0.75,
    "a letter missing": 0.65,
}


def _landmarks_say_their_ward() -> None:
    whole = territory().named("2019")
    assert whole is not None
    listed = [code for landmark in table("landmarks")["landmark"] for code in landmark["wards"]]
    assert set(listed) <= {ward.code for ward in whole.wards}
    for words, ward, district in (
        ("gần chợ Búng", "25963", "725"),
        ("cho thu dau mot", "25747", "718"),
        ("trước KTX khu B", "25957", "724"),
        # On a border: the district is what they share.
        ("Ngã 4 550", "", "724"),
        ("cổng sau KCN Sóng Thần 1", "", "724"),
        # A hamlet says its ward, and "chợ Định Hòa" is not "chợ Đình".
        ("Khu phố Nội Hóa 1, Dĩ An", "25951", "724"),
        ("KP. Hòa Lân 2, Thuận An", "25972", "725"),
        ("chợ Định Hòa, TDM", "25759", "718"),
        ("KCN Sóng Thần II", "25942", "724"),
        # A hamlet named like a province is in ours; a name nearly so is none of another district.
        ("KP. Bình Phước A, Bình Chuẩn", "25969", "725"),
        ("xã Tân Thới, huyện Thuận An", "", "725"),
        # By a unit is not in it; a postcode is no house number; "quân" is no quận.
        ("giáp phường Bình Hòa", "", ""),
        ("sau UBND phường Bình Hòa", "25987", "725"),
        ("75000 Phú Cường, Thủ Dầu Một", "25747", "718"),
        ("bệnh viện Quân đoàn 4", "25942", "724"),
        # A ward that is named goes before, and so does a district.
        ("gần chợ Búng, phường Hưng Định", "25978", "725"),
        ("chợ Búng, thị xã Dĩ An", "", ""),
    ):
        assert codes(resolve(words, on=OLD)) == (ward, district), words
    for kind, tally in _tallied(landmarks(whole)).items():
        # Listed ones say their ward, through a slip too; what nobody knows is not guessed.
        slips = LANDMARK_SLIPS.get(kind.removeprefix("landmark: "))
        assert tally.ward_share >= (slips or 0.97), (kind, tally.missed)
        assert tally.ward_wrong_share <= (0.01 if slips else 0.0), (kind, tally.missed)
    # The city of 2025 has a Thạnh An of its own; ours is Thanh An, and without marks nobody can tell.
    for words, outcome, ward in (
        ("xã Thạnh An, TP.HCM", "outside", ""),
        ("xã Thanh An, TP.HCM", "area", "25807"),
        ("xa thanh an, tphcm", "ambiguous", ""),
        ("xã Thanh An, Dầu Tiếng", "area", "25807"),
    ):
        named = resolve(words, on=NEW)
        assert (named.outcome, codes(named)[0]) == (outcome, ward), words
    assert resolve("xã Thạnh An, TP.HCM", on=OLD).outcome == "outside"
    merged = resolve("gần chợ Búng", on=NEW)
    assert merged.candidates
    assert all(candidate.ward is None or candidate.ward.set_name == "2025" for candidate in merged.candidates)


def _run(monkeypatch: pytest.MonkeyPatch, given: bytes, *options: str) -> list[dict[str, object]]:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(given)))
    out = io.StringIO()
    call_command("resolve_addresses", *options, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_command_answers_line_by_line(old_set: AreaSet, monkeypatch: pytest.MonkeyPatch) -> None:
    given = "\ufeffP. Phú Hòa, TDM\r\n\nTân Bình\n".encode() + b"ph\xff \xfa P. Ph\xc3\xba H\xc3\xb2a\n" + b"x" * 10_000
    first, empty, two, broken, long = _run(monkeypatch, given, "--on", "2019-12-01")
    assert first["text"] == "P. Phú Hòa, TDM"
    answer = first["answer"]
    assert isinstance(answer, dict)
    keys = ["ward_code", "district_code", "kind", "name", "lat", "lon", "radius_m", "confidence"]
    assert [answer[key] for key in keys[:4]] == ["101", "11", "ward", "Phường Phú Hòa"]
    assert all(isinstance(answer[key], float) for key in keys[4:])
    assert first["needs_person"] is False
    assert (empty["text"], empty["answer"], empty["needs_person"]) == ("", None, True)
    assert (two["answer"], len(two["candidates"])) == (None, 2)  # type: ignore[arg-type]
    assert {"text_broken", "ward_named"} <= {reason["code"] for reason in broken["reasons"]}  # type: ignore[attr-defined]
    assert (long["answer"], len(str(long["text"]))) == (None, 10_000)


def test_a_date_asked_for_goes_before_the_pinned_set(
    both_sets: tuple[AreaSet, AreaSet], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.AREA_SET = "2019"
    (old,), (new,) = (
        _run(monkeypatch, "phường Phú Lợi\n".encode(), *options) for options in ([], ["--on", "2026-01-01"])
    )
    assert [old["set"], new["set"]] == ["2019", "2025"]


def test_the_command_without_areas(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="no areas are loaded for 2019-12-01"):
        _run(monkeypatch, b"a\n", "--on", "2019-12-01")
