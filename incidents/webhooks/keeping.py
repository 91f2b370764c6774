"""How long messages to webhooks are kept, and giving up what could not be given for a day."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from incidents.webhooks.models import Notice, NoticeState, Webhook
from incidents.webhooks.posting import GIVE_UP_AFTER
from realtime.change import change

SENT_KEPT = dt.timedelta(days=14)
GIVEN_UP_KEPT = dt.timedelta(days=90)


def tidy() -> int:
    """Gives up what has waited for longer than a day at a webhook that cannot be reached; forgets what is old."""
    now = timezone.now()
    late = Notice.objects.filter(
        state=NoticeState.WAITING, waiting_since__lt=now - GIVE_UP_AFTER, webhook__paused_until__isnull=False
    )
    old = Notice.objects.filter(state=NoticeState.SENT, ended_at__lt=now - SENT_KEPT)
    lost = Notice.objects.filter(state=NoticeState.GIVEN_UP, ended_at__lt=now - GIVEN_UP_KEPT)
    if not any(rows.exists() for rows in (late, old, lost)):
        return 0
    with change():
        late.update(state=NoticeState.GIVEN_UP, failure="gave_up", ended_at=now)
        old.delete()
        lost.delete()
    return 0


def send_again(ids: list[int]) -> int:
    """Has messages that were given up sent once more, at once; gives how many."""
    with change() as c:
        rows = Notice.objects.filter(pk__in=ids, state=NoticeState.GIVEN_UP)
        Webhook.objects.filter(notices__in=rows.values("pk")).update(failures=0, paused_until=None)
        return rows.update(
            state=NoticeState.WAITING, waiting_since=c.at, next_try_at=c.at, ended_at=None, failure="", attempts=0
        )
