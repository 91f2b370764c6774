"""Text doors answer by themselves: when sure, from what is in force, and never what was wrong for that citizen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from incidents.conversations.models import CannedText, Message
from incidents.conversations.people import put_together
from incidents.delivery.models import Delivery
from incidents.figures import following
from incidents.figures.counting import Selection, figures_of
from incidents.figures.reading import columns_of
from incidents.intake.messages import take_message
from incidents.intake.take import ReporterDetails
from incidents.knowledge.models import Answer, AnswerVersion, Quote
from incidents.records.models import Incident, Report, Source
from opscenter.accounts.models import Agency
from realtime.change import change
from tests.cast import Cast, Hands
from tests.intake.world import World

QUESTION = "Đăng ký khai sinh cho con ở đâu?"


def write(words: str, source_id: str = "1", phone: str = "0900000001") -> Message:
    reporter = ReporterDetails(phone=phone, door="zalo", door_id=f"u{phone}")
    heard = take_message(source=Source.ZALO, source_id=source_id, words=words, reporter=reporter)
    return heard.message


def said() -> list[Message]:
    return list(Message.objects.filter(direction="out").order_by("pk"))


def test_a_sure_answer_goes_out_and_offers_a_person(
    world: World, justice: Agency, in_force: Callable[..., AnswerVersion]
) -> None:
    version = in_force(justice, QUESTION)
    write(QUESTION)
    (message,) = said()
    assert message.by is None
    assert "Tại phường nơi cư trú." in message.text
    assert "Luật Thử" in message.text
    assert "1022" in message.text
    quote = Quote.objects.get()
    assert (quote.version, quote.by) == (version, None)
    assert quote.confidence is not None
    assert quote.confidence >= settings.ANSWER_CONFIDENCE
    # A person reads it all the same.
    incident = message.report.incident
    incident.refresh_from_db()
    assert incident.on_board


@pytest.mark.parametrize("words", ["Có cháy nhà ở đây", "Ổ gà trước nhà tôi", "Cho hỏi giờ này quán nào mở cửa"])
def test_otherwise_it_is_silent(
    world: World, justice: Agency, in_force: Callable[..., AnswerVersion], words: str
) -> None:
    in_force(justice, QUESTION)
    in_force(justice, "Có ổ gà trước nhà thì báo ai?")
    write(words)
    assert said() == []


def test_what_a_committee_answers_goes_out_by_itself_in_its_own_unit_alone(
    world: World, justice: Agency, in_force: Callable[..., AnswerVersion]
) -> None:
    own = in_force(world.an_lac, "Giờ làm việc bộ phận một cửa", text="Ở An Lạc: sáng thứ bảy có mở cửa.")
    asked = "Giờ làm việc bộ phận một cửa"
    write(asked, "1")
    write(f"{asked} phường Bình Minh", "2", "0900000002")
    assert said() == []
    write(f"{asked} phường An Lạc", "3", "0900000003")
    assert Quote.objects.get().version == own


def test_a_sample_goes_out_to_nobody(world: World, justice: Agency, in_force: Callable[..., AnswerVersion]) -> None:
    in_force(justice, QUESTION)
    Answer.objects.update(is_sample=True)
    write(QUESTION)
    assert said() == []


def test_what_was_wrong_is_never_given_to_them_again(
    world: World, cast: Cast, justice: Agency, in_force: Callable[..., AnswerVersion], settings: Any
) -> None:
    in_force(justice, QUESTION)
    write(QUESTION)
    CannedText.objects.create(code="retract", title="Xin lỗi", text="Xin bỏ qua câu trả lời tự động vừa rồi.")
    # The answer to W: the reply that takes it back, for the form that opens.
    taken_back = Hands(cast.call_taker).post(f"/api/answers/quotes/{Quote.objects.get().pk}/wrong").json()
    assert taken_back["report"] == Report.objects.get().pk
    assert taken_back["text"] == "Xin bỏ qua câu trả lời tự động vừa rồi."
    write(QUESTION, "2")
    assert len(said()) == 1
    # Somebody else still gets it.
    write(QUESTION, "3", phone="0900000002")
    assert len(said()) == 2
    # The same person by another door: with the same number, and where somebody put the two together.
    for at, details in enumerate(({"phone": "0900 000 001"}, {})):
        reporter = ReporterDetails(door="viber", door_id=f"v{at}", **details)
        other = take_message(source=Source.VIBER, source_id=f"v{at}", words="Xin chào", reporter=reporter).message
        if not details:
            with change():
                put_together(report=other.report, other=Report.objects.earliest("pk"), by=cast.call_taker)
        take_message(source=Source.VIBER, source_id=f"w{at}", words=QUESTION, reporter=reporter)
        assert len(said()) == 2, details
    settings.ANSWER_CONFIDENCE = 1.1
    write(QUESTION, "4", phone="0900000003")
    assert len(said()) == 2


def test_what_the_system_answered_is_an_outcome_and_a_figure(
    world: World, cast: Cast, justice: Agency, in_force: Callable[..., AnswerVersion]
) -> None:
    version = in_force(justice, QUESTION)
    hands = Hands(cast.call_taker)
    fits, wrong, plain = (
        write(QUESTION, "1"),
        write(QUESTION, "2", "0900000002"),
        write("Xin chào", "3", "0900000003"),
    )

    def let_stand(message: Message) -> Any:
        incident = Incident.objects.get(reports=message.report)
        sent = {"base_version": incident.version}
        return hands.post(f"/api/incidents/{incident.code}/let-stand", sent)

    code = fits.report.incident.code
    assert f"/api/incidents/{code}/let-stand" in hands.get(f"/room/incident/{code}/panel").content.decode()
    before = Delivery.objects.count()
    assert let_stand(fits).status_code == 200
    # The citizen has it already.
    assert Delivery.objects.count() == before
    incident = Incident.objects.get(reports=fits.report)
    assert (incident.state, incident.outcome, incident.answer) == ("closed", "answered_by_itself", version.text)
    assert incident.waiting_since is None
    hands.post(f"/api/answers/quotes/{Quote.objects.get(report=wrong.report).pk}/wrong")
    for message in (wrong, plain):
        refused = let_stand(message)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_answered_by_itself")

    following.catch_up()
    today = timezone.localdate()
    told = figures_of(Selection().of(columns_of(today, today)), timezone.now())
    assert (told.received, told.by_itself, told.wrong_by_itself) == (3, 2, 1)
    assert (told.answered, told.answered_by_itself, told.answered_at_once, told.first_answer.count) == (1, 1, 0, 1)
    page = Hands(cast.supervisor).get("/figures/?period=today").content.decode()
    assert "answered by the system itself" in page
