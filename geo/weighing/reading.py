"""What the texts of a report name: positions, units, spots, names outside, and words nothing was made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from geo.gazetteer.lookups import Gazetteer
from geo.index import SetIndex, Territory
from geo.models import Level
from geo.resolution import Reason
from geo.steps.areanames import Elsewhere, Mention, Reading, area_names, expand_short_names
from geo.steps.coordinates import WrittenPoint, short_links, written_points
from geo.steps.landmarks import find_landmarks
from geo.steps.renamed import Renamed, renamed
from geo.steps.spots import Spot, find_spots
from geo.steps.tokens import MOST_CHARACTERS, Token, clean, is_marked, tokens_of
from geo.steps.wards import read_as_wards
from geo.steps.written import write_out


@dataclass(slots=True)
class Read:
    """What the texts gave, and the reasons and words gathered on the way."""

    territory: Territory
    index: SetIndex
    gazetteer: Gazetteer
    named_on: dt.date | None
    points: list[WrittenPoint] = field(default_factory=list)
    wards: list[Mention] = field(default_factory=list)
    districts: list[Mention] = field(default_factory=list)
    provinces: list[Mention] = field(default_factory=list)
    renamed: list[Renamed] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    marked: bool = False  # whether the writer types Vietnamese marks
    strangers: list[Elsewhere] = field(default_factory=list)  # districts by their label that are none of ours
    ignored: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)

    def say(self, code: str, **params: str | float) -> None:
        reason = Reason(code, params)
        if reason not in self.reasons:
            self.reasons.append(reason)


def read_texts(read: Read, words: str, address: str, point: tuple[float, float] | None, exercise: int) -> Read:
    whole, index = read.territory, read.index
    if len(words) > MOST_CHARACTERS or len(address) > MOST_CHARACTERS:
        read.say("text_cut")
    if "\ufffd" in words or "\ufffd" in address:
        read.say("text_broken")
    near = point or (index.plane.lon, index.plane.lat)
    names = area_names(whole)
    for text in (clean(address), clean(words)):
        if not text:
            continue
        points = written_points(text, near)
        read.points += points
        short = short_links(text)
        if short and not points:
            read.say("link_unread")
        plain = tokens_of(_without(text, [(point.start, point.end) for point in points] + short))
        if not plain:
            continue
        tokens, marked = expand_short_names(plain), is_marked(plain)
        read.marked = read.marked or marked
        reading = Reading(tokens, names, marked)
        mentions = reading.mentions()
        elsewhere = reading.elsewhere(mentions)
        read.renamed += renamed([token.folded for token in tokens], mentions)
        in_city = any(one.city for one in elsewhere)
        mentions = read_as_wards(mentions, index, in_city=in_city)
        written = write_out(plain)
        # A landmark nearly written counts where no ward is named: beside one it says nothing new.
        unnamed = not any(one.level == Level.WARD and one.is_firm for one in mentions)
        landmarks = _not_in_longer(find_landmarks(written, tokens, names, nearly=unnamed), mentions)
        mentions = [*_outside(mentions, landmarks), *landmarks]
        units = [
            (tokens[one.start].start, tokens[one.end - 1].end, bool(one.label))
            for one in mentions
            if not one.is_misspelt
        ]
        spots = find_spots(written, read.gazetteer, units, exercise)
        mentions = _not_in_spots(mentions, tokens, spots)
        # What the address says of a level stands; the words then only fill in what it leaves open.
        levels: tuple[tuple[str, list[Mention]], ...] = (
            (Level.WARD, read.wards),
            (Level.DISTRICT, read.districts),
            (Level.PROVINCE, read.provinces),
        )
        left_open = {level: kept for level, kept in levels if not any(mention.is_firm for mention in kept)}
        for mention in mentions:
            if mention.level in left_open:
                left_open[mention.level].append(mention)
        read.spots = read.spots or spots
        read.elsewhere += [one for one in elsewhere if not one.unknown]
        read.strangers += [one for one in elsewhere if one.unknown]
        read.ignored += _left_over(
            plain,
            [(tokens[mention.start].start, tokens[mention.end - 1].end) for mention in mentions]
            + [(spot.start, spot.end) for spot in spots],
        )
    return read


def _outside(mentions: Sequence[Mention], landmarks: Sequence[Mention]) -> list[Mention]:
    """The units named elsewhere than in a landmark's own name: "chợ Thủ Dầu Một" names no district."""
    return [
        mention
        for mention in mentions
        if mention.label or not any(one.start <= mention.start < one.end for one in landmarks)
    ]


def _not_in_spots(mentions: list[Mention], tokens: Sequence[Token], spots: Sequence[Spot]) -> list[Mention]:
    """Without misspelt units inside the exact name of something known: "Trương Minh Toàn" is no xã Minh Tân."""
    exact = [(spot.start, spot.end) for spot in spots if spot.exact]
    if not exact:
        return mentions
    return [
        one
        for one in mentions
        if one.label
        or not one.is_misspelt
        or not any(start <= tokens[one.start].start and tokens[one.end - 1].end <= end for start, end in exact)
    ]


def _not_in_longer(landmarks: Sequence[Mention], mentions: Sequence[Mention]) -> list[Mention]:
    """The landmarks that end where a word group ends: "chợ Định Hòa" is not "chợ Đình". One nearly written shares no
    word with a unit behind its label, unless that is part of its name ("trung tâm hành chính huyện Bàu Bàng")."""
    return [
        one
        for one in landmarks
        if not any(other.start < one.end < other.end for other in mentions)
        and not (
            one.is_misspelt
            and any(
                other.label and other.start < one.end and one.start < other.end and not _holds(one, other)
                for other in mentions
            )
        )
    ]


def _holds(landmark: Mention, unit: Mention) -> bool:
    return landmark.start < unit.start and unit.end <= landmark.end


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with positions and links blanked, so that a link's words are not read as names."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _left_over(tokens: Sequence[Token], used: Sequence[tuple[int, int]], most: int = 12) -> list[str]:
    """Runs of words nothing was made of."""
    runs: list[list[str]] = [[]]
    covered = bytearray(tokens[-1].end)
    for start, end in used:
        covered[start:end] = b"\1" * (end - start)
    for token in tokens:
        if covered[token.start]:
            runs.append([])
        else:
            if token.opens:
                runs.append([])
            runs[-1].append(token.text)
    return [" ".join(run)[:120] for run in runs if run][:most]
