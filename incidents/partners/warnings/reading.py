"""Reading a CAP message (1.1 or 1.2) that somebody else wrote: pure, and nothing in it can reach outside itself."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

import shapely
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from geo.plane import Plane
from incidents.partners.cap.names import CERTAINTIES, MSG_TYPES, NAMESPACES, SEVERITIES, STATUSES, URGENCIES

LARGEST = 2 * 1024 * 1024
MOST_POINTS = 20_000
LARGEST_CIRCLE_KM = 2_000.0
# Without an end of its own a warning ends after a day; nothing is shown for longer than this.
USUAL = dt.timedelta(days=1)
LONGEST = dt.timedelta(days=14)
_CIRCLE_SIDES = 48


class Unreadable(ValueError):
    """It is no CAP message that can be used; the text is a code."""


@dataclass(frozen=True, slots=True)
class Read:
    """One message, as far as it is used here. Times are aware; the geometry is in degrees, WGS 84."""

    sender: str
    identifier: str
    sent: dt.datetime
    status: str
    msg_type: str
    # "sender,identifier" of the messages it refers to.
    references: tuple[str, ...]
    event: str
    headline: str
    instruction: str
    area: str
    severity: str
    urgency: str
    certainty: str
    starts_at: dt.datetime
    until: dt.datetime
    geometry: shapely.MultiPolygon | None


def root_of(data: bytes) -> Element:
    """The root of an XML text. Raises Unreadable: too large, not well-formed, with a DTD or entities."""
    if len(data) > LARGEST:
        raise Unreadable("too_large")
    try:
        root: Element = ElementTree.fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Unreadable("forbidden_xml") from error
    except (ParseError, ValueError, LookupError) as error:
        raise Unreadable("not_xml") from error
    return root


def alerts_in(root: Element) -> Iterator[Element]:
    """The CAP messages in a text: itself, or those lying whole in a feed."""
    for namespace in NAMESPACES:
        yield from root.iter(f"{{{namespace}}}alert")


def read(alert: Element) -> Read:
    """The message's meaning. Raises Unreadable with a code that says what is wrong with it."""
    namespace = alert.tag.partition("}")[0] + "}"

    def text(parent: Element | None, name: str, most: int) -> str:
        found = parent.find(namespace + name) if parent is not None else None
        return " ".join((found.text or "").split())[:most] if found is not None else ""

    sender, identifier = text(alert, "sender", 200), text(alert, "identifier", 200)
    if not sender or not identifier:
        raise Unreadable("no_identifier")
    sent = _moment(text(alert, "sent", 40))
    if sent is None:
        raise Unreadable("no_time")
    status, msg_type = text(alert, "status", 20), text(alert, "msgType", 20)
    if status not in STATUSES or msg_type not in MSG_TYPES:
        raise Unreadable("unknown_kind")
    info = _info(alert, namespace)
    if info is None and msg_type in {"Alert", "Update"}:
        raise Unreadable("says_nothing")
    areas = info.findall(f"{namespace}area") if info is not None else []
    starts_at = _moment(text(info, "onset", 40)) or _moment(text(info, "effective", 40)) or sent
    until = min(_moment(text(info, "expires", 40)) or sent + USUAL, sent + LONGEST)
    return Read(
        sender=sender,
        identifier=identifier,
        sent=sent,
        status=status,
        msg_type=msg_type,
        references=tuple(_references(text(alert, "references", 20_000))),
        event=text(info, "event", 200),
        headline=text(info, "headline", 300),
        instruction=text(info, "instruction", 2000),
        area="; ".join(filter(None, (text(area, "areaDesc", 200) for area in areas)))[:500],
        severity=_one_of(text(info, "severity", 20), SEVERITIES),
        urgency=_one_of(text(info, "urgency", 20), URGENCIES),
        certainty=_one_of(text(info, "certainty", 20), CERTAINTIES),
        starts_at=starts_at,
        until=until,
        geometry=_geometry(areas, namespace),
    )


def _info(alert: Element, namespace: str) -> Element | None:
    """What is said in Vietnamese if it is, else the first."""
    infos = alert.findall(f"{namespace}info")
    for info in infos:
        if (info.findtext(f"{namespace}language") or "").strip().lower().startswith("vi"):
            return info
    return infos[0] if infos else None


def _one_of(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else "Unknown"


def _moment(value: str) -> dt.datetime | None:
    """A time with its offset; None for what is none. CAP's -00:00 stands for UTC."""
    try:
        at = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.astimezone(dt.UTC) if at.tzinfo is not None and 1990 <= at.year <= 2200 else None


def _references(value: str) -> Iterator[str]:
    for one in value.split():
        sender, _comma, rest = one.partition(",")
        identifier = rest.partition(",")[0]
        if sender and identifier:
            yield f"{sender},{identifier}"[:401]


def _geometry(areas: list[Element], namespace: str) -> shapely.MultiPolygon | None:
    """All polygons and circles of the areas as one. Raises Unreadable for coordinates that cannot be."""
    shapes: list[shapely.Polygon] = []
    points = 0
    for area in areas:
        for polygon in area.findall(f"{namespace}polygon"):
            ring = [_pair(pair) for pair in (polygon.text or "").split()]
            points += len(ring)
            if points > MOST_POINTS:
                raise Unreadable("too_many_points")
            if not ring:
                continue
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise Unreadable("bad_polygon")
            shapes.append(shapely.Polygon(ring))
        for circle in area.findall(f"{namespace}circle"):
            if (circle.text or "").strip():
                shapes.append(_circle((circle.text or "").split()))
    if not shapes:
        return None
    whole = shapely.union_all([shapely.make_valid(shape) for shape in shapes])
    parts = [part for part in shapely.get_parts(whole) if isinstance(part, shapely.Polygon) and not part.is_empty]
    flat = [piece for piece in parts if piece.area > 0]
    return shapely.MultiPolygon(flat) if flat else None


def _circle(words: list[str]) -> shapely.Polygon:
    if len(words) != 2:
        raise Unreadable("bad_circle")
    lon, lat = _pair(words[0])
    try:
        radius = float(words[1])
    except ValueError:
        raise Unreadable("bad_circle") from None
    if not 0 <= radius <= LARGEST_CIRCLE_KM:
        raise Unreadable("bad_circle")
    plane = Plane(lon, lat)
    angles = [2 * math.pi * side / _CIRCLE_SIDES for side in range(_CIRCLE_SIDES)]
    metres = max(radius * 1000, 1.0)
    return shapely.Polygon([plane.degrees(metres * math.cos(a), metres * math.sin(a)) for a in angles])


def _pair(text: str) -> tuple[float, float]:
    """CAP's "latitude,longitude" as (longitude, latitude)."""
    try:
        lat, lon = (float(number) for number in text.split(","))
    except ValueError:
        raise Unreadable("bad_coordinates") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Unreadable("bad_coordinates")
    return lon, lat
