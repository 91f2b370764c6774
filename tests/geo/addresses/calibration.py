"""How well confidence keeps its word: of the answers given with about 0.9, are about nine in ten right?

`python -m tests.geo.addresses.calibration` prints tables for hurried addresses, by evidence and by step of confidence:
for the set that the figures of geo/confidence.py are fitted on, and for one of another seed that nothing was fitted on.
Then the same for streets, places, crossings, kilometres and positions in an invented province (`placed`), which the
figures of geo/steps/spots.py and geo/weighing/position.py are held against.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.resolution import Resolution
    from tests.geo.addresses.cases import Case
    from tests.geo.addresses.placed import Placed

FITTED, HELD_OUT = 5179, 2019
STEPS = (0.65, 0.75, 0.85, 0.9, 0.95, 0.98, 1.01)


@dataclass(frozen=True, slots=True)
class Step:
    """The answers given with a confidence in [low, high): how many, what was promised and what was right, in shares."""

    low: float
    high: float
    count: int
    promised: float
    right: float


def reliability(answers: Iterable[tuple[float, bool]], steps: tuple[float, ...] = STEPS) -> list[Step]:
    """Answers (confidence, right) by step of confidence; steps without answers are left out."""
    held = list(answers)
    found = []
    for low, high in pairwise(steps):
        own = [(confidence, right) for confidence, right in held if low <= confidence < high]
        if own:
            promised = sum(confidence for confidence, _right in own) / len(own)
            found.append(Step(low, high, len(own), promised, sum(right for _confidence, right in own) / len(own)))
    return found


def calibration_error(steps: Iterable[Step]) -> float:
    """The mean distance between what was promised and what was right, each step by its answers (ECE)."""
    held = list(steps)
    total = sum(step.count for step in held)
    return sum(step.count * abs(step.promised - step.right) for step in held) / total if total else 0.0


def answered(cases: Iterable[Case], resolve: Callable[[Case], Resolution]) -> list[tuple[float, bool]]:
    """(confidence, whether it was right) of the cases answered with a ward."""
    answers = ((case, resolve(case).answer) for case in cases)
    return [(one.confidence, one.ward.code == case.ward) for case, one in answers if one is not None and one.ward]


def by_evidence(cases: Iterable[Case]) -> Mapping[tuple[str, str], list[tuple[float, bool]]]:
    """(confidence, whether it was right) of the likeliest ward, answered or not, by its evidence and whether a district
    agrees; names written as they are and meant alone, for that is what the figures are for."""
    from geo.areas import names_date, set_index_on
    from geo.gazetteer.index import gazetteer
    from geo.index import territory
    from geo.weighing.naming import confidence_of, guesses_in
    from geo.weighing.reading import Read, read_texts

    found: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
    for case in cases:
        index = set_index_on(case.on, pinned=False)
        assert index is not None
        empty = Read(territory(), index, gazetteer(), names_date(case.on, pinned=False))
        read = read_texts(empty, case.text, "", None, 0)
        guesses = guesses_in(read, case.on)
        if guesses and guesses[0].share >= 0.9 and not guesses[0].mention.is_misspelt and not guesses[0].mention.beside:
            first = guesses[0]
            agrees = {None: "no district", True: "agrees", False: "contradicts"}[first.agrees]
            right = first.ground.unit.code == case.ward
            found[first.mention.evidence, agrees].append((confidence_of(read, first), right))
    return found


_SPOTS = (
    "crossing", "house_known", "house_parent", "house_between", "house_beyond", "km_post", "km_between", "km_beyond",
    "between", "alias", "place_known", "place_alike", "street_known",
)  # fmt: skip


def decided_by(resolution: Resolution) -> str:
    """What an answer rests on: a kind of spot, a position and what the words add to it, or names of units alone."""
    codes = {reason.code for reason in resolution.reasons}
    if codes & {"point_given", "point_in_text", "point_vague"}:
        added = {"place_narrows": "thing", "place_agrees": "thing", "words_agree": "ward", "words_settle": "ward"}
        kind = next((f"position and {name}" for code, name in added.items() if code in codes), "position")
    else:
        kind = next((code for code in _SPOTS if code in codes), "names of units")
    border = resolution.answer is not None and bool(resolution.answer.near)
    return f"{kind}, over a border" if border else kind


def of_placed(cases: Iterable[Placed]) -> Mapping[str, list[tuple[float, bool]]]:
    """(confidence, whether it was right) of the placed cases answered with a ward, by what decided."""
    from geo.resolver import resolve

    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for one in cases:
        case = one.case
        resolution = resolve(case.text, on=case.on, point=one.point, accuracy_m=one.accuracy_m, pinned=False)
        answer = resolution.answer
        if answer is not None and answer.ward is not None:
            found[decided_by(resolution)].append((answer.confidence, answer.ward.code == case.ward))
    return found


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opscenter.settings")
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("OPSCENTER_DATABASE_URL", f"spatialite://{folder}/calibration.sqlite3")
        os.environ.setdefault("OPSCENTER_MODE", "development")
        import django

        django.setup()
        from geo import resolver
        from geo.index import territory
        from geo.models import AreaLineage
        from geo.resolver import resolve
        from tests.bench import province
        from tests.bench.addresses import areas
        from tests.geo.addresses.generated import Lists
        from tests.geo.addresses.hurried import hurried
        from tests.geo.addresses.placed import placed

        areas()
        lists = Lists({(row.old_code, row.new_code): row.share_of_old for row in AreaLineage.objects.all()})
        for title, seed in (("fitted on", FITTED), ("held out", HELD_OUT)):
            cases = hurried(lists, seed)
            answers = answered(cases, lambda case: resolve(case.text, on=case.on, pinned=False))
            wrong = sum(not right for _confidence, right in answers)
            print(f"\n{title}: {len(cases)} addresses, {len(answers)} answered with a ward, {wrong} of them wrong")
            for (name, agrees), own in sorted(by_evidence(cases).items(), key=lambda one: -len(one[1])):
                print(f"  {name:10} {agrees:12} {len(own):5}  {_percent(own, 0)} promised  {_percent(own, 1)} right")
            _print_steps(answers)
        known = province.generate(20_000, 4_000)
        whole = province.gazetteer_of(known)
        resolver.gazetteer = lambda: whole
        index = territory().named("2019")
        assert index is not None
        cases_placed = placed(known, index, HELD_OUT, 300)
        kinds = of_placed(cases_placed)
        everything = [one for own in kinds.values() for one in own]
        print(f"\nplaced: {len(cases_placed)} reports, {len(everything)} answered with a ward")
        for kind, own in sorted(kinds.items()):
            print(f"  {kind:33} {len(own):5}  {_percent(own, 0)} promised  {_percent(own, 1)} right")
        _print_steps(everything)


def _print_steps(answers: Iterable[tuple[float, bool]]) -> None:
    steps = reliability(answers)
    for step in steps:
        shares = f"{step.promised:6.1%} promised  {step.right:6.1%} right"
        print(f"  {step.low:.2f} to {min(step.high, 1.0):.2f} {step.count:17}  {shares}")
    print(f"  calibration error {calibration_error(steps):.3f}")


def _percent(own: list[tuple[float, bool]], at: int) -> str:
    return f"{sum(one[at] for one in own) / len(own):6.1%}"


if __name__ == "__main__":
    main()
