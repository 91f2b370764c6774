"""A shared incident as a CAP 1.2 message: what, where, how urgent; no words of callers, nobody's name."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from geo.areas import area_named
from incidents.emergencies.models import ServicePart, Sortie
from incidents.partners.cap.names import NAMESPACE, moment, reference
from incidents.partners.models import CapMessage
from incidents.records.lifecycles import NOT_THEIRS
from incidents.records.models import Incident
from realtime.entities import canonical

# A place that is known more exactly than this is drawn so large all the same; metres.
SMALLEST_CIRCLE_M = 50.0
_CATEGORY = {"police": "Security", "fire": "Fire", "ambulance": "Health"}
_SEVERITY = {1: "Severe", 2: "Moderate"}
_GONE = sorted(state.value for state in NOT_THEIRS)
# XML 1.0 has no way to write these, not even escaped.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, whenever and under whatever number it says it."""

    status: str
    categories: tuple[str, ...]
    event: str
    severity: str
    certainty: str
    headline: str
    area: str
    circle: str
    # (valueName, value): the ward and district, each with its set.
    geocodes: tuple[tuple[str, str], ...]
    code: str

    def digest(self) -> str:
        """The same for the same content."""
        text = canonical([getattr(self, name) for name in self.__dataclass_fields__])
        return hashlib.sha256(text.encode()).hexdigest()


def sender() -> str:
    """Who we are to CAP: constant, and worldwide ours."""
    return f"1022@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}"


def content_of(incident: Incident) -> Content:
    """What there is to say of a shared incident now, in Vietnamese. Needs `incident.category`."""
    with override("vi"):
        kinds = ServicePart.objects.filter(shared=incident.pk).exclude(assignment__state__in=_GONE)
        services = set(kinds.values_list("assignment__agency__kind", flat=True))
        categories = [_CATEGORY[kind] for kind in ("fire", "ambulance", "police") if kind in services]
        if incident.category is not None and "traffic" in incident.category.code:
            categories.append("Transport")
        seen = Sortie.objects.filter(incident=incident, on_scene_at__isnull=False).exists()
        event = incident.category.name if incident.category else _("Emergency")
        place = _place(incident)
        return Content(
            status=_status(incident),
            categories=tuple(categories) or ("Safety",),
            event=event,
            severity=_SEVERITY.get(incident.priority, "Minor"),
            certainty="Observed" if seen else "Likely",
            headline=f"{event} · {place}",
            area=place,
            circle=_circle(incident),
            geocodes=tuple(
                (f"{incident.area_set}:{level}", code)
                for level, code in (("ward", incident.ward_code), ("district", incident.district_code))
                if code
            ),
            code=incident.code,
        )


def _status(incident: Incident) -> str:
    if incident.exercise:
        return "Exercise"
    # Nobody outside may take an invented day for a real one.
    return "Test" if settings.DEMONSTRATION else "Actual"


def _place(incident: Incident) -> str:
    names = [incident.place_label]
    for code in (incident.ward_code, incident.district_code):
        area = area_named(incident.area_set, code) if code else None
        names.append(area.name if area else code)
    return ", ".join(dict.fromkeys(name for name in names if name)) or _("Place not known yet")


def _circle(incident: Incident) -> str:
    """CAP's circle: "latitude,longitude radius", degrees and kilometres."""
    if incident.point is None:
        return ""
    kilometres = max(incident.radius_m or 0.0, SMALLEST_CIRCLE_M) / 1000
    return f"{incident.point.y:.6f},{incident.point.x:.6f} {kilometres:.3f}"


def message(
    content: Content, *, identifier: str, sent: dt.datetime, msg_type: str, earlier: Sequence[CapMessage], exercise: int
) -> str:
    """The whole message; `earlier` are those it updates or cancels."""
    alert = ElementTree.Element("alert", xmlns=NAMESPACE)
    _add(alert, "identifier", identifier)
    _add(alert, "sender", sender())
    _add(alert, "sent", moment(sent))
    _add(alert, "status", content.status)
    _add(alert, "msgType", msg_type)
    _add(alert, "scope", "Restricted")
    with override("vi"):
        _add(alert, "restriction", _("Only for the services that handle it"))
        if content.status == "Exercise":
            _add(alert, "note", _("Exercise %(number)s: nothing of it is real") % {"number": exercise})
        elif content.status == "Test":
            _add(alert, "note", _("Demonstration: nothing of it is real"))
    if earlier:
        _add(alert, "references", " ".join(reference(sender(), row.identifier, moment(row.sent)) for row in earlier))
    _add(alert, "incidents", content.code)
    _info(alert, content, msg_type)
    return ElementTree.tostring(alert, encoding="unicode", xml_declaration=False)


def _info(alert: ElementTree.Element, content: Content, msg_type: str) -> None:
    info = ElementTree.SubElement(alert, "info")
    _add(info, "language", "vi-VN")
    for category in content.categories:
        _add(info, "category", category)
    _add(info, "event", content.event)
    over = msg_type == "Cancel"
    if over:
        _add(info, "responseType", "AllClear")
    _add(info, "urgency", "Past" if over else "Immediate")
    _add(info, "severity", content.severity)
    _add(info, "certainty", content.certainty)
    _add(info, "senderName", "1022")
    _add(info, "headline", content.headline)
    area = ElementTree.SubElement(info, "area")
    _add(area, "areaDesc", content.area)
    if content.circle:
        _add(area, "circle", content.circle)
    for name, value in content.geocodes:
        geocode = ElementTree.SubElement(area, "geocode")
        _add(geocode, "valueName", name)
        _add(geocode, "value", value)


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _NOT_IN_XML.sub("", text)
