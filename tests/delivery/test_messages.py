"""Who is told what: citizens on their page and by mail, agencies by mail once a dispatch can no longer be undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from incidents.delivery import wording
from incidents.delivery.models import FREE, Delivery, DeliveryState, Kind
from incidents.delivery.queue import UNDO
from incidents.delivery.ways import Form
from incidents.dispatching.assigning import assign, withdraw
from incidents.dispatching.closing import answer_at_once
from incidents.intake.take import ReporterDetails
from incidents.intake.worker import Worker
from realtime.change import NoOpenChange, change
from tests.delivery.mailbox import Mailbox
from tests.intake.world import IN_AN_LAC, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def given(mailbox: Mailbox, take: Any, world: World, new_person: Any) -> Any:
    """A report of somebody with an e-mail address, given to a ward."""
    by = new_person("call_taker")
    taken = take("Ổ gà to", point=IN_AN_LAC, reporter=ReporterDetails(name="Giả", email="a@citizen.example"))
    with change():
        assign(incident_id=taken.incident.pk, lead=world.an_lac, by=by)
    return taken, by


def rows(kind: Kind, door: str) -> list[Delivery]:
    return list(Delivery.objects.filter(kind=kind, door=door))


def after_undo() -> None:
    Delivery.objects.filter(state="waiting").update(next_try_at=timezone.now())
    Worker().run_once()


def test_nothing_leaves_while_it_can_be_withdrawn(mailbox: Mailbox, given: Any, world: World) -> None:
    Worker().run_once()
    (to_agency,), (to_citizen,), (on_page,) = (
        rows(Kind.ASSIGNMENT, "email"),
        rows(Kind.FORWARDED, "email"),
        rows(Kind.FORWARDED, "page"),
    )
    for row in (to_agency, to_citizen, on_page):
        assert row.state == DeliveryState.WAITING
        assert row.next_try_at - row.created_at == UNDO
    after_undo()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert sorted(mailbox.recipients) == ["a@citizen.example", "a@citizen.example", "an-lac@agency.example"]
    to_agency_mail = next(mail for mail in mailbox.mails if str(mail["To"]) == "an-lac@agency.example")
    # An agency reads what was reported only after signing in.
    assert "Ổ gà to" not in to_agency_mail.get_content()
    assert "/inbox/" in to_agency_mail.get_content()
    forwarded = next(mail for mail in mailbox.mails if "chuyển" in str(mail["Subject"]))
    assert world.an_lac.name in forwarded.get_content()


def test_a_withdrawn_dispatch_is_never_told(mailbox: Mailbox, given: Any) -> None:
    taken, by = given
    with change():
        withdraw(incident_id=taken.incident.pk, by=by)
    after_undo()
    assert mailbox.recipients == ["a@citizen.example"]
    states = set(Delivery.objects.filter(kind__in=["forwarded", "assignment"]).values_list("state", "failure"))
    assert states == {("cancelled", "taken_back")}


def test_the_answer_reaches_the_citizen(mailbox: Mailbox, take: Any, new_person: Any) -> None:
    taken = take("Hỏi về sổ đỏ", reporter=ReporterDetails(email="a@citizen.example"), language="en")
    with change():
        answer_at_once(incident_id=taken.incident.pk, answer="Mang giấy tờ\nđến <UBND> & nộp", by=new_person())
    Worker().run_once()
    mail = next(mail for mail in mailbox.mails if "Answer" in str(mail["Subject"]))
    assert "Mang giấy tờ\nđến <UBND> & nộp" in mail.get_content().replace("\r\n", "\n")


def test_only_active_email_contact_points_are_told(mailbox: Mailbox, take: Any, world: World, new_person: Any) -> None:
    from opscenter.accounts.models import ContactPoint

    ContactPoint.objects.create(agency=world.an_lac, kind="sms", address="0900000001")
    ContactPoint.objects.create(agency=world.an_lac, kind="email", address="old@agency.example", is_active=False)
    ContactPoint.objects.create(agency=world.an_lac, kind="email", address="second@agency.example", order=1)
    taken = take("Ổ gà", point=IN_AN_LAC)
    with change():
        assign(incident_id=taken.incident.pk, lead=world.an_lac, by=new_person())
    after_undo()
    assert sorted(mailbox.recipients) == ["an-lac@agency.example", "second@agency.example"]


def test_every_kind_has_both_languages_and_both_forms() -> None:
    folder = Path(wording.__file__).parent / "templates" / "delivery"
    written = set(Kind) - FREE
    expected = {
        f"{kind}.{language}{ending}"
        for kind in written
        for language in wording.LANGUAGES
        for ending in (".txt", ".short.txt")
    }
    assert {path.name for path in folder.iterdir()} == expected


@pytest.mark.parametrize("form", [Form.LETTER, Form.SHORT])
def test_every_text_is_whole(form: Form, take: Any, world: World, new_person: Any) -> None:
    from incidents.records.models import Assignment

    taken = take("Ổ gà", point=IN_AN_LAC)
    with change():
        assign(incident_id=taken.incident.pk, lead=world.an_lac, by=new_person())
    assignment = Assignment.objects.get()
    taken.incident.answer = "Đã vá xong."
    for kind in set(Kind) - FREE:
        for language in wording.LANGUAGES:
            to_agency = kind == Kind.ASSIGNMENT
            subject, body = wording.worded(
                kind,
                language,
                form,
                incident=taken.incident,
                report=None if to_agency else taken.report,
                assignment=assignment if to_agency else None,
            )
            assert taken.incident.code in (subject if form == Form.LETTER else body)
            assert bool(subject) == (form == Form.LETTER)
            assert "\n" not in subject
            assert len(body) > 100 if form == Form.LETTER else "\n" not in body
            assert "{{" not in body
            assert "\n\n\n\n" not in body


def test_a_language_nobody_wrote_is_vietnamese(take: Any) -> None:
    taken = take("Ổ gà")
    subject, _body = wording.worded(Kind.RECEIVED, "fr", incident=taken.incident, report=taken.report)
    assert "đã nhận" in subject


def test_queueing_needs_an_open_change(take: Any) -> None:
    from incidents.delivery.queue import tell_reporter

    with pytest.raises(NoOpenChange):
        tell_reporter(take("Ổ gà").report, Kind.ANSWERED)


def test_the_undo_is_ten_seconds() -> None:
    assert UNDO.total_seconds() == 10
