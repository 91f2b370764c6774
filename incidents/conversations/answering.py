"""The place for answers that go out by themselves: a room above says what it would answer, this one lets it go.

    answering.register(answer)      in the application's ready()

It is asked once for each message of a text door, after triage, outside any change. Without one nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable

from incidents.conversations.models import Message

# Looks at a message (with report, incident and text) and answers it in a change of its own, by
# replying.reply_by_itself, or does nothing. What it raises is logged and costs nothing.
Answer = Callable[[Message], None]
_answers: list[Answer] = []


def register(answer: Answer) -> None:
    """Adds somebody who answers by themselves."""
    if answer not in _answers:
        _answers.append(answer)


def registered() -> tuple[Answer, ...]:
    return tuple(_answers)
