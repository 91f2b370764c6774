"""Positions written in a text: map links, decimal degrees, degrees and minutes, plus codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

_NUMBER = r"-?\d{1,3}\.\d{1,15}"
_LINKS = tuple(
    re.compile(pattern)
    for pattern in (
        # A place's own position comes before the one the map happens to be centred on.
        rf"!3d({_NUMBER})!4d({_NUMBER})",
        rf"[?&](?:q|query|ll|sll|destination|daddr|center|loc)=(?:loc:)?({_NUMBER})(?:,|\+|\s){{1,3}}({_NUMBER})",
        rf"lat(?:itude)?=({_NUMBER})&(?:amp;)?m?(?:lon|lng|long|longitude)=({_NUMBER})",
        rf"[?&]cp=({_NUMBER})~({_NUMBER})",
        rf"/(?:place|search|dir)/(?:[^\s@/]{{0,200}}/)?({_NUMBER}),\+?({_NUMBER})",
        rf"@({_NUMBER}),({_NUMBER})",
        rf"#map=\d{{1,2}}(?:\.\d+)?/({_NUMBER})/({_NUMBER})",
        rf"geo:({_NUMBER}),({_NUMBER})",
    )
)
# Three decimals are 100 m: fewer are more likely a price or a size. A letter of the compass stands alone: "20.000 đồng"
# has none.
_FINE = r"-?\d{1,3}\.\d{3,20}"
_ALONE = r"(?![^\W\d_])"
_DECIMAL = re.compile(
    rf"(?<![\d.,])({_FINE})\s?°?\s?([NSBnsb]{_ALONE})?\s{{0,2}}[,;/\s]\s{{0,2}}"
    rf"({_FINE})\s?°?\s?([EWĐewđ]{_ALONE})?(?![\d.])"
)
# "Thu 50.000, 30.000 đồng": thousands are written with three digits behind the point.
_THOUSANDS = re.compile(r"\d{1,3}\.\d{3}$")
_COUNTED = re.compile(r"\s{0,2}(?:đ|d|đồng|dong|vnđ|vnd|k|tr|triệu|nghìn|ngàn|m2|m²|kg|người|hộ)\b", re.IGNORECASE)
# Every position in the country, (least, most) of latitude and longitude.
_COUNTRY = ((8.0, 24.0), (102.0, 115.0))
_NORTH = r"(?:lat(?:itude)?|vĩ\s?độ|vi\s?do|(?<!\w)[NB])\s{0,2}[:=]?\s{0,2}"
_EAST = r"(?:lng|lon(?:g(?:itude)?)?|kinh\s?độ|kinh\s?do|(?<!\w)[EĐ])\s{0,2}[:=]?\s{0,2}"
_APART = r"\s{0,2}°?\s{0,2}[,;/]?\s{0,2}"
_LABELLED = (
    re.compile(rf"{_NORTH}(?P<lat>{_FINE}){_APART}{_EAST}(?P<lon>{_FINE})", re.IGNORECASE),
    re.compile(rf"{_EAST}(?P<lon>{_FINE}){_APART}{_NORTH}(?P<lat>{_FINE})", re.IGNORECASE),
)
_COMMA_DECIMAL = re.compile(r"(?<![\d.,])(\d{1,3},\d{4,15})\s{0,2}[;\s]\s{0,2}(\d{1,3},\d{4,15})(?![\d.,])")
_ANGLE = r"(\d{1,3})\s?[°ºo]\s?(\d{1,2}(?:[.,]\d{1,6})?)\s?['’′]\s?(?:(\d{1,2}(?:[.,]\d{1,6})?)\s?(?:[\"”″]|''))?"
_SEXAGESIMAL = re.compile(rf"{_ANGLE}\s?([NSB])\s{{0,2}}[,;]?\s{{0,2}}{_ANGLE}\s?([EWĐ])", re.IGNORECASE)
# "10 58 49 N 106 39 07 E", "10 58.82 N, 106 39.12 E", "N 10 58 49 E 106 39 07": without signs the letters are needed.
_BARE = r"(\d{1,3})\s{1,2}(\d{1,2}(?:[.,]\d{1,6})?)(?:\s{1,2}(\d{1,2}(?:[.,]\d{1,6})?))?"
_BARE_BEHIND = re.compile(
    rf"(?<![\d.,]){_BARE}\s?([NSB])\s{{0,2}}[,;]?\s{{0,2}}{_BARE}\s?([EWĐ]){_ALONE}", re.IGNORECASE
)
_BARE_BEFORE = re.compile(rf"(?<!\w)([NSB])\s?{_BARE}\s{{0,2}}[,;]?\s{{0,2}}([EWĐ])\s?{_BARE}(?![\d.,])", re.IGNORECASE)
# A digit behind a decimal point or comma, a sign of degrees, a plus, or the beginning of a link: without any of them a
# text holds no position, and most do not.
_MAY_HOLD = re.compile(r"\d[.,]\d{3}|\d\s?[°ºo]\s?\d|\d\s{1,2}\d{1,2}[\s.,]{1,2}\d|\+|://|geo:|maps?\.", re.IGNORECASE)
_SHORT_LINK = re.compile(r"(?:https?://)?(?:maps\.app\.goo\.gl|goo\.gl/maps|g\.co/maps)/\S{1,200}", re.IGNORECASE)
_PLUS_ALPHABET = "23456789CFGHJMPQRVWX"
_PLUS_CODE = re.compile(
    rf"(?<![A-Z0-9+])([{_PLUS_ALPHABET}]{{4}}|[{_PLUS_ALPHABET}]{{8}})\+([{_PLUS_ALPHABET}]{{2,3}})(?![A-Z0-9])"
)


@dataclass(frozen=True, slots=True)
class WrittenPoint:
    """A position found in a text at [start, end); `radius_m` is how fine it was written."""

    lon: float
    lat: float
    radius_m: float
    source: Literal["link", "coordinates", "plus_code"]
    text: str
    start: int
    end: int


def written_points(text: str, near: tuple[float, float] | None = None) -> list[WrittenPoint]:
    """Every position written in a text, links first. `near` (lon, lat) completes short plus codes."""
    found: list[WrittenPoint] = []
    if _MAY_HOLD.search(text) is None:
        return found
    for point in (*_links(text), *_degrees(text), *_plus_codes(text, near)):
        if not any(point.start < other.end and other.start < point.end for other in found):
            found.append(point)
    return found[:10]


def short_links(text: str) -> list[tuple[int, int]]:
    """Where short map links stand in a text, [start, end): what they point to only their maker's server knows."""
    return [match.span() for match in _SHORT_LINK.finditer(text)] if ".gl/" in text or "g.co/" in text else []


def _links(text: str) -> Iterator[WrittenPoint]:
    for word in re.finditer(r"(?:https?://|geo:|maps?\.)\S{1,2000}", text):
        link = unquote(word.group())
        for pattern in _LINKS:
            match = pattern.search(link)
            point = _point(float(match[1]), float(match[2])) if match else None
            if match and point is not None:
                yield WrittenPoint(*point, 25.0, "link", word.group(), word.start(), word.end())
                break


def _degrees(text: str) -> Iterator[WrittenPoint]:
    for labelled in _LABELLED:
        for match in labelled.finditer(text):
            point = _point(float(match["lat"]), float(match["lon"]))
            if point is not None:
                radius = _written_to(match["lat"], match["lon"])
                yield WrittenPoint(*point, radius, "coordinates", match.group(), match.start(), match.end())
    for match in _DECIMAL.finditer(text):
        first, second = float(match[1]), float(match[3])
        north, east = (match[2] or "").upper(), (match[4] or "").upper()
        point = _point(-first if north == "S" else first, -second if east == "W" else second)
        if point is not None and (north or east or not _are_thousands(match, point, text)):
            radius = _written_to(match[1], match[3])
            yield WrittenPoint(*point, radius, "coordinates", match.group(), match.start(), match.end())
    for match in _COMMA_DECIMAL.finditer(text):
        point = _point(float(match[1].replace(",", ".")), float(match[2].replace(",", ".")))
        if point is not None:
            yield WrittenPoint(*point, 15.0, "coordinates", match.group(), match.start(), match.end())
    for pattern, letters, first, second in (
        (_SEXAGESIMAL, (4, 8), 1, 5),
        (_BARE_BEHIND, (4, 8), 1, 5),
        (_BARE_BEFORE, (1, 5), 2, 6),
    ):
        for match in pattern.finditer(text):
            yield from _sexagesimal(match, letters, first, second)


def _sexagesimal(match: re.Match[str], letters: tuple[int, int], first: int, second: int) -> Iterator[WrittenPoint]:
    """Degrees, minutes and seconds from the groups that begin at `first` and `second`, with their letters."""
    lat = _angle(match[first], match[first + 1], match[first + 2]) * (-1 if match[letters[0]].upper() == "S" else 1)
    lon = _angle(match[second], match[second + 1], match[second + 2]) * (-1 if match[letters[1]].upper() == "W" else 1)
    point = _point(lat, lon)
    if point is not None:
        fine = (match[first + 2] and match[second + 2]) or (len(match[first + 1]) > 2 and len(match[second + 1]) > 2)
        yield WrittenPoint(*point, 30.0 if fine else 1_000.0, "coordinates", match.group(), match.start(), match.end())


def _written_to(lat: str, lon: str) -> float:
    """Metres to which two numbers of degrees are written."""
    places = min(len(lat.partition(".")[2]), len(lon.partition(".")[2]))
    return max(15.0, 111_000 * 10.0**-places)


def _are_thousands(match: re.Match[str], point: tuple[float, float], text: str) -> bool:
    """Whether two numbers are rather counted than a position: thousands of dong, far from here or said to be."""
    if not (_THOUSANDS.match(match[1]) and _THOUSANDS.match(match[3])):
        return False
    (south, north), (west, east) = _COUNTRY
    is_here = south <= point[1] <= north and west <= point[0] <= east
    return not is_here or _COUNTED.match(text, match.end()) is not None


def _angle(degrees: str, minutes: str, seconds: str | None) -> float:
    return int(degrees) + float(minutes.replace(",", ".")) / 60 + float((seconds or "0").replace(",", ".")) / 3600


def _point(first: float, second: float) -> tuple[float, float] | None:
    """(lon, lat) from two numbers, usually latitude first; the other order when only that one is possible."""
    lat, lon = (first, second) if abs(first) <= 90 else (second, first)
    if abs(lat) > 90 or abs(lon) > 180 or (lat == 0 and lon == 0):
        return None
    return lon, lat


def _plus_codes(text: str, near: tuple[float, float] | None) -> Iterator[WrittenPoint]:
    for match in _PLUS_CODE.finditer(text.upper() if len(text.upper()) == len(text) else text):
        digits = match[1] + match[2]
        point = _full_code(digits) if len(match[1]) == 8 else _short_code(digits, near)
        if point is not None:
            yield WrittenPoint(*point, 15.0, "plus_code", match.group(), match.start(), match.end())


def _full_code(digits: str) -> tuple[float, float] | None:
    """(lon, lat) of the middle of a full plus code: five pairs of base-20 digits, then one digit of a 4 × 5 grid."""
    lat, lon, step = -90.0, -180.0, 20.0
    for pair in range(5):
        lat += _PLUS_ALPHABET.index(digits[2 * pair]) * step
        lon += _PLUS_ALPHABET.index(digits[2 * pair + 1]) * step
        if pair < 4:
            step /= 20
    height = width = step
    if len(digits) > 10:
        row, column = divmod(_PLUS_ALPHABET.index(digits[10]), 4)
        height, width = step / 5, step / 4
        lat, lon = lat + row * height, lon + column * width
    lat, lon = lat + height / 2, lon + width / 2
    return (lon, lat) if lat <= 90 and lon <= 180 else None


def _short_code(digits: str, near: tuple[float, float] | None) -> tuple[float, float] | None:
    """A code without its first four digits means the nearest such point: one degree wide each way."""
    if near is None:
        return None
    offset = _full_code(f"2222{digits}")
    if offset is None:
        return None
    east, north = (offset[0] + 180) % 1, (offset[1] + 90) % 1
    lon = round(near[0] - east) + east
    lat = round(near[1] - north) + north
    return lon, lat
