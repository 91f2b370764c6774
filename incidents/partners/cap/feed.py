"""The Atom feed of published alerts (RFC 4287): an entry a message, which has an address of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from xml.etree import ElementTree

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from incidents.emergencies.models import SharedIncident
from incidents.partners.cap.names import moment
from incidents.partners.models import CapMessage, SystemKey
from incidents.partners.seeing import shared_incidents
from incidents.records.models import Incident

ATOM = "http://www.w3.org/2005/Atom"
# Who fetches the feed so often at least sees every Cancel.
CANCELS_KEPT = dt.timedelta(days=1)
MOST = 500


def in_force(key: SystemKey) -> list[CapMessage]:
    """The newest message of each shared incident the key's agency sees; cancels for a day. The newest first."""
    rows = CapMessage.objects.filter(shared__in=_visible(key), is_last=True)
    old = timezone.now() - CANCELS_KEPT
    return list(rows.exclude(msg_type="Cancel", sent__lt=old).order_by("-sent")[:MOST])


def message_for(key: SystemKey, identifier: str) -> CapMessage | None:
    """One message, also an older one; None when the agency sees no such incident."""
    if not identifier.isprintable():
        return None
    return CapMessage.objects.filter(shared__in=_visible(key), identifier=identifier).first()


def _visible(key: SystemKey) -> QuerySet[SharedIncident]:
    return SharedIncident.objects.filter(incident__in=shared_incidents(key.agency, key.with_exercises))


def atom(rows: Sequence[CapMessage]) -> bytes:
    """The feed's text."""
    feed = ElementTree.Element("feed", xmlns=ATOM)
    own = settings.PUBLIC_URL + reverse("partners:cap_feed")
    _add(feed, "id", own)
    _add(feed, "title", "1022: CAP 1.2")
    _add(feed, "updated", moment(max((row.sent for row in rows), default=timezone.now())))
    ElementTree.SubElement(feed, "link", rel="self", href=own, type="application/atom+xml")
    author = ElementTree.SubElement(feed, "author")
    _add(author, "name", "1022")
    codes = {pk: Incident(pk=pk).code for pk in {row.shared_id for row in rows}}
    for row in rows:
        entry = ElementTree.SubElement(feed, "entry")
        address = settings.PUBLIC_URL + reverse("partners:cap_message", args=[row.identifier])
        _add(entry, "id", address)
        _add(entry, "title", f"{codes[row.shared_id]} {row.msg_type}")
        _add(entry, "updated", moment(row.sent))
        ElementTree.SubElement(entry, "link", href=address, type="application/cap+xml")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(feed, encoding="unicode")}'.encode()


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text
