"""Zalo's refresh token works once: two refreshers never both spend it, and a spent one is told, not repeated."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from incidents.doors import zalo_token
from incidents.doors.models import ZaloToken
from tests.cast import together
from tests.doors.platforms import Platform

pytestmark = pytest.mark.django_db(transaction=True)


def renewals(zalo: Platform) -> int:
    return sum(one.path == "/v4/oa/access_token" for one in zalo.peer.asked)


def run() -> bool:
    row = zalo_token.take_up()
    return row is not None and zalo_token.refresh(row)


def test_the_pair_is_saved_and_used(zalo: Any) -> None:
    assert zalo_token.current() == ""
    assert run()
    row = ZaloToken.objects.get()
    assert (row.access_token, row.refresh_token, row.lease_until) == ("access-1", "refresh-1", None)
    assert zalo_token.current() == "access-1"
    # It is good for a day: nobody asks again.
    assert zalo_token.take_up() is None
    # Two hours before its end the next one is got, with the token that came with it.
    assert zalo_token.take_up(row.expires_at - zalo_token.EARLY - dt.timedelta(minutes=1)) is None
    later = zalo_token.take_up(row.expires_at - zalo_token.EARLY)
    assert later is not None
    assert zalo_token.refresh(later)
    assert zalo_token.current() == "access-2"


def test_of_two_refreshers_one_goes(zalo: Any) -> None:
    results = together([run, run, run])
    assert sorted(results) == [False, False, True], results
    assert renewals(zalo) == 1
    assert not ZaloToken.objects.get().lost


def test_killed_before_zalo_was_asked(zalo: Any) -> None:
    """The lease runs out, and the next one goes on with the same token."""
    assert zalo_token.take_up() is not None
    assert zalo_token.take_up() is None
    ZaloToken.objects.update(lease_until=F("lease_until") - zalo_token.LEASE)
    assert run()
    assert zalo_token.current() == "access-1"


def test_killed_after_zalo_answered(zalo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token is spent and the next one is gone: that is said once, loudly, and a new one in the settings helps."""
    row = zalo_token.take_up()

    class Killed(BaseException):
        pass

    def dies(*given: Any) -> bool:
        raise Killed

    monkeypatch.setattr(zalo_token, "_save", dies)
    with pytest.raises(Killed):
        zalo_token.refresh(row)
    monkeypatch.undo()
    ZaloToken.objects.update(lease_until=F("lease_until") - zalo_token.LEASE)
    assert not run()
    assert ZaloToken.objects.get().lost
    asked = renewals(zalo)
    assert zalo_token.take_up(timezone.now() + dt.timedelta(days=1)) is None
    assert renewals(zalo) == asked
    # Somebody connects the account anew.
    zalo.refresh_token = "refresh-by-hand"
    monkeypatch.setattr(settings, "ZALO_REFRESH_TOKEN", "refresh-by-hand")
    assert run()
    assert zalo_token.current() == "access-2"


def test_zalo_away_is_asked_again(zalo: Any) -> None:
    zalo.peer.answers = [(503, {})]
    assert not run()
    row = ZaloToken.objects.get()
    assert (row.lost, row.failures, row.refresh_token, row.lease_until) == (False, 1, "refresh-0", None)
    ZaloToken.objects.update(next_try_at=timezone.now())
    assert run()


def test_a_late_answer_never_overwrites_a_newer_pair(zalo: Any) -> None:
    row = zalo_token.take_up()
    # Somebody else renewed it meanwhile (the lease had run out).
    ZaloToken.objects.update(refresh_token="refresh-newer", access_token="access-newer", expires_at=timezone.now())
    assert not zalo_token.refresh(row)
    assert ZaloToken.objects.get().refresh_token == "refresh-newer"


def test_a_refused_access_token_is_renewed(zalo: Any) -> None:
    assert run()
    zalo_token.is_refused("access-1")
    assert zalo_token.current() == ""
    assert run()
    assert zalo_token.current() == "access-2"
