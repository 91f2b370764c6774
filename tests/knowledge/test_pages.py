"""The pages of answers: from a draft to the portal, by the people who do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from incidents.knowledge import finding
from incidents.knowledge.models import AnswerVersion, LegalDocument
from tests.cast import Cast, Hands, give, most_queries, open_one
from tests.intake.world import World


def fields(world: World, **more: Any) -> dict[str, Any]:
    return {
        "owner": world.an_lac.pk, "question": "Làm giấy kết hôn ở đâu?", "ways": "cưới thì đăng ký ở đâu\nkết hôn",
        "text": "Tại phường.", "bases": "Điều 2 | 1/2019", "valid_from": "2019-01-01", **more,
    }  # fmt: skip


def test_from_a_draft_to_the_portal(world: World, cast: Cast, law: LegalDocument) -> None:
    supervisor, focal = Hands(cast.supervisor), Hands(cast.focal_point)
    wrong = supervisor.post("/answers/new/", fields(world, bases="Điều 2 | 9/9999"), form=True)
    assert wrong.status_code == 422
    assert "9/9999" in wrong.content.decode()
    kept = supervisor.post("/answers/new/", fields(world), form=True)
    version = AnswerVersion.objects.get()
    assert kept["Location"] == f"/answers/{version.pk}/"
    page = f"/answers/{version.pk}/"
    # Another agency does not learn of a draft.
    assert Hands(cast.focal_point_there).get(page).status_code == 404
    supervisor.post(f"{page}ask/", form=True)
    assert "Làm giấy kết hôn ở đâu?" in focal.get("/answers/?state=to_review").content.decode()
    supervisor.post(f"{page}approve/", form=True)
    version.refresh_from_db()
    assert version.state == "in_review"
    assert "/hoi-dap/" in Client().get("/").content.decode()
    assert "Tại phường." not in Client().get("/hoi-dap/").content.decode()
    focal.post(f"{page}approve/", form=True)
    finding.look_again()
    assert "Tại phường." in Client().get("/hoi-dap/", {"q": "giay ket hon"}).content.decode()
    assert "Tại phường." in Client().get("/hoi-dap/").content.decode()


def test_a_document_is_added_and_repealed(
    world: World, cast: Cast, in_force: Callable[..., AnswerVersion], law: LegalDocument
) -> None:
    version = in_force(world.an_lac)
    hands = Hands(cast.administrator)
    sent = {"number": "2/2020", "title": "Luật Mới", "in_force_from": "2020-01-01"}
    assert hands.post("/answers/documents/", sent, form=True).status_code == 302
    assert hands.post("/answers/documents/", sent, form=True).status_code == 422
    url = f"/answers/documents/{law.pk}/repeal/"
    assert Hands(cast.focal_point).post(url, {"on": "2020-01-01"}, form=True).status_code == 403
    hands.post(url, {"on": timezone.localdate().isoformat(), "repealed_by": "2/2020"}, form=True)
    version.refresh_from_db()
    assert (version.state, version.withdrawn_why) == ("withdrawn", "repealed")
    page = hands.get(f"/answers/{version.pk}/").content.decode()
    assert "<s>" in page
    assert "ask UBND an-lac" in page


def test_lists_ask_little(world: World, cast: Cast, in_force: Callable[..., AnswerVersion]) -> None:
    for number in range(6):
        in_force(world.an_lac, f"Câu hỏi số {number} về đất đai?")
    hands = Hands(cast.call_taker)
    with most_queries(12):
        assert hands.get("/answers/").status_code == 200
    with most_queries(12):
        assert Client().get("/hoi-dap/").status_code == 200


def test_no_answer_is_cut_off_a_list(
    world: World, cast: Cast, in_force: Callable[..., AnswerVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incidents.knowledge.queries._PAGE", 2)
    monkeypatch.setattr("incidents.portal.answering._PAGE", 2)
    names = [f"Câu hỏi số {number} về đất đai?" for number in range(5)]
    for name in names:
        in_force(world.an_lac, name)
    for client, url in ((Hands(cast.call_taker).client, "/answers/?state="), (Client(), "/hoi-dap/?")):
        found = []
        for number in (1, 2, 3):
            page = client.get(f"{url}&page={number}").content.decode()
            found += [name for name in names if name in page]
            assert ('rel="next"' in page, 'rel="prev"' in page) == (number < 3, number > 1)
        assert found == names
        # Neither nonsense nor a page that is no more is an error.
        assert names[0] in client.get(f"{url}&page=x").content.decode()
        assert names[-1] in client.get(f"{url}&page=99").content.decode()


def test_a_result_becomes_an_answer_in_force(world: World, cast: Cast, law: LegalDocument) -> None:
    incident = open_one(world, summary="Xin giấy xác nhận ở đâu?")
    row = give(incident, world.an_lac, cast.call_taker)
    supervisor, focal = Hands(cast.supervisor), Hands(cast.focal_point)
    panel, inbox = f"/room/incident/{incident.code}/panel", {"X-Panel": "1"}

    def detail() -> str:
        return str(focal.client.get(f"/inbox/assignment/{row.pk}/", headers=inbox).content.decode())

    # As long as no agency has replied there is no button, and a typed code is refused.
    assert "/answers/from-incident/" not in supervisor.get(panel).content.decode()
    refused = supervisor.post("/answers/from-incident/", {"code": incident.code}, form=True)
    assert refused["Location"] == "/answers/"
    assert not AnswerVersion.objects.exists()

    row.state, row.result = "result_given", "Tại bộ phận một cửa của phường."
    row.save()
    assert "/answers/from-incident/" in detail()
    page = supervisor.get(panel).content.decode()
    assert f'name="assignment" value="{row.pk}"' in page
    assert "/answers/from-incident/" not in Hands(cast.call_taker).get(panel).content.decode()
    # Another agency's people do not reach it by its number.
    there = Hands(cast.focal_point_there).post("/answers/from-incident/", {"assignment": row.pk}, form=True)
    assert there["Location"] == "/answers/"
    drawn = [supervisor.post("/answers/from-incident/", {"assignment": row.pk}, form=True) for _time in range(2)]
    version = AnswerVersion.objects.get()
    assert {answer["Location"] for answer in drawn} == {f"/answers/{version.pk}/"}
    assert (version.question, version.text) == ("Xin giấy xác nhận ở đâu?", "Tại bộ phận một cửa của phường.")
    assert f"/answers/{version.pk}/" in detail()

    # The agency adds what it rests on, and puts it in force.
    url = f"/answers/{version.pk}/"
    supervisor.post(f"{url}ask/", form=True)
    focal.post(f"{url}approve/", form=True)
    version.refresh_from_db()
    assert version.state == "in_review"
    focal.post(url, fields(world, question=version.question, text=version.text), form=True)
    focal.post(f"{url}approve/", form=True)
    finding.look_again()
    (found,) = finding.suggest("xin giay xac nhan o dau", on=timezone.localdate())
    assert (found.version.pk, found.in_force) == (version.pk, True)
    assert version.answer.drawn_from == incident

    # What is complained of an official becomes nobody's answer.
    incident.category.is_complaint = True
    incident.category.save()
    assert "/answers/from-incident/" not in supervisor.get(panel).content.decode()
