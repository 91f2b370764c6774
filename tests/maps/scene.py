"""Incidents spread over the invented province, opened in one change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone

from incidents.records import editing
from incidents.records.models import Incident
from realtime.change import change
from tests.intake.world import World


def spread(world: World, many: Sequence[dict[str, Any]]) -> list[Incident]:
    """One incident for each dictionary: `at` (lon, lat) or None, `ago` (days), `group`, and fields of the table."""
    now = timezone.now()
    with change():
        return [
            editing.open_incident(
                **{
                    "source": "phone",
                    "area_set": "invented",
                    "ward_code": "90001",
                    "district_code": "80001",
                    "point": Point(*one["at"], srid=4326) if one.get("at") else None,
                    "radius_m": 10.0 if one.get("at") else None,
                    "received_at": now - dt.timedelta(days=one.get("ago", 0)),
                    "group": one.get("group", 3),
                    **{key: value for key, value in one.items() if key not in {"at", "ago", "group"}},
                }
            )
            for one in many
        ]
