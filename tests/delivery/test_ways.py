"""Which door a message takes, what happens when it does not get through, and what receipts change."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from incidents.delivery import endings, receipts, ways
from incidents.delivery.models import Delivery, DeliveryState, Door, Kind, Receipt
from incidents.delivery.outcomes import Failure, Outcome, Result
from incidents.delivery.queue import enqueue, tell_reporter
from incidents.delivery.ways import Form, Outgoing, Way
from incidents.intake.take import ReporterDetails
from incidents.intake.worker import Worker
from incidents.records.models import History, Report, Reporter
from realtime.change import change
from tests.delivery.mailbox import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)


class FakeDoor:
    """A chat platform whose answers a test chooses."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.sent: list[Outgoing] = []
        self.is_set_up = True

    def send(self, outgoing: Outgoing) -> Result:
        self.sent.append(outgoing)
        return self.results.pop(0) if self.results else Result(Outcome.SENT, provider_id=f"m{len(self.sent)}")


@pytest.fixture
def viber(monkeypatch: pytest.MonkeyPatch) -> FakeDoor:
    door = FakeDoor()
    monkeypatch.setattr(ways, "_ways", dict(ways._ways))

    def to_citizen(reporter: Reporter | None, report: Report | None) -> str:
        return reporter.door_id if reporter is not None and reporter.door == "viber" else ""

    ways.register(
        Way(
            door=Door.VIBER,
            send=door.send,
            is_set_up=lambda: door.is_set_up,
            to_citizen=to_citizen,
            fit=lambda body: body[:200],
            thread=lambda row: ("earlier",),
        )
    )
    return door


def by_viber(take: Any, **more: str) -> Any:
    return take("Ổ gà", source="viber", reporter=ReporterDetails(door="viber", door_id="v-1", **more))


def test_a_citizen_is_told_by_the_door_they_wrote_by(viber: FakeDoor, mailbox: Mailbox, take: Any) -> None:
    taken = by_viber(take, email="a@citizen.example")
    Worker().run_once()
    assert set(Delivery.objects.values_list("door", "state")) == {("page", "sent"), ("viber", "sent")}
    (sent,) = viber.sent
    row = Delivery.objects.get(door="viber")
    assert (sent.address, sent.delivery, sent.thread, sent.subject) == ("v-1", row.pk, ("earlier",), "")
    assert taken.incident.code in sent.body
    assert row.provider_id == "m1"
    assert mailbox.mails == []


def test_a_door_that_is_not_set_up_gives_way_to_one_that_is(viber: FakeDoor, mailbox: Mailbox, take: Any) -> None:
    viber.is_set_up = False
    by_viber(take, email="a@citizen.example")
    assert set(Delivery.objects.values_list("door", flat=True)) == {"page", "email"}


def test_without_another_the_door_that_is_not_set_up_is_named(viber: FakeDoor, take: Any) -> None:
    viber.is_set_up = False
    by_viber(take)
    row = Delivery.objects.get(door="viber")
    assert (row.state, row.failure) == (DeliveryState.CANCELLED, "door_not_set_up")


def test_what_a_door_refuses_is_said_again_by_the_next(viber: FakeDoor, mailbox: Mailbox, take: Any) -> None:
    viber.results = [Result(Outcome.PERMANENT, Failure.WINDOW_CLOSED)]
    by_viber(take, email="a@citizen.example")
    Worker().run_once()
    failed, again = Delivery.objects.get(door="viber"), Delivery.objects.get(door="email")
    assert (failed.state, failed.failure) == (DeliveryState.FAILED, "window_closed")
    assert (again.state, again.instead_of, again.kind) == (DeliveryState.SENT, failed, "received")
    # A letter now, with its subject.
    assert again.subject
    assert mailbox.recipients == ["a@citizen.example"]
    assert list(History.objects.filter(kind__startswith="message_").values_list("kind", "why")) == [
        ("message_failed", "window_closed"),
        ("message_sent", ""),
    ]


def test_nothing_goes_round_in_circles(viber: FakeDoor, mailbox: Mailbox, take: Any) -> None:
    viber.results = [Result(Outcome.PERMANENT, Failure.REFUSED)]
    mailbox.rcpt_answers = ["550 no such user"]
    by_viber(take, email="a@citizen.example")
    Worker().run_once()
    assert sorted(Delivery.objects.values_list("door", "state")) == [
        ("email", "failed"),
        ("page", "sent"),
        ("viber", "failed"),
    ]


def test_a_receipt_is_kept_once_and_a_late_failure_changes_nothing(viber: FakeDoor, take: Any) -> None:
    by_viber(take)
    Worker().run_once()
    for receipt in (Receipt.DELIVERED, Receipt.DELIVERED, Receipt.READ, Receipt.FAILED, Receipt.DELIVERED):
        assert receipts.note(door=Door.VIBER, provider_id="m1", receipt=receipt)
    row = Delivery.objects.get(door="viber")
    assert (row.state, row.receipt) == (DeliveryState.SENT, Receipt.READ)
    assert list(row.attempt_rows.values_list("code", flat=True)) == ["", "delivered", "read"]
    assert not receipts.note(door=Door.VIBER, provider_id="m9", receipt=Receipt.READ)
    assert not receipts.note(door=Door.EMAIL, provider_id="m1", receipt=Receipt.READ)
    assert not receipts.note(door=Door.VIBER, receipt=Receipt.READ)


def test_a_failed_receipt_ends_it_and_another_door_says_it(viber: FakeDoor, mailbox: Mailbox, take: Any) -> None:
    by_viber(take, email="a@citizen.example")
    Worker().run_once()
    row = Delivery.objects.get(door="viber")
    version = History.objects.latest("pk").version
    detail = "no such user a@citizen.example\n"
    for _time in range(2):
        assert receipts.note(door=Door.VIBER, delivery_id=row.pk, receipt=Receipt.FAILED, detail=detail)
    row.refresh_from_db()
    assert (row.state, row.failure, row.receipt) == (DeliveryState.FAILED, "undelivered", Receipt.FAILED)
    assert row.attempt_rows.last().detail == "no such user •••"  # type: ignore[union-attr]
    assert History.objects.get(kind="message_failed").version == version + 1
    Worker().run_once()
    assert mailbox.recipients == ["a@citizen.example"]


def test_words_of_a_person_to_somebody_without_a_report(viber: FakeDoor) -> None:
    reporter = Reporter.objects.create(door="viber", door_id="v-7", created_at=timezone.now())
    with change():
        row = enqueue(kind=Kind.REPLY, door=Door.VIBER, reporter=reporter, text=("", "Ông/bà cho biết số nhà? " * 20))
    # No report: nowhere on a page, and no history of an incident.
    Worker().run_once()
    row.refresh_from_db()
    assert row.state == DeliveryState.SENT
    assert viber.sent[0].address == "v-7"
    assert len(viber.sent[0].body) == 200
    assert not History.objects.exists()


def test_rooms_hear_how_a_message_ended(viber: FakeDoor, take: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, str]] = []
    monkeypatch.setattr(endings, "_follows", [])
    endings.register(lambda row: heard.append((row.door, row.state)))
    by_viber(take)
    Worker().run_once()
    assert heard == [("viber", "sent")]


def test_a_push_goes_besides(viber: FakeDoor, take: Any) -> None:
    push = FakeDoor()
    ways.register(
        Way(
            door=Door.PUSH,
            send=push.send,
            to_citizen=lambda _reporter, report: "device" if report else "",
            besides=True,
        )
    )
    taken = by_viber(take)
    with change():
        rows = tell_reporter(taken.report, Kind.RECEIVED)
    assert [row.door for row in rows] == ["page", "push", "viber"]


def test_letters_and_short_texts_are_marked_in_exercises(viber: FakeDoor, take: Any) -> None:
    take("Ổ gà", source="viber", reporter=ReporterDetails(door="viber", door_id="v-1"), exercise=3)
    assert Delivery.objects.get(door="viber").body.startswith("[DIỄN TẬP] ")
    assert ways.way_of("viber").form == Form.SHORT  # type: ignore[union-attr]
