"""Answers are written, reviewed by whoever owns them, in force between dates, and gone in one act with their law."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from incidents.knowledge import finding, quoting, samples, writing
from incidents.knowledge.models import Answer, AnswerVersion, LegalDocument, Quote
from incidents.knowledge.refusals import AnswerRefusal, AnswerRefused
from incidents.records.models import Incident, Report
from opscenter.accounts.models import Agency, Person
from realtime.change import change
from tests.cast import Cast, Hands, give, open_one
from tests.intake.world import World

InForce = Callable[..., AnswerVersion]


def do(work: Callable[..., Any], **named: Any) -> Any:
    with change():
        return work(**named)


def draft(law: LegalDocument | None = None, **fields: Any) -> writing.Draft:
    start: dict[str, Any] = {
        "question": "Làm giấy kết hôn ở đâu?", "text": "Tại phường.", "valid_from": dt.date(2019, 1, 1),
        "bases": [(law, "Điều 2")] if law else [],
    }  # fmt: skip
    return writing.Draft(**{**start, **fields})


def first(words: str) -> finding.Suggestion | None:
    finding.look_again()
    found = finding.suggest(words)
    return found[0] if found else None


def test_from_a_draft_to_an_answer_in_force(world: World, cast: Cast, law: LegalDocument) -> None:
    version = do(writing.write, draft=draft(law), owner=world.an_lac, by=cast.supervisor)
    assert first("giấy kết hôn") is None
    do(writing.ask_review, version_id=version.pk, by=cast.supervisor)
    with pytest.raises(AnswerRefused) as refused:
        do(writing.approve, version_id=version.pk, by=cast.focal_point_there)
    assert refused.value.code == AnswerRefusal.NOT_REVIEWER
    do(writing.send_back, version_id=version.pk, by=cast.focal_point, remark="Thiếu giờ làm việc")
    assert AnswerVersion.objects.get().remark == "Thiếu giờ làm việc"
    do(writing.ask_review, version_id=version.pk, by=cast.supervisor)
    do(writing.approve, version_id=version.pk, by=cast.focal_point)
    found = first("giay ket hon")
    assert found is not None
    assert found.in_force
    assert found.version.reviewed_by == cast.focal_point


def test_who_writes_for_whom(world: World, cast: Cast, law: LegalDocument) -> None:
    def owner_of(person: Person) -> Agency:
        return world.an_lac

    for person in (cast.call_taker, cast.leader, cast.focal_point_there, cast.handler_there):
        with pytest.raises(AnswerRefused):
            do(writing.write, draft=draft(law), owner=owner_of(person), by=person)
    do(writing.write, draft=draft(law), owner=world.an_lac, by=cast.handler)


def test_a_new_version_ends_the_one_before_on_its_day(world: World, in_force: InForce, law: LegalDocument) -> None:
    old = in_force(world.an_lac)
    today = timezone.localdate()
    tomorrow = today + dt.timedelta(days=1)
    with change():
        new = writing.write(
            draft=draft(law, question=old.question, text="Từ mai: trực tuyến.", valid_from=tomorrow),
            owner=world.an_lac, by=None, answer=old.answer,
        )  # fmt: skip
        writing.approve(version_id=new.pk, by=None)
    old.refresh_from_db()
    assert (new.number, old.valid_until) == (2, tomorrow)
    assert finding.suggest("khai sinh", on=today)[0].version == old
    assert finding.suggest("khai sinh", on=tomorrow)[0].version == new


def test_nothing_in_force_without_a_basis_in_force(world: World, cast: Cast, law: LegalDocument) -> None:
    version = do(writing.write, draft=draft(), owner=world.an_lac, by=cast.focal_point)
    with pytest.raises(AnswerRefused) as refused:
        do(writing.approve, version_id=version.pk, by=cast.focal_point)
    assert refused.value.code == AnswerRefusal.NO_BASIS
    LegalDocument.objects.update(in_force_until=dt.date(2019, 1, 1))
    law.refresh_from_db()
    do(writing.write, draft=draft(law), owner=world.an_lac, by=cast.focal_point, answer=version.answer)
    with pytest.raises(AnswerRefused) as refused:
        do(writing.approve, version_id=version.pk, by=cast.focal_point)
    assert refused.value.code == AnswerRefusal.BASIS_NOT_IN_FORCE


def test_a_law_takes_all_its_answers_along(world: World, cast: Cast, in_force: InForce, law: LegalDocument) -> None:
    in_force(world.an_lac)
    in_force(world.binh_minh, "Cấp bản sao trích lục ở đâu?")
    other = LegalDocument.objects.create(number="2/2019", title="Luật Khác", in_force_from=dt.date(2019, 1, 1))
    stays = in_force(world.an_lac, "Đăng ký tạm trú ở đâu?", bases=[(other, "")])
    with pytest.raises(AnswerRefused):
        do(writing.repeal, document_id=law.pk, by=cast.call_taker, on=timezone.localdate())
    ended = do(writing.repeal, document_id=law.pk, by=cast.supervisor, on=timezone.localdate(), repealed_by="9/2026")
    assert len(ended) == 2
    assert set(AnswerVersion.objects.filter(state="approved")) == {stays}
    found = first("khai sinh cho con")
    assert found is not None
    assert not found.in_force
    assert finding.best_answer("Đăng ký khai sinh cho con ở đâu?") is None
    with pytest.raises(AnswerRefused):
        quoting.version_to_quote(found.version.pk)


def test_a_repeal_to_come_ends_them_then(world: World, cast: Cast, in_force: InForce, law: LegalDocument) -> None:
    version = in_force(world.an_lac)
    then = timezone.localdate() + dt.timedelta(days=30)
    do(writing.repeal, document_id=law.pk, by=cast.administrator, on=then)
    version.refresh_from_db()
    assert (version.state, version.valid_until) == ("approved", then)


def test_only_what_an_agency_replied_becomes_an_answer(world: World, cast: Cast, law: LegalDocument) -> None:
    row = give(open_one(world, summary="Xin giấy xác nhận ở đâu?"), world.an_lac, cast.call_taker)
    today = timezone.localdate()
    # A unit has reported, and its focal point has not passed it on.
    row.state, row.result = "reported", "Tại bộ phận một cửa của phường."
    row.save()
    with pytest.raises(AnswerRefused):
        do(writing.draw_from, assignment=row, by=cast.supervisor, today=today)
    row.state = "answered"
    row.save()
    with pytest.raises(AnswerRefused):
        do(writing.draw_from, assignment=row, by=cast.focal_point_there, today=today)
    version = do(writing.draw_from, assignment=row, by=cast.focal_point, today=today)
    assert (version.question, version.text) == ("Xin giấy xác nhận ở đâu?", "Tại bộ phận một cửa của phường.")
    assert version.answer.owner == world.an_lac


def test_a_document_is_named_once_with_its_articles(world: World, in_force: InForce, law: LegalDocument) -> None:
    other = LegalDocument.objects.create(number="2/2019", title="Nghị định Thử", in_force_from=dt.date(2019, 1, 1))
    version = in_force(world.an_lac, bases=[(law, "Điều 11"), (law, "Điều 13"), (other, ""), (law, "Điều 15")])
    assert version.rests_on() == ["Điều 11, Điều 13, Điều 15, Luật Thử (1/2019)", "Nghị định Thử (2/2019)"]


def test_answered_at_once_keeps_the_exact_version(world: World, cast: Cast, in_force: InForce) -> None:
    version = in_force(world.an_lac)
    hands = Hands(cast.call_taker)
    asked = {
        "q": "khai sinh cho con",
        "area_set": version.answer.owner.area_set,
        "ward": version.answer.owner.area_code,
    }
    found = hands.post("/api/answers", asked).json()["answers"]
    assert [(one["version"], one["in_force"], one["basis"]) for one in found] == [
        (version.pk, True, ["Điều 1, Luật Thử (1/2019)"])
    ]
    sent = {"words": "Khai sinh cho con ở đâu ạ", "quote": version.pk, "took_s": 42}
    answer = hands.post("/api/reports", sent)
    assert (answer.status_code, answer.json()["answered"]) == (201, True)
    incident = Incident.objects.get()
    assert (incident.state, incident.outcome, incident.answer) == ("closed", "answered_at_once", version.text)
    quote = Quote.objects.get()
    assert (quote.version, quote.by, quote.seconds) == (version, cast.call_taker, 42)
    # No longer in force: it is refused before anything is taken.
    do(writing.withdraw, version_id=version.pk, by=cast.focal_point)
    refused = hands.post("/api/reports", sent)
    assert (refused.status_code, refused.json()["code"]) == (409, "answer_not_in_force")
    assert Report.objects.count() == 1


def test_a_wrong_answer_is_not_given_to_them_again(world: World, cast: Cast, in_force: InForce) -> None:
    version = in_force(world.an_lac)
    words = "Đăng ký khai sinh cho con ở đâu?"
    within = [(world.an_lac.area_set, world.an_lac.area_code)]
    sure = finding.best_answer(words, within=within)
    assert sure is not None
    report = Report.objects.get(incident=open_one(world))
    with change():
        quote = quoting.quote(version=version, report=report, by=None, since=timezone.now(), confidence=0.9)
    url = f"/api/answers/quotes/{quote.pk}/wrong"
    assert Hands(cast.focal_point).post(url).status_code == 403
    assert Hands(cast.call_taker).post(url).status_code == 200
    assert finding.best_answer(words, within=within, but=quoting.wrong_for(report)) is None


def test_the_samples_load_and_leave_what_people_wrote(world: World, cast: Cast) -> None:
    read = samples.read()
    merged = dt.date(2025, 7, 1)
    for code in {one.agency for one in read.answer}:
        end = merged if code in read.successors else None
        Agency.objects.create(code=code, name=code, kind="department", valid_from=dt.date(2019, 1, 1), valid_until=end)
    for code in {*read.successors.values(), *(one.then for one in read.answer if one.then)}:
        Agency.objects.create(code=code, name=code, kind="department", valid_from=merged)
    loaded = samples.load(on=dt.date(2025, 6, 30))
    assert loaded.written == len(samples.read().answer)
    assert samples.load(on=dt.date(2025, 6, 30)).written == 0
    assert Answer.objects.filter(is_sample=True).count() == loaded.written
    expired = finding.suggest("cấp lại sổ hộ khẩu giấy")
    assert any(not one.in_force for one in expired)
    birth = Answer.objects.get(key="birth-registration")
    with change():
        law = LegalDocument.objects.first()
        writing.write(draft=draft(law, text="Của chúng tôi."), owner=birth.owner, by=cast.administrator, answer=birth)
    assert samples.load().left == loaded.written
    # The province's agencies have ended: others own the samples now, but not what somebody has rewritten.
    owners = dict(Answer.objects.values_list("key", "owner__code"))
    assert owners["passport"] == "hcm-cong-an-113"
    assert owners["disability"] == "hcm-so-y-te"
    assert owners["birth-registration"] == "so-tu-phap"
    assert owners["hotline-what"] == "hotline-1022"
