"""How often one address, and everybody together, may use a public form or API.

Each budget is a bucket of `amount` uses that fills again evenly over `seconds`. It is kept in the database, so it
holds across web processes and restarts; one use is one short statement, and a refused one only reads.

    budgets.spend(request, "portal.report")          raises Exhausted; RefusalMiddleware answers 429
    @budgets.limited("portal.report")                the same for every POST to a view

OPSCENTER_BUDGETS changes the figures: "portal.report=20/600:2000/600, …" (per address : everybody).
"""

from __future__ import annotations

import functools
import ipaddress
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opscenter.models import BudgetUse


@dataclass(frozen=True, slots=True)
class Rate:
    """`amount` uses at once, filling again evenly over `seconds`."""

    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Budget:
    """None: not limited that way. Many citizens share one address behind a mobile operator, so that part is wide."""

    per_address: Rate | None
    everybody: Rate | None


DEFAULTS = {
    "portal.report": Budget(Rate(30, 600), Rate(3000, 600)),
    "portal.track": Budget(Rate(120, 600), Rate(20_000, 600)),
    "portal.add": Budget(Rate(60, 600), Rate(3000, 600)),
    "portal.chat": Budget(Rate(90, 600), Rate(6000, 600)),
    "portal.chat.read": Budget(Rate(900, 600), Rate(60_000, 600)),
    "portal.suggest": Budget(Rate(600, 600), Rate(60_000, 600)),
    "api.resolve": Budget(Rate(6_000, 600), Rate(60_000, 600)),
    "figures.public": Budget(Rate(120, 600), Rate(20_000, 600)),
    # Without a key; who has one is not counted.
    "ogc.read": Budget(Rate(600, 600), Rate(30_000, 600)),
    "partners.warning": Budget(Rate(300, 600), Rate(6000, 600)),
    "open311.read": Budget(Rate(600, 600), Rate(30_000, 600)),
    "open311.report": Budget(Rate(60, 600), Rate(3000, 600)),
    # A partner's machine with a key or a signature, and one with a wrong one: each costs a query. Far above what one
    # that works asks: a batch each second, holding up to 5,000 positions, is 600.
    "partners.read": Budget(Rate(3000, 600), None),
    "positions.batch": Budget(Rate(6000, 600), None),
    "facilities.declare": Budget(Rate(600, 600), None),
    "contacts.task": Budget(Rate(300, 600), Rate(20_000, 600)),
    "accounts.signin": Budget(Rate(60, 600), Rate(5000, 600)),
    # Wrong guesses only: spent when a code or link was not found.
    "guess": Budget(Rate(20, 600), Rate(2000, 600)),
}
# The demonstration plays a whole day of a province from one address.
DEMONSTRATION_FACTOR = 500


class Exhausted(Exception):
    """The budget is used up; `retry_after` whole seconds from now there is one use again."""

    def __init__(self, name: str, retry_after: int) -> None:
        super().__init__(f"budget {name} is used up for {retry_after} s")
        self.name, self.retry_after = name, retry_after

    @property
    def words(self) -> str:
        """The sentence for a person."""
        minutes = math.ceil(self.retry_after / 60)
        wait = (
            ngettext("%(n)d second", "%(n)d seconds", self.retry_after) % {"n": self.retry_after}
            if self.retry_after < 60
            else ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
        )
        return _(
            "Too many requests came from your network. What you typed is still here: please try again in %(wait)s."
        ) % {"wait": wait}


def _rate(text: str) -> Rate | None:
    amount, _slash, seconds = text.strip().partition("/")
    if amount in {"", "-"}:
        return None
    rate = Rate(int(amount), int(seconds))
    if rate.amount < 1 or rate.seconds < 1:
        raise ValueError(text)
    return rate


@functools.lru_cache(maxsize=8)
def read_budgets(changes: str) -> dict[str, Budget]:
    """The defaults with the changes of OPSCENTER_BUDGETS. Raises ImproperlyConfigured for text it cannot read."""
    result = dict(DEFAULTS)
    for part in filter(None, (part.strip() for part in changes.split(","))):
        name, _equals, rates = part.partition("=")
        per_address, _colon, everybody = rates.partition(":")
        try:
            if name.strip() not in DEFAULTS:
                raise ValueError(name)
            result[name.strip()] = Budget(_rate(per_address), _rate(everybody))
        except ValueError as error:
            raise ImproperlyConfigured(f"OPSCENTER_BUDGETS: cannot read {part!r}") from error
    return result


def client_address(request: HttpRequest) -> str:
    """The address of whoever asks: the entry of X-Forwarded-For that our outermost own proxy wrote.

    settings.TRUSTED_PROXIES entries from the right are ours; anything further left can be invented by the client.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.TRUSTED_PROXIES > 0:
        entries = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if len(entries) >= settings.TRUSTED_PROXIES:
            address = entries[-settings.TRUSTED_PROXIES]
    return address


def holder_of(address: str) -> str:
    """A digest of who an address stands for: itself in IPv4, its /64 network in IPv6 (one household has all of it)."""
    try:
        known = ipaddress.ip_address(address)
        if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is not None:
            known = known.ipv4_mapped
        if isinstance(known, ipaddress.IPv6Address):
            known = ipaddress.ip_network((known, 64), strict=False).network_address
        address = str(known)
    except ValueError:
        address = "unknown"
    return salted_hmac("opscenter.budgets", address, algorithm="sha256").hexdigest()[:32]


def _use(name: str, holder: str, rate: Rate, now: float) -> int:
    """Takes one use; answers 0, or in how many seconds there is one again.

    The bucket is one number, the time at which it is full again (the generic cell rate algorithm): taking one use
    moves it on by seconds/amount, and it may not lie further ahead than `seconds`.
    """
    step = rate.seconds / rate.amount
    latest = now + rate.seconds
    known = BudgetUse.objects.filter(name=name, holder=holder).values_list("full_at", flat=True).first()
    if known is not None and max(known, now) + step > latest + 1e-6:
        return max(1, math.ceil(known + step - latest))
    table = connection.ops.quote_name(BudgetUse._meta.db_table)
    greatest = "MAX" if connection.vendor == "sqlite" else "GREATEST"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (name, holder, full_at) VALUES (%s, %s, %s) "
            f"ON CONFLICT (name, holder) DO UPDATE SET full_at = {greatest}({table}.full_at, %s) + %s "
            f"WHERE {greatest}({table}.full_at, %s) + %s <= %s RETURNING full_at",
            [name, holder, now + step, now, step, now, step, latest + 1e-6],
        )
        taken = cursor.fetchone() is not None
    # Somebody else took the last one between the two statements.
    return 0 if taken else max(1, math.ceil(step))


def spend(request: HttpRequest, name: str) -> None:
    """Takes one use of the budget `name` for the client of this request. Raises Exhausted, KeyError for no such name.

    Call it before a change is opened: a refusal must not have cost a transaction.
    """
    budget = read_budgets(settings.BUDGETS)[name]
    factor = DEMONSTRATION_FACTOR if settings.DEMONSTRATION else 1
    now = time.time()
    for holder, rate in ((holder_of(client_address(request)), budget.per_address), ("", budget.everybody)):
        if rate is None:
            continue
        wait = _use(name, holder, Rate(rate.amount * factor, rate.seconds), now)
        if wait:
            raise Exhausted(name, wait)
    if random.random() < 0.001:
        # A full bucket says nothing any more.
        BudgetUse.objects.filter(full_at__lt=now).delete()


def refusal(request: HttpRequest, exhausted: Exhausted) -> HttpResponse:
    """The 429 answer with Retry-After: JSON for machines and scripts, a page for people."""
    wants_page = "text/html" in request.headers.get("Accept", "") and "X-Action-Id" not in request.headers
    response: HttpResponse
    if wants_page:
        response = render(request, "errors/429.html", {"words": exhausted.words}, status=429)
    else:
        response = JsonResponse({"code": "too_many", "detail": exhausted.words}, status=429)
    response["Retry-After"] = str(exhausted.retry_after)
    response["Cache-Control"] = "no-store"
    return response


def limited(
    name: str, methods: frozenset[str] = frozenset({"POST"})
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Decorates a view: each request with one of `methods` takes one use, and is answered 429 when there is none."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        def within_budget(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in methods:
                try:
                    spend(request, name)
                except Exhausted as exhausted:
                    return refusal(request, exhausted)
            return view(request, *args, **kwargs)

        return within_budget

    return decorate


class RefusalMiddleware:
    """Turns an Exhausted that a view let pass into the 429 answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return refusal(request, exception) if isinstance(exception, Exhausted) else None
