"""The shipped samples of fixtures/answers.toml: loaded by key, and never over what an agency has written since."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from django.conf import settings
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geo.areas import date_within_set
from incidents.knowledge import writing
from incidents.knowledge.models import Answer, AnswerVersion, LegalDocument, Synonym
from incidents.records.models import Category
from opscenter.accounts.models import Agency
from realtime.change import change

FILE = Path(settings.BASE_DIR) / "fixtures" / "answers.toml"
Text = Annotated[str, Field(min_length=1)]


class WrongSamples(ValueError):
    """The file cannot be loaded; the text says what is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SampleDocument(_Part):
    number: Text
    title: Text
    begins: dt.date = Field(alias="from")
    until: dt.date | None = None
    repealed_by: str = ""


class SampleAnswer(_Part):
    key: Text
    agency: Text
    # Who owns it once that agency is no more, where that is not the agency's own successor.
    then: str = ""
    category: str = ""
    question: Text
    forms: list[Text] = []
    text: Text
    basis: list[tuple[str, str]] = Field(min_length=1)
    begins: dt.date = Field(alias="from")
    until: dt.date | None = None


class Samples(_Part):
    synonyms: dict[str, str] = {}
    # Which agency took over what another one answered.
    successors: dict[str, str] = {}
    document: list[SampleDocument]
    answer: list[SampleAnswer]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading did: answers written anew or for the first time, and those left alone."""

    written: int
    left: int


def read(path: Path = FILE) -> Samples:
    """The file as closed types. Raises WrongSamples."""
    try:
        return Samples.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise WrongSamples(f"{path.name}: {error}") from error


def load(path: Path = FILE, on: dt.date | None = None) -> Loaded:
    """Brings the samples into force, in one change. An agency that is not there raises WrongSamples.

    Each belongs to the agency that is in force on a date: today's, moved into the pinned area set's dates.
    """
    on = on or date_within_set(timezone.localdate())
    samples = read(path)
    agencies = {row.code: row for row in Agency.objects.all()}
    categories = {row.code: row for row in Category.objects.all()}
    named = {one.agency for one in samples.answer} | {one.then for one in samples.answer if one.then}
    if missing := sorted((named | set(samples.successors.values())) - agencies.keys()):
        raise WrongSamples(f"{path.name}: no agency {', '.join(missing)}; run load_reference first")
    written = left = 0
    with change():
        for said, means in samples.synonyms.items():
            Synonym.objects.get_or_create(said=said, defaults={"means": means})
        documents = {one.number: _document(one) for one in samples.document}
        for one in samples.answer:
            owner = agencies[one.agency]
            following = one.then or samples.successors.get(one.agency, "")
            if following and not owner.is_in_force(on):
                owner = agencies[following]
            answer = Answer.objects.filter(key=one.key).first()
            if answer is not None and answer.owner != owner and not _has_writers(answer):
                answer.owner = owner
                answer.save(update_fields=["owner"])
                writing.changed()
            if answer is not None and not _is_to_be_written(answer, one):
                left += 1
                continue
            if answer is None:
                answer = Answer.objects.create(
                    key=one.key,
                    owner=owner,
                    category=categories.get(one.category),
                    is_sample=True,
                )
            draft = writing.Draft(
                question=one.question,
                text=one.text,
                valid_from=one.begins,
                valid_until=one.until,
                forms=one.forms,
                bases=[(documents[number], article) for number, article in one.basis],
            )
            version = writing.write(draft=draft, owner=answer.owner, by=None, answer=answer)
            writing.approve(version_id=version.pk, by=None)
            written += 1
    return Loaded(written, left)


def _document(one: SampleDocument) -> LegalDocument:
    """What is known here already stays: a repeal that people entered is not taken back by a file."""
    found, _made = LegalDocument.objects.get_or_create(
        number=one.number,
        defaults={
            "title": one.title,
            "in_force_from": one.begins,
            "in_force_until": one.until,
            "repealed_by": one.repealed_by,
        },
    )
    return found


def _has_writers(answer: Answer) -> bool:
    """Whether somebody of an agency has written a version of it."""
    return AnswerVersion.objects.filter(answer=answer, drafted_by__isnull=False).exists()


def _is_to_be_written(answer: Answer, one: SampleAnswer) -> bool:
    """Whether the file says something new, and nobody of an agency has written since."""
    newest = AnswerVersion.objects.filter(answer=answer).order_by("-number").first()
    if newest is None:
        return True
    same = (newest.question, newest.text) == (one.question, one.text)
    return not _has_writers(answer) and not same and newest.state != "withdrawn"
