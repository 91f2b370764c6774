"""A generated storm: 2,000 reports in an hour about twelve events on five channels, and others about nothing of them.

What people write is put together from pieces, with and without marks; where it is, is as exact as the channel: a pin,
a phone's fix, an address that the call-taker found, a place named in words. Two events lie within 400 m of each other,
two of the same kind 1.2 km apart.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from geo.folding import fold, fold_name
from incidents.triage.grouping import (
    METRES_A_DEGREE,
    VAGUE_M,
    WITHIN,
    Event,
    Sighting,
    guess,
    judge,
    metres,
    within_reach,
)

MIDDLE = (106.68, 10.98)
BEGIN = dt.datetime(2026, 10, 3, 16, 0, tzinfo=dt.UTC)
# Channel → (share of the reports, how exact: metres, share that names only the ward).
CHANNELS = {
    "phone": (0.55, 180.0, 0.12),
    "web": (0.15, 20.0, 0.03),
    "zalo": (0.15, 60.0, 0.08),
    "app": (0.10, 35.0, 0.0),
    "sms": (0.05, 250.0, 0.30),
}
OPENINGS = ("", "Tổng đài ơi, ", "Cho tôi báo ", "Alo, ", "Mình ở đây thấy ", "Nhờ 1022 giúp: ", "Khẩn! ")
ENDINGS = (
    "",
    ", xin cử người xuống",
    ", nguy hiểm lắm",
    ", từ nãy giờ chưa ai xuống",
    ", mong xử lý sớm",
    " rồi",
    " lắm",
)


@dataclass(frozen=True)
class Happening:
    """One true event: metres east and north of the middle, and how people tell of it."""

    name: str
    east: float
    north: float
    place: str
    words: tuple[str, ...]


HAPPENINGS = (
    Happening(
        "cây đổ 1",
        0,
        0,
        "ngã tư Địa Chất",
        (
            "cây ngã đổ chắn ngang đường",
            "cây xanh bật gốc đè lên xe",
            "cây to gãy đổ giữa đường",
            "nhánh cây gãy rớt xuống đường",
        ),
    ),
    Happening(
        "mất điện",
        380,
        60,
        "khu dân cư Hiệp Thành",
        (
            "mất điện cả khu",
            "cúp điện từ 4 giờ chiều",
            "dây điện đứt nằm dưới đường",
            "trụ điện nghiêng, nổ bình điện",
        ),
    ),
    Happening(
        "ngập 1",
        2_500,
        400,
        "chợ Phú Lợi",
        (
            "ngập nước tới yên xe",
            "nước ngập vô nhà",
            "đường ngập sâu nửa mét",
            "ngập nặng xe chết máy hết",
        ),
    ),
    Happening(
        "ngập 2",
        3_700,
        420,
        "cầu Ông Bố",
        (
            "nước ngập ngang bánh xe",
            "ngập nước không đi được",
            "đường ngập lênh láng",
            "mưa lớn ngập hết nhà dân",
        ),
    ),
    Happening(
        "tốc mái",
        -3_000,
        1_500,
        "xóm trọ Bình Nhâm",
        (
            "gió giật tốc mái nhà trọ, có người mắc kẹt",
            "sập nhà trọ, có người kẹt bên trong",
            "mái tôn sập đè người mắc kẹt",
            "nhà sập vì gió lốc",
        ),
    ),
    Happening(
        "cháy",
        -5_500,
        -2_000,
        "xưởng gỗ Tân Định",
        (
            "cháy nhà xưởng, khói đen ngùn ngụt",
            "cháy xưởng gỗ lan qua nhà bên",
            "cháy lớn trong kho xưởng",
            "đang cháy nhà kho",
        ),
    ),
    Happening(
        "tai nạn",
        5_200,
        -3_100,
        "vòng xoay An Phú",
        (
            "tai nạn giao thông, hai người bị thương",
            "xe container tông xe máy, tai nạn",
            "tai nạn có người nằm bất động",
            "va chạm liên hoàn, tai nạn giao thông",
        ),
    ),
    Happening(
        "kẹt xe",
        5_000,
        2_900,
        "cầu Phú Cường",
        (
            "kẹt xe cứng ngắc",
            "ùn tắc kéo dài cả cây số",
            "kẹt xe không nhúc nhích",
            "ùn tắc giao thông nghiêm trọng",
        ),
    ),
    Happening(
        "đèn giao thông",
        -1_900,
        -4_800,
        "ngã ba Cống",
        (
            "đèn tín hiệu giao thông hỏng",
            "đèn đỏ không hoạt động",
            "đèn giao thông tắt ngóm",
            "đèn xanh đèn đỏ hư",
        ),
    ),
    Happening(
        "vỡ ống nước",
        1_700,
        5_600,
        "đường Lê Hồng Phong",
        (
            "bể ống nước phun lên trời",
            "mất nước cả khu phố",
            "ống nước sạch bị bể tràn ra đường",
            "cúp nước từ chiều",
        ),
    ),
    Happening(
        "nắp cống",
        -4_400,
        4_700,
        "hẻm 12 Bùi Quốc Khánh",
        (
            "mất nắp hố ga, xe té",
            "nắp cống bị nước cuốn trôi",
            "cống nghẹt trào nước thải",
            "hố ga mất nắp giữa đường",
        ),
    ),
    Happening(
        "rò khí",
        7_600,
        300,
        "xưởng nước đá Thuận Giao",
        (
            "mùi amoniac nồng nặc, rò rỉ khí",
            "rò rỉ hóa chất khó thở",
            "mùi khí amoniac bay khắp xóm",
            "xì khí amoniac ở xưởng nước đá",
        ),
    ),
)
# What else people report in such an hour.
OTHERS = (
    "Karaoke loa kéo hát to quá", "Rác không ai thu gom", "Sổ đỏ làm bao lâu thì xong", "Chó thả rông cắn người",
    "Ổ gà trước nhà", "Đèn đường không sáng", "Xe đậu chắn lối ra vào", "Hàng quán lấn chiếm vỉa hè",
    "Công ty nợ lương công nhân", "Thủ tục đăng ký tạm trú", "Quảng cáo dán đầy cột điện", "Đốt rác khói mù",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One generated report: its sighting, the channel, and the true event ("" for none)."""

    sighting: Sighting
    channel: str
    event: str
    words: str


def storm(
    category_of: Callable[[str], tuple[int | None, int | None]], *, reports: int = 2_000, seed: int = 1022
) -> list[Told]:
    """The reports in the order they come in; `category_of(words)` gives category and group, as triage decides them."""
    rng = random.Random(seed)
    sizes = [rng.uniform(0.6, 1.6) for _happening in HAPPENINGS]
    told: list[Told] = []
    known: dict[str, tuple[int | None, int | None]] = {}
    for number in range(reports):
        if rng.random() < 0.1:
            happening, words = None, rng.choice(OTHERS)
            lon, lat = _moved(rng, *MIDDLE, rng.uniform(0, 9_000))
        else:
            happening = rng.choices(HAPPENINGS, sizes)[0]
            core = rng.choice(happening.words)
            place = rng.choice((f" ở {happening.place}", f" gần {happening.place}", "", f", {happening.place}"))
            words = f"{rng.choice(OPENINGS)}{core}{place}{rng.choice(ENDINGS)}"
            lon, lat = _at(happening)
        if rng.random() < 0.3:
            words = fold(words)
        channel = rng.choices(list(CHANNELS), [share for share, _exact, _vague in CHANNELS.values()])[0]
        _share, exact, vague = CHANNELS[channel]
        lon, lat = _moved(rng, lon, lat, abs(rng.gauss(0, exact * 0.6)))
        radius = 1_800.0 if rng.random() < vague else exact
        if radius > exact:
            # Only the ward: its middle lies anywhere.
            lon, lat = _moved(rng, lon, lat, rng.uniform(200, 1_500))
        if words not in known:
            known[words] = category_of(words)
        category, group = known[words]
        at = BEGIN + dt.timedelta(seconds=rng.uniform(0, 3_600))
        sighting = Sighting(number, at, lon, lat, radius, category, group, fold_name(words))
        told.append(Told(sighting, channel, happening.name if happening else "", words))
    return sorted(told, key=lambda one: one.sighting.at)


def _at(happening: Happening) -> tuple[float, float]:
    lon, lat = MIDDLE
    return (
        lon
        + happening.east
        / (
            METRES_A_DEGREE
            * math.cos(
                math.radians(lat),
            )
        ),
        lat + happening.north / METRES_A_DEGREE,
    )


def _moved(rng: random.Random, lon: float, lat: float, by_m: float) -> tuple[float, float]:
    turn = rng.uniform(0, 2 * math.pi)
    east, north = math.cos(turn) * by_m, math.sin(turn) * by_m
    return (lon + east / (METRES_A_DEGREE * math.cos(math.radians(lat))), lat + north / METRES_A_DEGREE)


@dataclass(frozen=True)
class Figures:
    """How well the grouping did: over pairs of reports, and over events. Shares from 0 to 1, times in seconds."""

    reports: int
    grouped: int
    groups: int
    events_found: int
    precision: float
    recall: float
    # Reports of an event that joined it as they came in, of those that came after it was proposed.
    joined_at_once: float
    median_delay_s: float
    # Reports that name only the ward: asked about, share of these that are right, and pairs when a supervisor says yes
    # to the right ones and no to the others.
    guesses: int
    guesses_right: float
    recall_with_guesses: float

    def __str__(self) -> str:
        return (
            f"{self.reports} reports, {self.grouped} grouped into {self.groups} groups, {self.events_found} of "
            f"{len(HAPPENINGS)} events found; pairs: precision {self.precision:.3f}, recall {self.recall:.3f}; "
            f"joined as they came in {self.joined_at_once:.3f}; proposed after {self.median_delay_s:.0f} s (median); "
            f"only the ward named: {self.guesses} asked about, {self.guesses_right:.3f} of them rightly; "
            f"recall with these {self.recall_with_guesses:.3f}"
        )


def run(told: Sequence[Told]) -> Figures:
    """Lets the grouping judge each report as it comes in, as triage does, and counts."""
    events: dict[int, Event] = {}
    loose: dict[int, Sighting] = {}
    member: dict[int, int] = {}
    truth = {one.sighting.id: one.event for one in told}
    first = {}
    proposed: dict[str, dt.datetime] = {}
    joined = came = 0
    vague: dict[int, Sighting] = {}
    guessed: dict[int, int] = {}
    for one in told:
        sighting = one.sighting
        if one.event:
            first.setdefault(one.event, sighting.at)
        if sighting.radius_m > VAGUE_M:
            vague[sighting.id] = sighting
            _ask(sighting, events, guessed)
            continue
        verdict = judge(sighting, events.values(), within_reach(sighting, list(loose.values())))
        if one.event in proposed:
            came += 1
            joined += verdict.joins is not None
        if verdict.joins is not None:
            verdict.joins.add(sighting)
            member[sighting.id] = verdict.joins.key
        elif verdict.founds:
            events[sighting.id] = Event.of(sighting.id, verdict.founds)
            for other in verdict.founds:
                loose.pop(other.id, None)
                member[other.id] = sighting.id
            name = Counter(truth[other.id] for other in verdict.founds).most_common(1)[0][0]
            proposed.setdefault(name, sighting.at)
            for other in vague.values():
                if other.id not in guessed and sighting.at - other.at < WITHIN:
                    _ask(other, events, guessed)
        else:
            loose[sighting.id] = sighting
    together: dict[int, Counter[str]] = defaultdict(Counter)
    for pk, key in member.items():
        together[key][truth[pk]] += 1
    pairs = sum(_pairs(sum(group.values())) for group in together.values())
    right = sum(_pairs(count) for group in together.values() for name, count in group.items() if name)
    true_pairs = sum(_pairs(count) for name, count in Counter(truth.values()).items() if name)
    found = {group.most_common(1)[0][0] for group in together.values()} - {""}
    delays = sorted((proposed[name] - first[name]).total_seconds() for name in proposed if name)
    main = {key: group.most_common(1)[0][0] for key, group in together.items()}
    agreed = [pk for pk, key in guessed.items() if truth[pk] and main[key] == truth[pk]]
    for pk in agreed:
        together[guessed[pk]][truth[pk]] += 1
    with_them = sum(_pairs(count) for group in together.values() for name, count in group.items() if name)
    return Figures(
        reports=len(told),
        grouped=len(member),
        groups=len(together),
        events_found=len(found),
        precision=right / pairs if pairs else 0.0,
        recall=right / true_pairs,
        joined_at_once=joined / came if came else 0.0,
        median_delay_s=delays[len(delays) // 2] if delays else math.inf,
        guesses=len(guessed),
        guesses_right=len(agreed) / len(guessed) if guessed else 0.0,
        recall_with_guesses=with_them / true_pairs,
    )


def _ask(one: Sighting, events: dict[int, Event], guessed: dict[int, int]) -> None:
    found = guess(one, events.values())
    if found is not None:
        guessed[one.id] = found[0].key


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


__all__ = ["HAPPENINGS", "Figures", "Told", "metres", "run", "storm"]
