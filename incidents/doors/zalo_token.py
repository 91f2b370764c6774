"""Zalo's access token: lives about a day, and is got by a refresh token that works once and brings the next one.

So there is one refresher at a time (a lease on the row), and the new pair is saved in one UPDATE that only succeeds on
the refresh token that was used. A process killed after Zalo answered and before that UPDATE has spent the token: no
order of steps can prevent it. Then Zalo refuses, the row says `lost`, messages wait, and somebody sets a new token.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from incidents.delivery.outcomes import Result
from incidents.doors.models import ZaloToken
from incidents.doors.posting import post
from realtime.change import change

log = logging.getLogger(__name__)

# Longer than the call to Zalo can take.
LEASE = dt.timedelta(minutes=1)
# A refusal of the new token must leave time to do something about it.
EARLY = dt.timedelta(hours=2)
WAIT = dt.timedelta(minutes=1)
_LIFE_S = 90_000

_thread = ThreadPoolExecutor(1, thread_name_prefix="zalo-token")


def current() -> str:
    """The access token; "" when there is none that is valid. Called in a sender's thread: it closes behind itself."""
    try:
        row = ZaloToken.objects.filter(app_id=settings.ZALO_APP_ID, expires_at__gt=timezone.now()).first()
        return row.access_token if row is not None else ""
    finally:
        connection.close()


def is_refused(access_token: str) -> None:
    """Zalo no longer takes this access token: the refresher gets another at once."""
    try:
        with change() as c:
            rows = ZaloToken.objects.filter(app_id=settings.ZALO_APP_ID, access_token=access_token)
            rows.update(access_token="", expires_at=c.at, next_try_at=c.at)
    finally:
        connection.close()


def work() -> int:
    """Has the token renewed when it is time; gives 1 when that was begun. Does not wait for it. For the worker."""
    row = take_up()
    if row is None:
        return 0
    _thread.submit(refresh, row).add_done_callback(_done)
    return 1


def _done(future: Future[bool]) -> None:
    if (error := future.exception()) is not None:
        log.error("Zalo's token could not be renewed", exc_info=error)


def take_up(at: dt.datetime | None = None) -> ZaloToken | None:
    """The row, if this process may renew it now: nobody else does until its lease has run out."""
    if not (settings.ZALO_APP_ID and settings.ZALO_REFRESH_TOKEN):
        return None
    at = at or timezone.now()
    row = _row(at)
    due = Q(expires_at__lte=at + EARLY, next_try_at__lte=at, lost=False) & (
        Q(lease_until=None) | Q(lease_until__lte=at)
    )
    if not ZaloToken.objects.filter(due, pk=row.pk).exists():
        return None
    with change():
        mine = ZaloToken.objects.filter(due, pk=row.pk).update(lease_until=at + LEASE)
    return ZaloToken.objects.get(pk=row.pk) if mine else None


def _row(at: dt.datetime) -> ZaloToken:
    """The row; it begins with the setting's token, and anew when somebody has set another."""
    given = hashlib.sha256(settings.ZALO_REFRESH_TOKEN.encode()).hexdigest()
    row = ZaloToken.objects.filter(app_id=settings.ZALO_APP_ID).first()
    if row is not None and row.given == given:
        return row
    # Several may come here at once: none of them may take away what another has begun meanwhile.
    start: dict[str, Any] = {
        "given": given,
        "refresh_token": settings.ZALO_REFRESH_TOKEN,
        "access_token": "",
        "expires_at": at,
        "lease_until": None,
        "next_try_at": at,
        "failures": 0,
        "lost": False,
    }
    with change():
        ZaloToken.objects.bulk_create([ZaloToken(app_id=settings.ZALO_APP_ID, **start)], ignore_conflicts=True)
        ZaloToken.objects.filter(app_id=settings.ZALO_APP_ID).exclude(given=given).update(**start)
    return ZaloToken.objects.get(app_id=settings.ZALO_APP_ID)


def refresh(row: ZaloToken) -> bool:
    """Asks Zalo for the next pair and saves it; True when it did. Called with the lease, in a thread."""
    try:
        answer = post(
            f"{settings.ZALO_OAUTH}/v4/oa/access_token",
            form={
                "app_id": settings.ZALO_APP_ID,
                "grant_type": "refresh_token",
                "refresh_token": row.refresh_token,
            },
            headers={"secret_key": settings.ZALO_APP_SECRET or settings.ZALO_OA_SECRET},
        )
        if isinstance(answer, Result) or not answer.get("access_token") or not answer.get("refresh_token"):
            _failed(row, answer)
            return False
        return _save(row, str(answer["access_token"]), str(answer["refresh_token"]), answer.get("expires_in"))
    finally:
        connection.close()


def _save(row: ZaloToken, access_token: str, refresh_token: str, life: object) -> bool:
    seconds = int(life) if isinstance(life, (int, str)) and str(life).isdigit() else _LIFE_S
    with change() as c:
        used = ZaloToken.objects.filter(pk=row.pk, refresh_token=row.refresh_token)
        return bool(
            used.update(
                access_token=access_token,
                refresh_token=refresh_token,
                expires_at=c.at + dt.timedelta(seconds=seconds),
                renewed_at=c.at,
                lease_until=None,
                failures=0,
            )
        )


def _failed(row: ZaloToken, answer: Result | dict[str, object]) -> None:
    """Away or busy: again soon. Refused: the token is spent, and only a person can give another."""
    is_lost = not isinstance(answer, Result)
    if isinstance(answer, dict):
        log.error(
            "Zalo refuses the refresh token (error %s): set a new OPSCENTER_ZALO_REFRESH_TOKEN", answer.get("error")
        )
    with change() as c:
        used = ZaloToken.objects.filter(pk=row.pk, refresh_token=row.refresh_token)
        used.update(lease_until=None, next_try_at=c.at + WAIT, failures=F("failures") + 1, lost=is_lost)
