"""One class a file of fixtures/: which columns it has, and which rows of which table a line means.

Another file of reference data is one more class here, named in KINDS.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from django.db import models

from incidents.conversations.models import CannedText
from incidents.dispatching.models import CompetenceRule, CoOrdinating
from incidents.doors.models import ServiceAttribute
from incidents.emergencies.models import Protocol, ProtocolAnswer, ProtocolQuestion, Target, UnitNeed
from incidents.emergencies.models.facilities import Capability
from incidents.emergencies.models.units import UnitKind
from incidents.records.lifecycles import SERVICE_KINDS
from incidents.records.models import Category
from incidents.reference.files import Row, WrongValue
from incidents.triage.models import Keyword
from incidents.worktime.models import Clock
from opscenter.accounts.models import Agency, ContactPoint, HandlingUnit

AGENCY_FIELDS = (
    "name",
    "name_en",
    "short_name",
    "kind",
    "parent",
    "area_set",
    "area_code",
    "valid_from",
    "valid_until",
    "is_sample",
    "source",
)
CATEGORY_FIELDS = (
    "group",
    "parent",
    "name",
    "name_en",
    "description",
    "description_en",
    "priority",
    "hours",
    "is_complaint",
    "is_public",
    "order",
)
CLOCK_FIELDS = (
    "working_time",
    "seen_minutes",
    "accept_minutes",
    "result_percent",
    "step_minutes",
    "is_sample",
)
RULE_FIELDS = (
    "category",
    "group",
    "target",
    "agency",
    "area_set",
    "area_code",
    "road_owner",
    "place_kind",
    "legal_basis",
    "priority",
    "valid_from",
    "valid_until",
    "auto",
    "min_confidence",
    "is_sample",
)

QUESTION_FIELDS = ("datatype", "required", "order", "description", "description_en")
CANNED_FIELDS = ("title", "text", "title_en", "text_en", "order")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row that should be in the database; `key` names it for ever within its file, `says` is its whole line."""

    key: str
    line: int
    says: str
    row: models.Model


class Kind(ABC):
    """How a file is read. `unique` are the fields that find an older row, `updated` those a changed line rewrites."""

    file: str
    columns: frozenset[str]
    unique: Sequence[str]
    updated: Sequence[str]

    @property
    @abstractmethod
    def model(self) -> type[models.Model]:
        """The table."""

    def prepare(self) -> None:
        """Reads what the lines refer to; called once, after the earlier files were written."""
        return None

    @abstractmethod
    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        """The keys and unsaved rows that a line means. Raises WrongValue."""

    def batches(self, wanted: Sequence[Wanted]) -> Iterator[Sequence[Wanted]]:
        """The rows in the order they can be written: one batch after the other."""
        yield wanted


class _WithParents(Kind):
    """Lines that may name an earlier line as their parent."""

    def prepare(self) -> None:
        self.parents: dict[str, str] = {}

    def note_parent(self, line: Row) -> None:
        self.parents[line["code"]] = line["parent"]
        if line["parent"] and line["parent"] not in self.parents:
            raise WrongValue(f"the parent {line['parent']!r} is not on an earlier line")

    def batches(self, wanted: Sequence[Wanted]) -> Iterator[Sequence[Wanted]]:
        """Parents before their children, so that the number of the parent is known."""
        left = list(wanted)
        while left:
            names = {one.key for one in left}
            batch = [one for one in left if self.parents[one.key] not in names]
            ids = dict(self.model._default_manager.values_list("code", "pk"))
            for one in batch:
                parent = self.parents[one.key]
                one.row.parent_id = ids[parent] if parent else None  # type: ignore[attr-defined]
            yield batch
            left = [one for one in left if self.parents[one.key] in names]


class Agencies(_WithParents):
    file = "agencies.csv"
    columns = frozenset({"code", *AGENCY_FIELDS})
    unique = ("code",)
    updated = AGENCY_FIELDS
    model = Agency

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        self.note_parent(line)
        yield (
            line["code"],
            Agency(
                code=line["code"],
                name=line["name"],
                name_en=line["name_en"],
                short_name=line["short_name"],
                kind=line["kind"],
                area_set=line["area_set"],
                area_code=line["area_code"],
                valid_from=line.date("valid_from"),
                valid_until=line.date_or_none("valid_until"),
                is_sample=line.flag("is_sample"),
                source=line["source"],
            ),
        )


class _ForAgencies(Kind):
    """Lines that name agencies by a code or by a pattern with * and ?."""

    def prepare(self) -> None:
        self.ids = dict(Agency.objects.order_by("code").values_list("code", "pk"))

    def agencies_of(self, line: Row) -> list[tuple[str, int]]:
        pattern = line["agencies"]
        found = [(code, number) for code, number in self.ids.items() if fnmatchcase(code, pattern)]
        if not found:
            raise WrongValue(f"no agency has a code like {pattern!r}")
        return found


class HandlingUnits(_ForAgencies):
    file = "handling_units.csv"
    columns = frozenset({"agencies", "name"})
    unique = ("agency", "name")
    updated = ()
    model = HandlingUnit

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        for code, number in self.agencies_of(line):
            yield f"{code} {line['name']}", HandlingUnit(agency_id=number, name=line["name"])


class ContactPoints(_ForAgencies):
    file = "contact_points.csv"
    columns = frozenset({"agencies", "kind", "address", "order"})
    unique = ("agency", "kind", "address")
    updated = ("order",)
    model = ContactPoint

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        for code, number in self.agencies_of(line):
            address = line["address"].replace("{code}", code)
            yield (
                f"{code} {line['kind']} {address}",
                ContactPoint(agency_id=number, kind=line["kind"], address=address, order=line.whole("order")),
            )


class Categories(_WithParents):
    file = "categories.csv"
    columns = frozenset({"code", *CATEGORY_FIELDS})
    unique = ("code",)
    updated = CATEGORY_FIELDS
    model = Category

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        self.note_parent(line)
        yield (
            line["code"],
            Category(
                code=line["code"],
                group=line.whole("group"),
                name=line["name"],
                name_en=line["name_en"],
                description=line["description"],
                description_en=line["description_en"],
                priority=line.whole("priority"),
                hours=line.whole("hours"),
                is_complaint=line.flag("is_complaint"),
                is_public=line.flag("is_public"),
                order=line.whole("order"),
            ),
        )


def _category(ids: dict[str, int], code: str) -> int:
    try:
        return ids[code]
    except KeyError:
        raise WrongValue(f"there is no category {code!r}") from None


class Keywords(Kind):
    file = "keywords.csv"
    columns = frozenset({"category", "phrase", "weight"})
    unique = ("category", "phrase")
    updated = ("weight", "changed_at")
    model = Keyword

    def prepare(self) -> None:
        self.categories = dict(Category.objects.values_list("code", "pk"))

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        yield (
            f"{line['category']} {line['phrase']}",
            Keyword(
                category_id=_category(self.categories, line["category"]),
                phrase=line["phrase"],
                weight=line.decimal("weight"),
            ),
        )


class Competence(Kind):
    file = "competence.csv"
    columns = frozenset({"code", *RULE_FIELDS})
    unique = ("code",)
    updated = RULE_FIELDS
    model = CompetenceRule

    def prepare(self) -> None:
        self.categories = dict(Category.objects.values_list("code", "pk"))
        self.agencies = dict(Agency.objects.values_list("code", "pk"))

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        if line["agency"] and line["agency"] not in self.agencies:
            raise WrongValue(f"there is no agency {line['agency']!r}")
        yield (
            line["code"],
            CompetenceRule(
                code=line["code"],
                category_id=_category(self.categories, line["category"]) if line["category"] else None,
                group=line.whole("group") if line["group"] else None,
                target=line["target"],
                agency_id=self.agencies[line["agency"]] if line["agency"] else None,
                area_set=line["area_set"],
                area_code=line["area_code"],
                road_owner=line["road_owner"],
                place_kind=line["place_kind"],
                legal_basis=line["legal_basis"],
                priority=line.whole("priority"),
                valid_from=line.date("valid_from"),
                valid_until=line.date_or_none("valid_until"),
                auto=line.flag("auto"),
                min_confidence=line.decimal("min_confidence"),
                is_sample=line.flag("is_sample"),
            ),
        )


class CoOrdinatingAgencies(Kind):
    file = "co_ordinating.csv"
    columns = frozenset({"rule", "target", "agency"})
    unique = ("rule", "target", "agency")
    updated = ()
    model = CoOrdinating

    def prepare(self) -> None:
        self.rules = dict(CompetenceRule.objects.values_list("code", "pk"))
        self.agencies = dict(Agency.objects.values_list("code", "pk"))

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        if line["rule"] not in self.rules:
            raise WrongValue(f"there is no rule {line['rule']!r}")
        if line["agency"] and line["agency"] not in self.agencies:
            raise WrongValue(f"there is no agency {line['agency']!r}")
        yield (
            f"{line['rule']} {line['target']} {line['agency']}",
            CoOrdinating(
                rule_id=self.rules[line["rule"]],
                target=line["target"],
                agency_id=self.agencies[line["agency"]] if line["agency"] else None,
            ),
        )


class CannedTexts(Kind):
    file = "canned_texts.csv"
    columns = frozenset({"code", *CANNED_FIELDS})
    unique = ("code",)
    updated = CANNED_FIELDS
    model = CannedText

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        fields = {name: line[name] for name in CANNED_FIELDS if name != "order"}
        yield line["code"], CannedText(code=line["code"], order=line.whole("order"), **fields)


class ExtraQuestions(Kind):
    file = "extra_questions.csv"
    columns = frozenset({"category", "code", *QUESTION_FIELDS, "values"})
    unique = ("category", "code")
    updated = (*QUESTION_FIELDS, "values")
    model = ServiceAttribute

    def prepare(self) -> None:
        self.categories = dict(Category.objects.values_list("code", "pk"))

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        values = []
        for one in filter(None, line["values"].split("|")):
            key, *names = (part.strip() for part in one.split("="))
            if len(names) != 2:
                raise WrongValue(f"values hold {one!r}, not key=name=name in English")
            values.append({"key": key, "name": names[0], "name_en": names[1]})
        yield (
            f"{line['category']} {line['code']}",
            ServiceAttribute(
                category_id=_category(self.categories, line["category"]),
                code=line["code"],
                datatype=line["datatype"],
                required=line.flag("required"),
                order=line.whole("order"),
                description=line["description"],
                description_en=line["description_en"],
                values=values,
            ),
        )


class Clocks(Kind):
    file = "clocks.csv"
    columns = frozenset({"category", *CLOCK_FIELDS})
    unique = ("category",)
    updated = CLOCK_FIELDS
    model = Clock

    def prepare(self) -> None:
        self.categories = dict(Category.objects.values_list("code", "pk"))

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        yield (
            line["category"],
            Clock(
                category_id=_category(self.categories, line["category"]),
                working_time=line.flag("working_time"),
                seen_minutes=line.whole("seen_minutes"),
                accept_minutes=line.whole("accept_minutes"),
                result_percent=line.whole("result_percent"),
                step_minutes=line.whole("step_minutes"),
                is_sample=line.flag("is_sample"),
            ),
        )


# In the order they are loaded: a file may name what an earlier one holds.
class Protocols(Kind):
    file = "protocols.csv"
    columns = frozenset({"code", "name", "name_en", "order", "category", "hospital"})
    unique = ("code",)
    updated = ("name", "name_en", "order", "category", "hospital")
    model = Protocol

    def prepare(self) -> None:
        self.categories = dict(Category.objects.values_list("code", "pk"))

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        treats = line["hospital"].split()
        if unknown := [one for one in treats if one not in Capability]:
            raise WrongValue(f"no hospital declares {unknown[0]!r}")
        yield (
            line["code"],
            Protocol(
                code=line["code"],
                name=line["name"],
                name_en=line["name_en"],
                order=line.whole("order"),
                category_id=_category(self.categories, line["category"]) if line["category"] else None,
                hospital=treats,
            ),
        )


class ProtocolQuestions(Kind):
    file = "protocol_questions.csv"
    columns = frozenset({"protocol", "code", "order", "text", "text_en", "is_medical"})
    unique = ("protocol", "code")
    updated = ("order", "text", "text_en", "is_medical")
    model = ProtocolQuestion

    def prepare(self) -> None:
        self.protocols = dict(Protocol.objects.values_list("code", "pk"))

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        if line["protocol"] not in self.protocols:
            raise WrongValue(f"there is no protocol {line['protocol']!r}")
        yield (
            f"{line['protocol']} {line['code']}",
            ProtocolQuestion(
                protocol_id=self.protocols[line["protocol"]],
                code=line["code"],
                order=line.whole("order"),
                text=line["text"],
                text_en=line["text_en"],
                is_medical=line.flag("is_medical"),
            ),
        )


class ProtocolAnswers(Kind):
    file = "protocol_answers.csv"
    columns = frozenset(
        {"protocol", "question", "code", "order", "text", "text_en", "priority", "service", "advice", "advice_en"}
    )
    unique = ("question", "code")
    updated = ("order", "text", "text_en", "priority", "service", "advice", "advice_en")
    model = ProtocolAnswer

    def prepare(self) -> None:
        rows = ProtocolQuestion.objects.values_list("protocol__code", "code", "pk")
        self.questions = {(protocol, code): pk for protocol, code, pk in rows}

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        question = self.questions.get((line["protocol"], line["question"]))
        if question is None:
            raise WrongValue(f"there is no question {line['protocol']!r} {line['question']!r}")
        if line["service"] and line["service"] not in SERVICE_KINDS:
            raise WrongValue(f"there is no service {line['service']!r}")
        yield (
            f"{line['protocol']} {line['question']} {line['code']}",
            ProtocolAnswer(
                question_id=question,
                code=line["code"],
                order=line.whole("order"),
                text=line["text"],
                text_en=line["text_en"],
                priority=line.whole("priority") if line["priority"] else None,
                service=line["service"],
                advice=line["advice"],
                advice_en=line["advice_en"],
            ),
        )


class Targets(Kind):
    file = "targets.csv"
    columns = frozenset({"measure", "percent", "seconds", "order"})
    unique = ("measure",)
    updated = ("percent", "seconds", "order")
    model = Target

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        if line["measure"] not in Target.Measure:
            raise WrongValue(f"nothing measures {line['measure']!r}")
        numbers = {name: line.whole(name) for name in ("percent", "seconds", "order")}
        yield line["measure"], Target(measure=line["measure"], **numbers)


class UnitNeeds(Kind):
    file = "unit_needs.csv"
    columns = frozenset({"category", "kind", "number"})
    unique = ("category", "kind")
    updated = ("number",)
    model = UnitNeed

    def prepare(self) -> None:
        self.categories = dict(Category.objects.values_list("code", "pk"))

    def rows_of(self, line: Row) -> Iterable[tuple[str, models.Model]]:
        if line["category"] not in self.categories:
            raise WrongValue(f"there is no category {line['category']!r}")
        if line["kind"] not in UnitKind:
            raise WrongValue(f"there is no kind of unit {line['kind']!r}")
        yield (
            f"{line['category']} {line['kind']}",
            UnitNeed(category_id=self.categories[line["category"]], kind=line["kind"], number=line.whole("number")),
        )


KINDS: tuple[type[Kind], ...] = (
    Agencies,
    HandlingUnits,
    ContactPoints,
    Categories,
    Keywords,
    ExtraQuestions,
    Competence,
    CoOrdinatingAgencies,
    CannedTexts,
    Protocols,
    ProtocolQuestions,
    ProtocolAnswers,
    Clocks,
    Targets,
    UnitNeeds,
)
