"""`{% reach_warning agency %}`: a warning beside an agency whose contact points are known dead, and who is next."""

from __future__ import annotations

from typing import Any

from django import template

from incidents.contacts.reach import State, reach_of
from opscenter.accounts.models import Agency, ContactPoint

register = template.Library()


@register.inclusion_tag("contacts/warning.html")
def reach_warning(agency: Agency | None) -> dict[str, Any]:
    """Dead contact points of the agency, and those that are left; nothing when all are well."""
    if agency is None:
        return {}
    points = list(ContactPoint.objects.filter(agency=agency, is_active=True).order_by("order", "pk"))
    reach = reach_of(points)
    dead = [point for point in points if reach[point.pk].state == State.DEAD]
    return {"agency": agency, "none": not points, "dead": dead, "left": [one for one in points if one not in dead][:3]}
