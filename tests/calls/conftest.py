from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from incidents.calls.lifecycle import PhoneEvent
from incidents.calls.models import Call
from incidents.calls.receiving import PhoneReport, receive
from tests.cast import cast
from tests.intake.world import take, world

__all__ = ["cast", "take", "world"]

_numbers = itertools.count(1)


@pytest.fixture
def phone() -> Callable[..., Call]:
    """Reports events of one call, a second apart, and gives the call as it is then: phone("ringing", "ended")."""

    def report(*events: str, call_id: str = "", number: str = "0900000001", **more: Any) -> Call:
        name = call_id or f"test-{next(_numbers)}"
        start = timezone.now() - dt.timedelta(minutes=1)
        for second, event in enumerate(events):
            at = start + dt.timedelta(seconds=second)
            receive(PhoneReport(event=PhoneEvent(event), call_id=name, event_ts=at, caller_number=number, **more))
        return Call.objects.get(call_id=name)

    return report
