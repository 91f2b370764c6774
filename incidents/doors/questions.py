"""The extra questions of a category: as data, asked by every door that can ask, answered in the same place.

Answers that are keys, numbers or dates are kept as data with the report; free words may name people, so they go where
words are kept: into the report's own words, or into the message that gave them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from incidents.conversations.models import Message
from incidents.doors.models import ServiceAttribute
from incidents.records.models import Category, Report

# Where a report keeps its answers: {code of the question: value}, and the category whose questions they answer.
KEPT, OF = "attributes", "attributes_of"
# Free words given in a chat: {code of the question: id of the message}.
TOLD = "attributes_told"
LONGEST = 1000
_LISTS = {ServiceAttribute.Datatype.SINGLE, ServiceAttribute.Datatype.MULTI}
_FREE_TEXT = {ServiceAttribute.Datatype.STRING, ServiceAttribute.Datatype.TEXT}

Typed = Callable[[ServiceAttribute], list[str]]


@dataclass(slots=True)
class Answers:
    """What was answered: `kept` as data, `told` as lines of words; `missing` and `wrong` are codes of questions."""

    category: Category | None = None
    kept: dict[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def data(self) -> dict[str, Any]:
        """What the report's own data keeps of them."""
        return {KEPT: self.kept, OF: self.category.code} if self.kept and self.category else {}

    def with_words(self, words: str) -> str:
        """The report's words with what was answered in free words below them."""
        return "\n".join([words, *self.told]) if self.told else words


def read(category: Category | None, typed: Typed) -> Answers:
    """The answers to a category's questions; `typed` gives what was typed for one, [] for nothing. One query."""
    answers = Answers(category)
    for one in ServiceAttribute.objects.filter(category=category) if category else ():
        texts = [text.strip() for text in typed(one) if text.strip()]
        value = value_of(one, texts) if texts else None
        if not texts:
            answers.missing += [one.code] if one.required else []
        elif value is None:
            answers.wrong.append(one.code)
        elif is_free(one):
            answers.told.append(f"{one.question}: {value}")
        else:
            answers.kept[one.code] = value
    return answers


def is_free(one: ServiceAttribute) -> bool:
    """Whether it is answered in free words."""
    return one.datatype in _FREE_TEXT


def value_of(one: ServiceAttribute, typed: Sequence[str]) -> Any:
    """What was typed (at least one text) as the question's kind, None when it is not of that kind."""
    first = typed[0]
    if one.datatype == ServiceAttribute.Datatype.NUMBER:
        try:
            number = float(first.replace(",", "."))
        except ValueError:
            return None
        return number if math.isfinite(number) and abs(number) < 1e15 else None
    if one.datatype == ServiceAttribute.Datatype.DATETIME:
        at = moment(first)
        return at.isoformat() if at else None
    if one.datatype in _LISTS:
        keys = list(dict.fromkeys(typed)) if one.datatype == ServiceAttribute.Datatype.MULTI else list(typed[:1])
        return keys if set(keys) <= one.keys() else None
    return first[:LONGEST]


def moment(text: str, *, needs_zone: bool = True) -> dt.datetime | None:
    """A W3C date and time with its zone; None for anything else. Without `needs_zone`, local time may stand alone."""
    try:
        # A plus sign that nobody escaped in the address arrives as a space.
        at = parse_datetime(text.strip().replace(" ", "+") if "T" in text else text)
    except ValueError:
        return None
    if at is not None and at.tzinfo is None and not needs_zone:
        return timezone.make_aware(at)
    return at if at is not None and at.tzinfo is not None else None


# --- in forms of our own ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One question as a form shows it, with what was typed before."""

    question: ServiceAttribute
    name: str
    value: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Asked:
    """One category's questions as a form shows them."""

    category: Category
    fields: list[Field]


def asked_in_forms(categories: Iterable[Category], sent: Mapping[str, Any] | None = None) -> list[Asked]:
    """The questions of these categories, those without any left out, with what was `sent` before. One query."""
    found: dict[int, list[Field]] = {}
    rows = {row.pk: row for row in categories}
    for one in ServiceAttribute.objects.filter(category__in=list(rows)):
        name = field_name(rows[one.category_id], one)
        value = str((sent or {}).get(name) or "")
        chosen = {value, *(key for key in sorted(one.keys()) if (sent or {}).get(f"{name}--{key}"))}
        choices = [Choice(row["key"], row["name"], row["key"] in chosen) for row in one.named_values()]
        found.setdefault(one.category_id, []).append(Field(one, name, value, choices))
    return [Asked(row, found[pk]) for pk, row in rows.items() if pk in found]


def field_name(category: Category, one: ServiceAttribute) -> str:
    """The name of a question's field; for each box of several, --KEY follows."""
    return f"q-{category.code}-{one.code}"


def typed_in_form(sent: Mapping[str, Any], category: Category | None) -> Typed:
    """What stands in the fields of our own forms, as `field_name` names them."""

    def typed(one: ServiceAttribute) -> list[str]:
        name = field_name(category, one) if category else ""
        if one.datatype == ServiceAttribute.Datatype.MULTI:
            return [key for key in sorted(one.keys()) if sent.get(f"{name}--{key}")]
        text = str(sent.get(name) or "")
        if one.datatype == ServiceAttribute.Datatype.DATETIME:
            at = moment(text, needs_zone=False) if text.strip() else None
            return [at.isoformat() if at else text]
        return [text]

    return typed


# --- shown ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answered:
    question: str
    answer: str


def answered(reports: Sequence[Report]) -> list[Answered]:
    """What the reports answered, as people read it, in the order of the questions. Three queries at most.

    A question that was taken away since is named by its code.
    """
    rows = [report for report in reports if report.door_data.get(KEPT) or report.door_data.get(TOLD)]
    if not rows:
        return []
    codes = {code for report in rows for name in (KEPT, TOLD) for code in report.door_data.get(name, {})}
    questions = list(ServiceAttribute.objects.filter(code__in=codes).select_related("category"))
    ids = [pk for report in rows for pk in report.door_data.get(TOLD, {}).values()]
    texts = dict(Message.objects.filter(pk__in=ids).values_list("pk", "text")) if ids else {}
    shown: list[Answered] = []
    for report in rows:
        of = report.door_data.get(OF, "")
        known = {one.code: one for one in questions if not of or one.category.code == of}
        given = {**report.door_data.get(KEPT, {}), **report.door_data.get(TOLD, {})}
        for code in sorted(given, key=lambda code: known[code].order if code in known else 9_999):
            one = known.get(code)
            free = code in report.door_data.get(TOLD, {})
            text = texts.get(given[code], "") if free else in_words(one, given[code])
            if text:
                shown.append(Answered(one.question if one else code, text))
    return list(dict.fromkeys(shown))


def in_words(one: ServiceAttribute | None, value: Any) -> str:
    """An answer that was kept as data, in the reader's language."""
    if isinstance(value, list):
        names = one.names() if one else {}
        return ", ".join(names.get(str(key), str(key)) for key in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return f"{value:g}"
    at = moment(value) if isinstance(value, str) and "T" in value else None
    return date_format(timezone.localtime(at), "H:i, d/m/Y") if at else str(value)
