"""What is sent to the API, as closed types; and reading it from JSON or from a form, with errors in words."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any, Literal, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from incidents.api.answers import Invalid
from incidents.conversations.replying import LONGEST as LONGEST_REPLY
from incidents.dispatching.closing import CancelReason
from incidents.emergencies.units.lifecycles import SortieState
from incidents.intake.take import storable
from incidents.records.models import ReturnReason
from incidents.records.redacting import MOST_BOXES, WHOLE

LONGEST_WORDS = 4000
LONGEST_ANSWER = 10_000

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Metres = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
RowId = Annotated[int, Field(ge=1, le=2**63 - 1)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
# One value of a form's list comes alone.
Ids = Annotated[list[RowId], BeforeValidator(lambda value: value if isinstance(value, list) else [value])]
# Forms and the outbox send texts.
GroupNumber = Annotated[Literal[1, 2, 3], BeforeValidator(lambda value: int(value) if str(value) in "123" else value)]
# A checkbox that is not ticked is not sent at all.
Ticked = Annotated[bool, BeforeValidator(lambda value: True if value == "on" else value)]


class Sent(BaseModel):
    """What every act may carry; unknown fields (a form's token) are left aside."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Based(Sent):
    """An act on what somebody saw: `base_version` is the incident's version then."""

    base_version: Version


class NewReport(Sent):
    """A report that the call-taker types. Degrees, WGS 84; metres."""

    words: str = Field(max_length=LONGEST_WORDS)
    address: str = Field("", max_length=500)
    lat: Latitude | None = None
    lon: Longitude | None = None
    accuracy_m: Metres | None = None
    category: str | None = Field(None, max_length=60)
    name: str = Field("", max_length=150)
    organisation: str = Field("", max_length=200)
    phone: str = Field("", max_length=30)
    email: str = Field("", max_length=254)
    language: Literal["vi", "en"] = "vi"
    # Whom a complaint is about.
    complained_agency: RowId | None = None
    complained_official: str = Field("", max_length=200)
    complained_procedure: str = Field("", max_length=200)
    # It is about nobody's work: a law, for instance.
    complained_no_unit: Ticked = False
    # The incident that this is another report of.
    same_as: str | None = Field(None, max_length=40)
    # The caller does not want to be named: nothing of who it is is kept with the report.
    anonymous: Ticked = False
    # For whom the caller speaks, when it is somebody else.
    on_behalf_of: str = Field("", max_length=200)
    # The call it came by, when there is a telephone exchange.
    call: RowId | None = None
    # The version of an answer in force that was read out, and how many seconds that took from the call's beginning.
    quote: RowId | None = None
    took_s: Annotated[int, Field(ge=0, le=86_400)] | None = None
    # The category whose extra questions were asked; the answers come in fields q-CATEGORY-CODE.
    asked: str | None = Field(None, max_length=60)
    # The agency that the screen named as certain: the report goes there at once, unless the system now says otherwise.
    agency: RowId | None = None


def _box(value: Any) -> Any:
    """A form sends its boxes as one text of JSON."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value


Edge = Annotated[int, Field(strict=True, ge=0, le=WHOLE)]
Side = Annotated[int, Field(strict=True, ge=1, le=WHOLE)]


class Redact(Sent):
    """`boxes`: [[x, y, width, height], …] in ten-thousandths of the picture; `on`: the decision that was on screen."""

    boxes: Annotated[list[tuple[Edge, Edge, Side, Side]], BeforeValidator(_box)] = Field(
        default_factory=list, max_length=MOST_BOXES
    )
    public: Ticked = False
    on: Version = 0


class Suggest(Sent):
    """What has been typed so far. Coordinates that are none count as not given."""

    words: str = ""
    address: str = ""
    category: str | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    complained_agency: RowId | None = None
    complained_no_unit: Ticked = False
    # Local names that were learnt in an exercise count in it alone; 0 is live.
    exercise: int = Field(0, ge=0, le=2_000_000_000)


class Question(Sent):
    """`ward` and `district` that it is about are codes of `area_set`; none where that is not known."""

    q: str = ""
    category: str = ""
    area_set: str = Field("", max_length=40)
    ward: str = Field("", max_length=20)
    district: str = Field("", max_length=20)


class UndoRedaction(Sent):
    on: Version


class Draft(Sent):
    """What a call's form holds so far."""

    fields: dict[str, str] = Field(max_length=40)


class Transfer(Sent):
    service: Literal["113", "114", "115"]


class NotReached(Sent):
    again: Ticked = False


class SeatChange(Sent):
    """`extension` as the exchange names the telephone; not sent: as it was."""

    status: Literal["free", "pause", "off"]
    extension: str | None = Field(None, max_length=40, pattern=r"^[\w/@.:-]*$")


class Dispatch(Based):
    """`role` lead: the agency that leads, with those of `also` as co-ordinating; co: one more that co-ordinates."""

    agency: RowId
    role: Literal["lead", "co"] = "lead"
    also: Ids = Field(default_factory=list, max_length=20)
    note: str = Field("", max_length=2000)
    # Work for later: goes out when the offices open on that day.
    planned_on: dt.date | None = None


class NewAbsence(Sent):
    """Somebody of the agency is away; both days are included."""

    person: RowId
    starts: dt.date
    ends: dt.date
    deputy: RowId | None = None


class Withdraw(Sent):
    """`what`: only this one; without it the newest of both."""

    what: Literal["dispatch", "emergency"] | None = None


class Place(Based):
    lat: Latitude
    lon: Longitude
    radius_m: Metres = 15.0
    label: str = Field("", max_length=250)


class SetCategory(Based):
    """A category's code, or the group alone while the category is not known."""

    category: str | None = Field(None, max_length=60)
    group: GroupNumber | None = None


Service = Literal["police", "fire", "ambulance"]


class SetComplaint(Based):
    """Whom a report complains of (the first, unless `report` says which): an agency, no unit, or an official alone."""

    report: RowId | None = None
    complained_agency: RowId | None = None
    complained_no_unit: Ticked = False
    complained_official: str = Field("", max_length=200)
    complained_procedure: str = Field("", max_length=200)


class Emergency(Based):
    """`services`: those the call-taker chose; without any, those that category and words call for."""

    category: str | None = Field(None, max_length=60)
    services: list[Service] = Field(default_factory=list, max_length=3)


class CallFor(Sent):
    """A service by its kind, or any agency by its id; `minutes` limits mutual aid."""

    service: Service | None = None
    agency: RowId | None = None
    minutes: Annotated[int, Field(ge=5, le=1440)] | None = None


class HandBack(Sent):
    reason: str = Field("", max_length=2000)


class Say(Sent):
    """A note in the log: for everybody in it, for the own service, or for 115 alone."""

    text: str = Field(max_length=4000)
    scope: Literal["common", "own", "medical"] = "common"
    kind: Literal["note", "radio", "phone"] = "note"


class Record(Sent):
    """`base_version`: the record's own, as the panel gave it; without it nothing is compared."""

    text: str = Field(max_length=8000)
    base_version: Version | None = None


class BeginProtocol(Sent):
    protocol: str = Field(max_length=40)


class Answered(Sent):
    """An answer of the protocol, by its id."""

    answer: RowId


# A form's empty choice is none.
RowOrNone = Annotated[RowId | None, BeforeValidator(lambda value: None if value == "" else value)]
Number = Annotated[int, Field(ge=0, le=99_999)]
Named = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Reason(Sent):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class SetCommander(Sent):
    """Of one service, or (no agency) of all."""

    name: Named
    position: str = Field("", max_length=100)
    agency: RowOrNone = None


class Scene(Sent):
    dangers: str = Field("", max_length=1000)
    access: str = Field("", max_length=1000)


class SectorWords(Sent):
    """`lead` is who leads it, and how they are reached."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    place: str = Field("", max_length=200)
    lead: str = Field("", max_length=150)


class PlaceUnit(Sent):
    sortie: RowId
    sector: RowOrNone = None


class CountCasualties(Sent):
    """The whole count of a sector; `seen` is the version of the count that was on screen, 0: none yet."""

    sector: RowOrNone = None
    red: Number
    yellow: Number
    green: Number
    black: Number
    seen: Version


class AskResource(Sent):
    kind: Named
    number: Annotated[int, Field(ge=1, le=99_999)]
    asked_of: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=150)]


class AnswerResource(Sent):
    promised: Number
    arrived: Number
    closed: Ticked = False
    seen: Version


class WriteSitrep(Sent):
    text: str = Field("", max_length=2000)
    next_min: Annotated[int, Field(ge=5, le=720)] = 30


class SendUnit(Sent):
    """`metres` and `seconds` are what the recommendation said."""

    unit: RowId
    metres: Annotated[int, Field(ge=0, le=2_000_000)] | None = None
    seconds: Annotated[int, Field(ge=0, le=1_000_000)] | None = None


class SortieStep(Sent):
    """`facility`: the hospital a patient is taken to."""

    state: SortieState
    facility: RowOrNone = None


Beds = Annotated[
    Annotated[int, Field(ge=0, le=9_999)] | None, BeforeValidator(lambda value: None if value == "" else value)
]


class DeclareFacility(Sent):
    """Beds left empty: it does not say how many."""

    beds: Beds = None
    intensive_beds: Beds = None
    diverted: Ticked = False
    why: str = Field("", max_length=200)


class UnitState(Sent):
    status: Literal["available", "out_of_service"]


class Minutes(Sent):
    """How often a crew reports."""

    minutes: Annotated[int, Field(ge=1, le=240)]


class MinutesOrNone(Sent):
    """Empty: crews need not report."""

    minutes: Annotated[
        Annotated[int, Field(ge=1, le=240)] | None, BeforeValidator(lambda value: None if value == "" else value)
    ] = None


class SignOn(Sent):
    unit: RowId


class OwnPosition(Sent):
    """Where the crew's own page is; `timestamp` in seconds or milliseconds."""

    lat: Latitude
    lon: Longitude
    timestamp: float
    speed: float | None = None
    heading: float | None = None
    accuracy: float | None = None


class Finish(Sent):
    text: str = Field("", max_length=4000)


class Answer(Based):
    answer: str = Field(max_length=LONGEST_ANSWER)


class Reject(Based):
    reason: str = Field(max_length=2000)


class Reopen(Based):
    """`again`: at once to the agencies that had it."""

    reason: str = Field("", max_length=2000)
    again: Ticked = False


class Cancel(Based):
    reason: CancelReason


class MergeWith(Based):
    """The other incident's code; which of the two stays is decided by which was first, an emergency before all."""

    other: str = Field(max_length=40)


class Part(Sent):
    """The number of the merge that is undone."""

    merge: RowId


class AddNote(Sent):
    text: str = Field(max_length=4000)
    shared: Ticked = False
    # Only for the writer's own agency.
    private: Ticked = False


class Reply(Sent):
    """`report` and `door`: the newest, and the citizen's own, unless they are given."""

    text: str = Field(max_length=LONGEST_REPLY)
    report: RowId | None = None
    door: Literal["email", "page", "sms", "zalo", "viber", "facebook"] | None = None


class PutTogether(Sent):
    """`other` is the code of the other incident."""

    other: str = Field(max_length=30)


class TakeApart(Sent):
    report: RowId | None = None


class TakeBack(Based):
    why: str = Field("taken_back", max_length=60, pattern=r"^[a-z_]+$")


class Return(Based):
    """`proposed`: the agency that is held to be the right one."""

    reason: str = Field(max_length=2000)
    code: ReturnReason = ReturnReason.OTHER
    proposed: RowId | None = None


class PassTo(Based):
    agency: RowId
    reason: str = Field(max_length=2000)


class HandOn(Based):
    """`person` is of `unit`; `others` are units that work on it too."""

    unit: RowId
    others: Ids = Field(default_factory=list, max_length=10)
    person: RowId | None = None


class Ask(Based):
    question: str = Field(max_length=1000)


class Postpone(Based):
    on: dt.date
    reason: str = Field(max_length=1000)


class PassOn(Based):
    """The focal point's own words instead of the unit's."""

    result: str = Field("", max_length=LONGEST_ANSWER)


class AddPhotos(Sent):
    """Where and when the phone says they were taken, for photos that do not say it themselves."""

    phase: Literal["before", "after"] = "before"
    lat: Latitude | None = None
    lon: Longitude | None = None
    taken_at: dt.datetime | None = None


class Child(Based):
    what: str = Field(max_length=1000)
    category: str | None = Field(None, max_length=60)


class Result(Based):
    result: str = Field(max_length=LONGEST_ANSWER)
    lat: Latitude | None = None
    lon: Longitude | None = None
    taken_at: dt.datetime | None = None


S = TypeVar("S", bound=Sent)


def read(request: HttpRequest, shape: type[S]) -> S:
    """The request's JSON object or form as `shape`. Empty fields count as not sent. Raises Invalid."""
    sent = _json(request) if request.content_type == "application/json" else _form(request, shape)
    lists = _lists(shape)
    given = {
        name: [value] if name in lists and not isinstance(value, list) else value
        for name, value in sent.items()
        if not _is_empty(value)
    }
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for one in error.errors():
            fields.setdefault(str(one["loc"][0]) if one["loc"] else "", []).append(_text(one))
        raise Invalid(fields) from None


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise Invalid({"": [_("What was sent could not be read.")]})
    return {str(name): _storable(value) for name, value in sent.items()}


def _form(request: HttpRequest, shape: type[Sent]) -> dict[str, Any]:
    lists = _lists(shape)
    return {
        name: [storable(str(value)) for value in values] if name in lists else storable(str(values[-1]))
        for name, values in request.POST.lists()
        if values
    }


def _lists(shape: type[Sent]) -> set[str]:
    """The fields that take several values: one alone counts as a list of one."""
    return {name for name, field in shape.model_fields.items() if field.annotation == list[RowId]}


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(one) for one in value]
    return value


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _text(error: ErrorDetails) -> str:
    """Pydantic's error in the reader's language."""
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return _("Please fill this in.")
        case "string_too_long":
            return _("That is too long: at most %(most)d characters.") % {"most": context["max_length"]}
        case "too_long":
            return _("That is too many: at most %(most)d.") % {"most": context["max_length"]}
        case "greater_than_equal" | "less_than_equal" | "finite_number" | "int_parsing_size":
            return _("This number is out of range.")
        case "int_parsing" | "int_type" | "int_from_float" | "float_parsing" | "float_type":
            return _("A number is expected here.")
        case "literal_error" | "enum":
            return _("Choose one of the list.")
    return _("This is not valid.")
