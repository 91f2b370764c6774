"""What a contact writes by SMS or mail: `N 1234` accept, `T 1234 lý do` return, `C 1234 bộ phận` hand on,
`X 1234 kết quả` done, `XN 56` confirm a drill. Pure. Capitals and diacritics do not matter, the words are understood
as well as the letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from incidents.doors.sms import plain
from incidents.records.models.assignments import ReturnReason


class Act(StrEnum):
    ACCEPT = "accept"
    RETURN = "return"
    HAND_ON = "hand_on"
    DONE = "done"
    CONFIRM = "confirm"
    HELP = "help"


_WORDS = {
    Act.ACCEPT: ("n", "nhan", "nhan viec", "da nhan", "ok"),
    Act.RETURN: ("t", "tra", "tra lai", "tu choi"),
    Act.HAND_ON: ("c", "chuyen", "chuyen cho", "giao"),
    Act.DONE: ("x", "xong", "da xong", "ket qua", "hoan thanh"),
    Act.CONFIRM: ("xn", "xac nhan"),
    Act.HELP: ("h", "help", "huong dan", "?"),
}
_ACT_OF = {word: act for act, words in _WORDS.items() for word in words}
_NEEDS_WORDS = frozenset({Act.RETURN, Act.HAND_ON, Act.DONE})
_NEEDS_NO_CODE = frozenset({Act.HELP, Act.CONFIRM})
_COMMAND = re.compile(
    r"\s*(?P<word>" + "|".join(re.escape(word) for word in sorted(_ACT_OF, key=len, reverse=True)) + r")"
    r"(?:[\s:.,\-]*(?:viec|ma|so)?[\s:.,#\-]*(?P<code>(?:1022-)?\d{1,10})\b)?(?P<rest>.*)",
    re.DOTALL,
)
# Shorter than this and without a code it is a try at a command rather than a citizen's report.
_SHORT = 30


@dataclass(frozen=True, slots=True)
class Command:
    """`code` as typed, "" when the message names none; `words` are the reason, the unit or the result, as typed.

    `wanted` with HELP: the act that was meant, and only its words are missing.
    """

    act: Act
    code: str = ""
    words: str = ""
    wanted: Act | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it says all that its act needs, but the code, which a thread of mails tells."""
        return self.act != Act.HELP and (bool(self.words) or self.act not in _NEEDS_WORDS)


def read(text: str, *, code_needed: bool = True) -> Command | None:
    """The command in a message of a contact: HELP for one that is not understood, None for what is none at all.

    None only for longer texts without a command: a focal point's telephone may report something as a citizen too.
    """
    typed = " ".join(text.split())
    folded = plain(typed).lower()
    found = _COMMAND.fullmatch(folded)
    if found is not None and (found["code"] or _stands_alone(found["word"], found["rest"])):
        # Folding keeps the number of characters for Vietnamese; where it did not, the folded words have to do.
        words = typed[found.start("rest") :] if len(typed) == len(folded) else found["rest"]
        command = Command(_ACT_OF[found["word"]], found["code"] or "", words.strip(" :.,-\t"))
        if command.code or not code_needed or command.act in _NEEDS_NO_CODE:
            return command if command.is_whole else Command(Act.HELP, command.code, wanted=_wanted(command))
        return Command(Act.HELP)
    if len(typed) < _SHORT or re.match(r"\S+\s+(1022-)?\d{1,10}\b", folded):
        return Command(Act.HELP)
    return None


def _wanted(command: Command) -> Act | None:
    return command.act if command.act != Act.HELP else None


# What a reason says, folded, in the order of how much it settles.
_WHY = {
    ReturnReason.NOT_COMPETENT: (
        "khong thuoc tham quyen",
        "khong dung tham quyen",
        "ngoai tham quyen",
        "sai tham quyen",
    ),
    ReturnReason.OTHER_AREA: ("khong thuoc dia ban", "ngoai dia ban", "khac dia ban", "sai dia ban"),
    ReturnReason.ALREADY_DONE: ("da xu ly", "da giai quyet", "da khac phuc"),
    ReturnReason.NOT_CLEAR: ("khong ro", "chua ro"),
}


def why_returned(words: str) -> ReturnReason:
    """The reason of the list that somebody's own words give; OTHER where they give none."""
    folded = " ".join(plain(words).lower().split())
    return next((why for why, said in _WHY.items() if any(one in folded for one in said)), ReturnReason.OTHER)


def _stands_alone(word: str, rest: str) -> bool:
    """Whether a command without a code is one: "N", "X đã vá", "Trả lại: …", and not "Trả lời ông/bà …"."""
    return not rest or (rest[0] == " " if len(word) == 1 else False) or rest[0] in ":.,-"


def choose_unit(words: str, names: Sequence[str]) -> int | None:
    """Which of the units somebody means: by its number in the list from 1, its name, or a part of it that no other
    has."""
    typed = " ".join(plain(words).lower().split())
    folded = [" ".join(plain(name).lower().split()) for name in names]
    if typed.isdecimal() and 0 < int(typed[:4]) <= len(names):
        return int(typed[:4]) - 1
    if typed in folded:
        return folded.index(typed)
    fitting = [index for index, name in enumerate(folded) if typed and typed in name]
    return fitting[0] if len(fitting) == 1 else None
