from __future__ import annotations

import uuid

import pytest

from incidents.records.actions import ActionTaken, Prior, keep, once
from incidents.records.models import ActionRecord, Note
from incidents.records.notes import add_note
from realtime.change import change
from tests.cast import Cast, open_one, together
from tests.intake.world import World


def test_the_second_time_gets_the_stored_answer(cast: Cast) -> None:
    number = uuid.uuid4()
    with change():
        assert once(number, kind="note:1", by=cast.call_taker) is None
        keep(number, kind="note:1", by=cast.call_taker, status=200, answer={"version": 2})
    with change():
        assert once(number, kind="note:1", by=cast.call_taker) == Prior(200, {"version": 2})


@pytest.mark.parametrize(("kind", "other"), [("note:2", False), ("note:1", True)])
def test_another_kind_or_another_person_is_refused(cast: Cast, kind: str, other: bool) -> None:
    number = uuid.uuid4()
    with change():
        once(number, kind="note:1", by=cast.call_taker)
        keep(number, kind="note:1", by=cast.call_taker, status=200, answer={})
    with pytest.raises(ActionTaken), change():
        once(number, kind=kind, by=cast.supervisor if other else cast.call_taker)


def test_a_failed_change_leaves_the_id_free(cast: Cast) -> None:
    number = uuid.uuid4()

    def fail() -> None:
        with change():
            once(number, kind="note:1", by=None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with change():
        assert once(number, kind="note:1", by=None) is None


def test_an_answer_is_kept_only_for_what_was_begun(cast: Cast) -> None:
    with pytest.raises(ActionTaken), change():
        keep(uuid.uuid4(), kind="note:1", by=None, status=200, answer={})


def test_a_double_click_in_two_processes_takes_effect_once(world: World, cast: Cast) -> None:
    incident = open_one(world)
    for _round in range(5):
        number = uuid.uuid4()

        def write(number: uuid.UUID = number) -> dict[str, int]:
            with change():
                prior = once(number, kind="note", by=cast.call_taker)
                if prior is not None:
                    return prior.answer
                note = add_note(incident_id=incident.pk, text="gọi lại", by=cast.call_taker)
                answer = {"note": note.pk}
                keep(number, kind="note", by=cast.call_taker, status=200, answer=answer)
                return answer

        answers = together([write] * 4)
        assert answers == [answers[0]] * 4, answers
        assert isinstance(answers[0], dict)
    assert Note.objects.count() == 5
    assert ActionRecord.objects.exclude(status=200).count() == 0
