"""Makes the reports of a day out of a scenario: the same seed gives the same day. Pure: no database, no clock."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from geo.folding import fold
from incidents.exercises.scenario import Scenario, Topic, Ward, minutes_of

T = TypeVar("T")


class Fate(StrEnum):
    """How far staff take it: each state is to be seen on the board when the day is over."""

    LEFT = "left"  # nobody has looked yet
    SENT = "sent"
    SEEN = "seen"
    ACCEPTED = "accepted"
    WORKING = "working"
    RETURNED = "returned"
    RESULT = "result"
    REJECTED = "rejected"  # the hotline sent the result back
    CLOSED = "closed"
    REOPENED = "reopened"
    ANSWERED = "answered"  # at once, by the call-taker
    CANCELLED = "cancelled"


class Kind(StrEnum):
    REPORT = "report"
    UNKNOWN = "unknown"
    OUTSIDE = "outside"
    JOKE = "joke"


@dataclass(frozen=True, slots=True)
class Planned:
    """One report of the day. `at` is its share of the day, 0 to 1.

    `spot` are two numbers from 0 to 1: which point of the ward, decided by whoever knows its borders. `point` is
    (lon, lat) where the scenario itself gives one.
    """

    number: int
    at: float
    door: str
    kind: Kind
    words: str
    category: str
    ward: str
    spot: tuple[float, float]
    point: tuple[float, float] | None
    has_pin: bool
    has_photo: bool
    says_category: bool
    phone: str
    name: str
    email: str
    fate: Fate
    repeats: int | None = None


# Never a family name: nobody is meant.
_NAMES = ("Chị Hai", "Anh Ba", "Cô Tư", "Chú Năm", "Bác Sáu", "Anh Bảy", "Chị Tám", "Cô Chín", "Em Út", "Chú Mười")
_ABBREVIATIONS = {
    "không": "ko",
    "đường": "đg",
    "phường": "p",
    "quá": "wá",
    "rồi": "r",
    "người": "ng",
    "chính quyền": "cq",
    "trước": "trc",
    "giùm": "dùm",
}
# So many reports open the day, within this share of it.
OPENING, OPENING_SHARE = 24, 0.05
_AGAIN = ("Sao phản ánh hoài không thấy ai làm: ", "Tôi cũng báo như người trước: ", "Báo lại lần nữa nè, ")

_FIELD: Mapping[Fate, int] = {
    Fate.LEFT: 12,
    Fate.SENT: 12,
    Fate.SEEN: 8,
    Fate.ACCEPTED: 11,
    Fate.WORKING: 14,
    Fate.RETURNED: 4,
    Fate.RESULT: 11,
    Fate.REJECTED: 3,
    Fate.CLOSED: 23,
    Fate.REOPENED: 2,
}
_EMERGENCY: Mapping[Fate, int] = {Fate.SENT: 1, Fate.ACCEPTED: 2, Fate.WORKING: 4, Fate.RESULT: 2, Fate.CLOSED: 7}
_GUIDANCE: Mapping[Fate, int] = {Fate.ANSWERED: 8, Fate.LEFT: 1, Fate.SENT: 1}
_COMPLAINT: Mapping[Fate, int] = {Fate.SENT: 3, Fate.LEFT: 1}
_EMERGENCIES = ("fire-", "police-", "ambulance-", "rescue", "gas-")


def compose(scenario: Scenario, seed: int, reports: int | None = None) -> list[Planned]:
    """The reports of the day in their order. `reports` replaces the scenario's number, waves and oddities included."""
    random_ = random.Random(seed)
    total = reports or scenario.day.reports
    share = total / scenario.day.reports
    planned: list[Planned] = []
    for surge in scenario.surge:
        wards = [ward for ward in scenario.ward if ward.code in surge.wards]
        begins, ends = _share_of_day(scenario, surge.begins), _share_of_day(scenario, surge.ends)
        for _each in range(max(1, round(surge.reports * share))):
            # Most come soon after it began.
            at = begins + (ends - begins) * min(1.0, random_.betavariate(2, 4))
            planned.append(_about(scenario, random_, at, surge.category, surge.words, _weighted(random_, wards)))
    for kind, odd in ((Kind.UNKNOWN, scenario.unknown), (Kind.OUTSIDE, scenario.outside), (Kind.JOKE, scenario.joke)):
        for one in odd:
            blank = _about(scenario, random_, random_.random(), "", [one.words], None)
            fate = {Kind.JOKE: Fate.CANCELLED, Kind.OUTSIDE: Fate.ANSWERED}.get(kind, Fate.LEFT)
            planned.append(replace(blank, kind=kind, point=one.point, has_pin=one.point is not None, fate=fate))
    while len(planned) < total:
        at = _moment(random_)
        topic = _topic(random_, scenario, at)
        ward = _weighted(random_, scenario.ward)
        planned.append(_about(scenario, random_, at, topic.category, topic.words, ward))
    planned = sorted(planned[:total], key=lambda one: one.at)
    # The first ones come at once: nobody looks at an empty map.
    planned = [
        replace(one, at=min(one.at, OPENING_SHARE * number / OPENING)) if number < OPENING else one
        for number, one in enumerate(planned)
    ]
    return _with_repeats(scenario, random_, planned)


def _moment(random_: random.Random) -> float:
    """Mornings and early evenings are busier."""
    peak = random_.random()
    if peak < 0.3:
        return min(0.999, max(0.0, random_.gauss(0.15, 0.08)))
    if peak < 0.55:
        return min(0.999, max(0.0, random_.gauss(0.75, 0.1)))
    return random_.random()


def _share_of_day(scenario: Scenario, clock: str) -> float:
    begins, ends = minutes_of(scenario.day.begins), minutes_of(scenario.day.ends)
    return (minutes_of(clock) - begins) / (ends - begins)


def _topic(random_: random.Random, scenario: Scenario, at: float) -> Topic:
    begins, ends = minutes_of(scenario.day.begins), minutes_of(scenario.day.ends)
    hour = (begins + at * (ends - begins)) / 60

    def weight(topic: Topic) -> int:
        busy = topic.hours is not None and topic.hours[0] <= hour < topic.hours[1]
        return topic.weight * (3 if busy else 1)

    return random_.choices(scenario.topic, [weight(topic) for topic in scenario.topic])[0]


def _weighted(random_: random.Random, wards: Sequence[Ward]) -> Ward:
    return random_.choices(wards, [ward.weight for ward in wards])[0]


def _pick(random_: random.Random, shares: Mapping[T, int]) -> T:
    return random_.choices(list(shares), list(shares.values()))[0]


def _about(
    scenario: Scenario, random_: random.Random, at: float, category: str, words: Sequence[str], ward: Ward | None
) -> Planned:
    day = scenario.day
    number = random_.randint(1, 999)
    text = random_.choice(words)
    if ward is not None:
        text = _placed(random_, text, scenario, ward)
    door = _pick(random_, day.doors)
    is_emergency = category.startswith(_EMERGENCIES)
    # Whoever needs help rings up.
    if is_emergency and random_.random() < 0.7:
        door = "phone"
    return Planned(
        number=0,
        at=at,
        door=door,
        kind=Kind.REPORT,
        # A call-taker types properly.
        words=text if door == "phone" else _typed(random_, text, _pick(random_, day.typing)),
        category=category,
        ward=ward.code if ward else "",
        spot=(random_.random(), random_.random()),
        point=None,
        has_pin=ward is not None and random_.random() * 100 < day.pin,
        has_photo=random_.random() * 100 < day.photo,
        says_category=random_.random() < 0.35,
        # 0900 000 001 to 999: recognisably nobody's.
        phone=f"0900000{number:03d}" if random_.random() * 100 < day.phone else "",
        name=random_.choice(_NAMES) if random_.random() < 0.6 else "",
        email=f"nguoidan{number:03d}@dan.example" if random_.random() * 100 < day.email else "",
        fate=_pick(random_, _fates(category)),
    )


def _fates(category: str) -> Mapping[Fate, int]:
    if category.startswith(_EMERGENCIES):
        return _EMERGENCY
    if category.startswith("guidance-"):
        return _GUIDANCE
    return _COMPLAINT if category.startswith(("complaint-", "rules-")) else _FIELD


def _placed(random_: random.Random, text: str, scenario: Scenario, ward: Ward) -> str:
    shapes = [where.text for where in scenario.where if ward.marks or "{mark}" not in where.text]
    parts = {
        "street": random_.choice(ward.streets),
        "mark": random_.choice(ward.marks) if ward.marks else "",
        "ward": ward.name,
        "ward_short": ward.short,
        "town": ward.town,
        "number": str(random_.randint(2, 480)),
        "quarter": str(random_.randint(1, 9)),
    }
    return text.format(where=random_.choice(shapes).format(**parts), **parts)


def _typed(random_: random.Random, text: str, how: str) -> str:
    """As typed on a phone: `full` with all marks, `bare` without any, `hasty` with short forms and a slip."""
    if how == "bare":
        return fold(text)
    if how == "hasty":
        for long, short in _ABBREVIATIONS.items():
            if random_.random() < 0.6:
                text = re.sub(rf"\b{long}\b", short, text)
        words = text.split(" ")
        long_ones = [at for at, word in enumerate(words) if len(word) > 3 and word.isalpha() and word.islower()]
        if long_ones:
            at = random_.choice(long_ones)
            cut = random_.randint(1, len(words[at]) - 2)
            word = words[at]
            words[at] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
        return " ".join(words)
    return text


def _with_repeats(scenario: Scenario, random_: random.Random, planned: list[Planned]) -> list[Planned]:
    """Numbers them; some tell again what stands a little earlier in the day, at nearly the same spot."""
    result: list[Planned] = []
    for number, one in enumerate(planned, 1):
        earlier = [other for other in result[-40:] if other.ward and other.repeats is None]
        if one.ward and earlier and random_.random() * 100 < scenario.day.repeated:
            first = random_.choice(earlier)
            u, v = first.spot
            spot = (min(1.0, u + random_.uniform(0, 0.004)), min(1.0, v + random_.uniform(0, 0.004)))
            words = random_.choice(_AGAIN) + first.words
            one = replace(
                one,
                words=words,
                category=first.category,
                ward=first.ward,
                spot=spot,
                fate=Fate.LEFT,
                repeats=first.number,
            )
        result.append(replace(one, number=number))
    return result
