"""Whose data is shown: what the licences of imported sources ask to be named."""

from __future__ import annotations

from geo.index import SetIndex
from geo.models import PlaceSource


def border_credit(index: SetIndex) -> str:
    """Whose borders these are and under which licence, to be named on every map that draws them.

    "" for the starter cells: nobody else's data is in them.
    """
    if index.approximate or not index.source:
        return ""
    return f"{index.source} ({index.licence})" if index.licence else index.source


def credits_due() -> list[str]:
    """What the licences of the sources in force ask to be named on every map, each source's own words."""
    sources = PlaceSource.objects.filter(current__complete=True).exclude(attribution="").order_by("name")
    return list(dict.fromkeys(sources.values_list("attribution", flat=True)))
