"""Budgets: what one address and everybody together may use, over processes and proxies."""

import threading
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.http import HttpResponse
from django.test import RequestFactory

from opscenter import budgets
from opscenter.models import BudgetUse


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    class Clock:
        now = 1_571_029_200.0

    monkeypatch.setattr(budgets.time, "time", lambda: Clock.now)
    return Clock


def request_from(address: str = "203.0.113.5", **headers: str) -> Any:
    return RequestFactory().post("/", REMOTE_ADDR=address, **headers)


@pytest.mark.django_db
def test_a_budget_is_used_up_and_fills_again(settings: Any, clock: Any) -> None:
    settings.BUDGETS = "portal.report=3/60:-"
    for _ in range(3):
        budgets.spend(request_from(), "portal.report")
    with pytest.raises(budgets.Exhausted) as refused:
        budgets.spend(request_from(), "portal.report")
    assert refused.value.retry_after == 20
    clock.now += 19
    with pytest.raises(budgets.Exhausted) as refused:
        budgets.spend(request_from(), "portal.report")
    assert refused.value.retry_after == 1
    clock.now += 1
    budgets.spend(request_from(), "portal.report")
    with pytest.raises(budgets.Exhausted):
        budgets.spend(request_from(), "portal.report")
    clock.now += 3600
    for _ in range(3):
        budgets.spend(request_from(), "portal.report")
    with pytest.raises(budgets.Exhausted):
        budgets.spend(request_from(), "portal.report")


@pytest.mark.django_db
def test_addresses_have_their_own_part_and_share_the_whole(settings: Any, clock: Any) -> None:
    settings.BUDGETS = "portal.report=2/60:3/60"
    budgets.spend(request_from("203.0.113.1"), "portal.report")
    budgets.spend(request_from("203.0.113.1"), "portal.report")
    with pytest.raises(budgets.Exhausted):
        budgets.spend(request_from("203.0.113.1"), "portal.report")
    budgets.spend(request_from("203.0.113.2"), "portal.report")
    with pytest.raises(budgets.Exhausted):
        budgets.spend(request_from("203.0.113.3"), "portal.report")
    budgets.spend(request_from("203.0.113.1"), "portal.track")


@pytest.mark.django_db
def test_a_refusal_writes_nothing(settings: Any, clock: Any, django_assert_num_queries: Any) -> None:
    settings.BUDGETS = "portal.report=1/60:-"
    with django_assert_num_queries(2):
        budgets.spend(request_from(), "portal.report")
    with django_assert_num_queries(1) as refused, pytest.raises(budgets.Exhausted):
        budgets.spend(request_from(), "portal.report")
    assert refused.captured_queries[0]["sql"].startswith("SELECT")


@pytest.mark.django_db
def test_no_address_is_kept(clock: Any) -> None:
    budgets.spend(request_from("203.0.113.77"), "portal.report")
    assert not [use for use in BudgetUse.objects.all() if "203.0" in use.holder]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "answer"),
    [
        (0, "198.51.100.1", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        # The client wrote the left entries itself; only what our own proxy appended counts.
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 192.0.2.9", "198.51.100.1"),
        (2, "198.51.100.1", "192.0.2.1"),
    ],
)
def test_only_own_proxies_are_believed(settings: Any, proxies: int, forwarded: str, answer: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert budgets.client_address(request_from("192.0.2.1", **headers)) == answer


def test_one_ipv6_network_is_one_holder() -> None:
    assert budgets.holder_of("2001:db8:1:2::1") == budgets.holder_of("2001:db8:1:2:ffff::9")
    assert budgets.holder_of("2001:db8:1:2::1") != budgets.holder_of("2001:db8:1:3::1")
    assert budgets.holder_of("::ffff:203.0.113.1") == budgets.holder_of("203.0.113.1")
    assert budgets.holder_of("nonsense") == budgets.holder_of("")


@pytest.mark.django_db
def test_a_view_answers_429_with_retry_after(settings: Any, clock: Any) -> None:
    settings.BUDGETS = "portal.report=1/600:-"
    view = budgets.limited("portal.report")(lambda request: HttpResponse("done"))
    assert view(request_from()).status_code == 200
    refused = view(request_from())
    assert (refused.status_code, refused["Retry-After"]) == (429, "600")
    assert b"too_many" in refused.content
    reading = RequestFactory().get("/", REMOTE_ADDR="203.0.113.5")
    assert view(reading).status_code == 200


@pytest.mark.django_db
def test_an_exception_that_a_view_let_pass_is_answered_too(settings: Any) -> None:
    middleware = budgets.RefusalMiddleware(lambda request: HttpResponse())
    refused = middleware.process_exception(request_from(), budgets.Exhausted("portal.report", 90))
    assert refused is not None
    assert (refused.status_code, refused["Retry-After"]) == (429, "90")
    assert middleware.process_exception(request_from(), ValueError()) is None


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_exactly_the_amount(settings: Any) -> None:
    settings.BUDGETS = "portal.report=10/600:-"
    served: list[bool] = []

    def ask() -> None:
        try:
            for _ in range(5):
                try:
                    budgets.spend(request_from(), "portal.report")
                    served.append(True)
                except budgets.Exhausted:
                    served.append(False)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (served.count(True), len(served)) == (10, 40)


@pytest.mark.django_db
def test_full_budgets_are_forgotten(settings: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    budgets.spend(request_from("203.0.113.1"), "portal.report")
    clock.now += 86_400
    monkeypatch.setattr(budgets.random, "random", lambda: 0.0)
    budgets.spend(request_from("203.0.113.2"), "portal.report")
    assert set(BudgetUse.objects.values_list("holder", flat=True)) == {"", budgets.holder_of("203.0.113.2")}


@pytest.mark.parametrize("text", ["portal.report=x", "nothing=1/2:3/4", "portal.report=0/60:-", "portal.report"])
def test_a_wrong_setting_is_named(text: str) -> None:
    if text == "portal.report":
        # Naming a budget without figures takes its limits away, which must be said with "-".
        text = "portal.report=5"
    with pytest.raises(ImproperlyConfigured, match="OPSCENTER_BUDGETS"):
        budgets.read_budgets(text)


@pytest.mark.django_db
def test_the_address_that_is_unknown_is_limited_too(settings: Any, clock: Any) -> None:
    settings.BUDGETS = "portal.report=1/60:-"
    budgets.spend(request_from(""), "portal.report")
    with pytest.raises(budgets.Exhausted):
        budgets.spend(request_from("not an address"), "portal.report")
    assert connection.vendor in {"sqlite", "postgresql"}
