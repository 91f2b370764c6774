"""Whose data is shown: what the licences of imported sources ask to be named."""

from __future__ import annotations

from geo.models import PlaceSource


def credits_due() -> list[str]:
    """What the licences of the sources in force ask to be named on every map, each source's own words."""
    sources = PlaceSource.objects.filter(current__complete=True).exclude(attribution="").order_by("name")
    return list(dict.fromkeys(sources.values_list("attribution", flat=True)))
