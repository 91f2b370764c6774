"""Calls of which the exchange no longer says anything: a report that was lost must not ring for ever."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from incidents.calls.lifecycle import CallState, PhoneEvent
from incidents.calls.models import Call
from incidents.calls.receiving import PhoneReport, receive

LONGEST_RINGING = dt.timedelta(minutes=10)
LONGEST_TALK = dt.timedelta(hours=3)


def close_silent(at: dt.datetime | None = None) -> int:
    """Ends what has rung or talked for longer than anybody does; gives how many. For the worker's rounds."""
    now = at or timezone.now()
    ringing = Q(state=CallState.RINGING, began_at__lt=now - LONGEST_RINGING)
    talking = Q(state__in=[CallState.ANSWERED, CallState.ELSEWHERE], began_at__lt=now - LONGEST_TALK)
    ids = list(Call.objects.live().filter(ringing | talking).values_list("call_id", "exercise")[:50])
    for call_id, exercise in ids:
        receive(PhoneReport(event=PhoneEvent.ENDED, call_id=call_id, event_ts=now, exercise=exercise))
    return len(ids)
