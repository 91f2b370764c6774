"""The public figures: nothing small, nothing about officials, nothing that a difference gives away."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from incidents.figures import following, opendata_views
from incidents.figures.opendata import LEAST, pooled
from realtime.change import change
from tests.figures.history import make_past
from tests.intake.world import World


@given(st.dictionaries(st.integers(0, 200), st.integers(1, 40), max_size=40), st.sets(st.integers(0, 200), max_size=5))
def test_what_is_hidden_cannot_be_worked_out(counts: dict[int, int], never: set[int]) -> None:
    shown, others = pooled(counts, never)
    assert not never & set(shown)
    assert sum(shown.values()) + (others or 0) == sum(counts.values())
    assert all(shown[key] == counts[key] >= LEAST for key in shown)
    hidden = set(counts) - set(shown)
    assert (others is None) == (not hidden)
    if hidden and shown:
        # More than one stands behind the difference, and together they are not few.
        assert len(hidden) >= 2
        assert others is not None
        assert others >= LEAST


@pytest.mark.django_db(transaction=True)
def test_the_page_and_its_data(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opendata_views, "_kept", {})
    world.categories["land"].is_complaint = True
    world.categories["land"].save()
    first = timezone.localdate() - dt.timedelta(days=45)
    with change():
        make_past(world, count=300, first=first, days=40)
    following.catch_up()
    page = client.get("/figures/public/?days=90", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    told = page.context["told"]
    rows = list(csv.DictReader(io.StringIO(client.get("/figures/public/1022.csv?days=90").content.decode())))
    assert "Đất đai" not in {row["name"] for row in rows}
    assert all(int(row["received"]) >= LEAST for row in rows)
    assert told.last.weekday() == 6
    for table in ("month", "group", "category", "ward"):
        assert sum(int(row["received"]) for row in rows if row["table"] == table) == told.figures.received
    monkeypatch.setattr("incidents.figures.opendata.border_credit", lambda index: f"borders of {index.name}")
    told_as_data = json.loads(client.get("/figures/public/1022.geojson?days=90").content)
    assert told_as_data["attribution"] == f"borders of {told.area_set}"
    wards: list[Any] = told_as_data["features"]
    by_csv = {row["key"]: int(row["received"]) for row in rows if row["table"] == "ward"}
    assert {one["id"]: one["properties"]["received"] for one in wards} == {
        key: count for key, count in by_csv.items() if key not in {"invented/", "others"}
    }
    assert page.content.count(b'<path class="step-') == len(wards)


@pytest.mark.django_db(transaction=True)
def test_nothing_to_tell_yet_and_strange_periods(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opendata_views, "_kept", {})
    for days in ("", "0", "-5", "9999999999", "<b>"):
        assert client.get("/figures/public/", {"days": days}).status_code == 200
