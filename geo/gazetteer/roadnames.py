"""Street names as they are looked up: without "đường", and numbered roads under every spelling of theirs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from geo.folding import fold, fold_name
from geo.language import table

# These say only "street"; other labels ("đại lộ", "hẻm", "xa lộ") belong to the name.
PLAIN_LABELS = ("duong", "pho")
_NUMBER = re.compile(r"0*(\d{1,4})\s*([a-z]?)")
_DATE = re.compile(r"(\d{1,2}) (?:thang )?(\d{1,2})")


@dataclass(frozen=True, slots=True)
class RoadNumber:
    """The number of a road: sign "QL", number "13", "1k", "743a"."""

    key: str
    sign: str
    number: str

    @property
    def name(self) -> str:
        """As it stands on the sign: QL13, ĐT743A."""
        return f"{self.sign}{self.number.upper()}"

    @property
    def code(self) -> str:
        """As it is compared: ql13."""
        return f"{self.key}{self.number}"


def road_number(text: str) -> RoadNumber | None:
    """The numbered road a whole text names ("Quốc lộ 13", "ĐT.743", "đường ĐX 006"), or None."""
    words = fold_name(text)
    for label in PLAIN_LABELS:
        rest = words.removeprefix(f"{label} ")
        for spelling, key, sign in _spellings():
            for candidate in (words, rest):
                if candidate.startswith(spelling):
                    found = _NUMBER.fullmatch(candidate[len(spelling) :].strip())
                    if found is not None:
                        return RoadNumber(key, sign, found[1] + found[2])
    return None


def road_numbers(ref: str) -> list[RoadNumber]:
    """All numbered roads of an OSM `ref` ("QL13;ĐT743"), each once; a bare number says nothing of its road."""
    found = [road_number(part) for part in re.split(r"[;,/]", ref)]
    return list({one.code: one for one in found if one is not None}.values())


def spellings_of(road: RoadNumber) -> list[tuple[str, ...]]:
    """Every way the road is written, as folded words, with and without the zeros of "ĐX006"."""
    numbers = dict.fromkeys([road.number, road.number.zfill(2), road.number.zfill(3)])
    return [
        (road.code,),
        *(
            (*spelling.split(), number)
            for spelling, key, _sign in _spellings()
            if key == road.key
            for number in numbers
        ),
    ]


def bare_street(words: Sequence[str]) -> tuple[str, ...]:
    """A street's folded words without a label that says only "street"; never nothing."""
    start = 1 if len(words) > 1 and words[0] in PLAIN_LABELS else 0
    return tuple(words[start:])


def street_spellings(names: Iterable[str]) -> list[tuple[str, ...]]:
    """The word rows under which a street is found, the main one first."""
    rows: dict[tuple[str, ...], None] = {}
    for name in names:
        words = bare_street(fold_name(name).split())
        if not words:
            continue
        rows[words] = None
        date = _DATE.fullmatch(" ".join(words))
        if date is not None:
            # A street named after a day is written "30 tháng 4", "30/4", "30-4".
            rows[(date[1], "thang", date[2])] = None
            rows[(date[1], date[2])] = None
    return list(rows)


@cache
def _spellings() -> tuple[tuple[str, str, str], ...]:
    """(folded spelling, key, sign), longer spellings first."""
    found = {
        (fold(words), road["key"], road["sign"]) for road in table("numbered_roads")["road"] for words in road["words"]
    }
    return tuple(sorted(found, key=lambda one: (-len(one[0]), one)))
