"""The rules that a process holds are those of the database at every moment, whoever wrote them and however."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from incidents.dispatching.book import book
from incidents.dispatching.competence import AreaRefs, barred_by, suggest_agency
from incidents.dispatching.models import CompetenceRule, CoOrdinating, RuleEdition
from incidents.records.models import Category
from opscenter.accounts.models import Agency
from tests.cast import most_queries
from tests.intake.world import World

ON = dt.date(2019, 11, 24)
AN_LAC = AreaRefs("invented", "90001", "80001", certain=True)


def ask(world: World, on: dt.date = ON) -> Agency | None:
    return suggest_agency(category=world.categories["light"], group=None, place=AN_LAC, on=on).agency


def rule(world: World, **given: Any) -> CompetenceRule:
    start = {"category": world.categories["light"], "target": "agency", "agency": world.fire, "code": "light"}
    return CompetenceRule(**{**start, "valid_from": dt.date(2019, 1, 1), **given})


def on_its_own_connection(do: Callable[[], object]) -> None:
    """As another process would: a connection of its own, committed at once."""

    def run() -> None:
        try:
            do()
        finally:
            connection.close()

    other = threading.Thread(target=run)
    other.start()
    other.join()


# Every way of writing that no one function of ours sees, on each table that an answer depends on.
WRITES: dict[str, Callable[[World], object]] = {
    "rule made": lambda world: rule(world).save(),
    "rules made in bulk": lambda world: CompetenceRule.objects.bulk_create([rule(world)]),
    "rules made unless there": lambda world: CompetenceRule.objects.bulk_create([rule(world)], ignore_conflicts=True),
    "rules changed in bulk": lambda world: CompetenceRule.objects.filter(code="field").update(priority=7),
    "rule deleted": lambda world: CompetenceRule.objects.filter(code="field").delete(),
    "who co-ordinates": lambda world: CoOrdinating.objects.create(
        rule=CompetenceRule.objects.get(code="field"), target="agency", agency=world.fire
    ),
    "agency ended": lambda world: Agency.objects.filter(pk=world.fire.pk).update(valid_until=dt.date(2030, 1, 1)),
    "agency made": lambda world: Agency.objects.create(
        code="new", name="Mới", kind="department", valid_from=dt.date(2019, 1, 1)
    ),
    "category put under another": lambda world: Category.objects.filter(code="light").update(
        parent=world.categories["road"]
    ),
    "category made": lambda world: Category.objects.create(code="new", group=3, name="Mới", name_en="New"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=list(WRITES))
def test_every_write_gives_a_new_edition(world: World, write: Callable[[World], object]) -> None:
    before = book()
    assert book() is before
    write(world)
    assert RuleEdition.objects.get().token != before.edition
    assert book().edition != before.edition


def test_what_another_process_writes_counts_for_the_next_report(world: World) -> None:
    assert ask(world) == world.an_lac
    on_its_own_connection(rule(world).save)
    assert ask(world) == world.fire
    on_its_own_connection(lambda: CompetenceRule.objects.filter(code="light").update(agency=world.binh_minh))
    assert ask(world) == world.binh_minh
    on_its_own_connection(lambda: CompetenceRule.objects.filter(code="light").delete())
    assert ask(world) == world.an_lac


def test_a_rule_holds_from_its_first_day_to_the_day_before_its_end(world: World) -> None:
    rule(world, valid_from=dt.date(2019, 12, 1), valid_until=dt.date(2020, 1, 1)).save()
    days = ("2019-11-30", "2019-12-01", "2019-12-31", "2020-01-01")
    found = [ask(world, dt.date.fromisoformat(day)) for day in days]
    assert found == [world.an_lac, world.fire, world.fire, world.an_lac]


def test_what_is_taken_back_counted_only_inside_its_change(world: World) -> None:
    ask(world)
    first = book().edition
    for agency in (world.fire, world.binh_minh):
        with transaction.atomic():
            rule(world, agency=agency).save()
            # Twice the first write after the same edition: what was held of the first must not answer for the second.
            assert ask(world) == agency
            transaction.set_rollback(True)
        assert ask(world) == world.an_lac
    assert book().edition == first


def test_a_refused_write_leaves_the_edition(world: World) -> None:
    first = book().edition
    with pytest.raises(IntegrityError), transaction.atomic():
        CompetenceRule.objects.create(code="field", target="agency", agency=world.fire, group=3, valid_from=ON)
    assert book().edition == first


def test_once_read_an_answer_costs_one_small_query(world: World) -> None:
    Category.objects.filter(code="light").update(parent=world.categories["road"])
    light = Category.objects.get(code="light")
    ask(world)
    with most_queries(1):
        suggest_agency(category=light, group=None, place=AN_LAC, on=ON)
    with most_queries(1):
        assert barred_by([world.an_lac.pk]).agencies == {world.an_lac.pk}


def test_without_an_edition_nothing_is_held(world: World) -> None:
    RuleEdition.objects.all().delete()
    first = book()
    assert first.edition == ""
    assert book() is not first
    # The next write makes it again.
    rule(world).save()
    assert ask(world) == world.fire
    assert book() is book()
