"""Cursor on Target 2.0: units and shared incidents as TAK's programs draw them. Pure; no names, no words of callers."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from xml.etree import ElementTree

# A friendly civilian vehicle; a point on the map; taking something off the map.
UNIT = "a-f-G-E-V-C"
INCIDENT = "b-m-p-s-m"
DELETE = "t-x-d-d"
# CoT's own way of saying "not known"; metres.
_UNKNOWN = "9999999.0"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on TAK's maps. Degrees, WGS 84; metres; metres a second. `uid` stays the same for its whole life."""

    uid: str
    type: str
    # "m-g": measured by satellites; "h-e": somebody said so.
    how: str
    lat: float
    lon: float
    name: str
    remarks: str
    # Since when it is there, and until when that counts as right.
    at: dt.datetime
    stale: dt.datetime
    accuracy: float | None = None
    altitude: float | None = None
    course: float | None = None
    speed: float | None = None


def event(mark: Mark, now: dt.datetime) -> bytes:
    """The mark as one event of a stream."""
    root = _root(mark.uid, mark.type, mark.how, now, mark.at, mark.stale)
    _point(root, mark.lat, mark.lon, mark.altitude, mark.accuracy)
    detail = ElementTree.SubElement(root, "detail")
    ElementTree.SubElement(detail, "contact", callsign=_clean(mark.name))
    if mark.course is not None or mark.speed is not None:
        course, speed = mark.course or 0.0, mark.speed or 0.0
        ElementTree.SubElement(detail, "track", course=f"{course:.1f}", speed=f"{speed:.1f}")
    if mark.remarks:
        ElementTree.SubElement(detail, "remarks").text = _clean(mark.remarks)
    return _bytes(root)


def deletion(mark: Mark, now: dt.datetime) -> bytes:
    """The event that takes a mark off the maps."""
    root = _root(f"{mark.uid}.gone", DELETE, "h-g-i-g-o", now, now, now + dt.timedelta(minutes=1))
    _point(root, 0.0, 0.0, None, None)
    detail = ElementTree.SubElement(root, "detail")
    ElementTree.SubElement(detail, "link", uid=mark.uid, relation="p-p", type=mark.type)
    ElementTree.SubElement(detail, "__forcedelete")
    return _bytes(root)


def _bytes(root: ElementTree.Element) -> bytes:
    return ElementTree.tostring(root, encoding="unicode").encode() + b"\n"


def _root(
    uid: str, type_: str, how: str, now: dt.datetime, start: dt.datetime, stale: dt.datetime
) -> ElementTree.Element:
    times = {"time": _time(now), "start": _time(start), "stale": _time(stale)}
    return ElementTree.Element("event", {"version": "2.0", "uid": uid, "type": type_, "how": how, **times})


def _point(root: ElementTree.Element, lat: float, lon: float, altitude: float | None, accuracy: float | None) -> None:
    hae = _UNKNOWN if altitude is None else f"{altitude:.1f}"
    ce = _UNKNOWN if accuracy is None else f"{accuracy:.1f}"
    ElementTree.SubElement(root, "point", lat=f"{lat:.7f}", lon=f"{lon:.7f}", hae=hae, ce=ce, le=_UNKNOWN)


def _time(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
