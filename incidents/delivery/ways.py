"""The ways by which messages leave: one a door, registered at start by the room that owns the door.

    ways.register(Way(door=Door.SMS, send=send, is_set_up=is_set_up, to_citizen=mobile_number, fit=fit_for_sms))

Nothing else in this room knows a door by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from incidents.delivery.models import Delivery, Door, PushDevice
from incidents.delivery.outcomes import Outcome, Result
from incidents.records.models import Report, Reporter
from opscenter.accounts.models import ContactPoint, Person


class Form(StrEnum):
    """How a text is written for a door: each kind of message has both, see wording.py."""

    # With a subject, a salutation and a signature.
    LETTER = "letter"
    # One paragraph, for telephones and chats. What may be long stands last, because a door may cut it off.
    SHORT = "short"
    # A title and one neutral sentence with the incident's code, for the lock screen of whoever finds the phone.
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message, by doors that carry files (e-mail)."""

    name: str
    content: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a sender gets it. `message_id` and `delivery` (the row's id) are the same for every attempt:
    whichever of them the other side can be told tells it that a message came twice."""

    address: str
    subject: str
    body: str
    message_id: str
    delivery: int = 0
    # Numbers of the other side's earlier messages that this one answers, the oldest first.
    thread: tuple[str, ...] = ()
    # A value of Kind, and the page that the message is about, as a path.
    kind: str = ""
    link: str = ""
    attachments: tuple[Attachment, ...] = ()


# Sends one message and says what came of it. Raises nothing, touches no database: it waits in a thread.
Send = Callable[[Outgoing], Result]


def _nobody(reporter: Reporter | None, report: Report | None) -> str:
    return ""


def _no_person(person: Person) -> str:
    return ""


def _no_device(device: PushDevice) -> str:
    return ""


def _always() -> bool:
    return True


def _whole(body: str) -> str:
    return body


def _none(delivery: Delivery) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How one door sends.

    `to_citizen` gives where a reporter is reached by it ("" for nowhere), from the reporter, the report, or both: it
    is asked when a message is queued and again when it is sent. `fit` makes a body fit the door. `besides`: everybody
    who is reached by it gets the message there too, whatever other door carries it (the page, push). `to_person` is
    where somebody with an account is reached. `devices`: the devices of a report that each get a message of their own,
    at `to_device`; None for doors that know no devices.
    """

    door: Door
    send: Send
    is_set_up: Callable[[], bool] = _always
    to_citizen: Callable[[Reporter | None, Report | None], str] = _nobody
    form: Form = Form.SHORT
    fit: Callable[[str], str] = _whole
    besides: bool = False
    thread: Callable[[Delivery], Sequence[str]] = _none
    to_person: Callable[[Person], str] = _no_person
    devices: Callable[[Report], Sequence[PushDevice]] | None = None
    to_device: Callable[[PushDevice], str] = _no_device


_ways: dict[Door, Way] = {}
# By which door a contact point of each kind is reached.
DOOR_OF_CONTACT = {
    ContactPoint.Kind.EMAIL: Door.EMAIL,
    ContactPoint.Kind.SMS: Door.SMS,
    ContactPoint.Kind.PHONE: Door.CALL,
}


def register(way: Way) -> None:
    """Adds a door's way, in the `ready()` of the application that owns the door. The same door again replaces it."""
    _ways[way.door] = way


def way_of(door: str) -> Way | None:
    """The way by this door, whether or not it is set up; None when no room has registered one."""
    return _ways.get(Door(door))


def is_open(door: str) -> bool:
    """Whether messages can leave by this door here and now."""
    way = way_of(door)
    return way is not None and way.is_set_up()


def sender_of(door: str) -> Send | None:
    """The function that sends by this door; None when it is not set up here."""
    way = way_of(door)
    return way.send if way is not None and way.is_set_up() else None


def address_of(delivery: Delivery) -> str:
    """Where a message goes, read now: an erased reporter, a contact point or an account that was switched off, a device
    that somebody else uses by now, have none."""
    if delivery.contact_point is not None:
        return delivery.contact_point.address if delivery.contact_point.is_active else ""
    way = way_of(delivery.door)
    if way is None or (delivery.person is not None and not delivery.person.is_active):
        return ""
    if way.devices is not None:
        device = delivery.device
        return way.to_device(device) if device is not None and device.person_id == delivery.person_id else ""
    if delivery.person is not None:
        return way.to_person(delivery.person)
    return way.to_citizen(delivery.reporter, delivery.report)


def doors_to(report: Report) -> list[Door]:
    """By which doors the citizen of a report can be reached, the best first; those that go `besides` are not in it.

    First the door they wrote by, then the others in the order of `Door`. One that is not set up here comes after
    those that are: if there is no other, the message says so.
    """
    found = [way.door for way in _ways.values() if not way.besides and way.to_citizen(report.reporter, report)]
    order = list(Door)
    return sorted(found, key=lambda door: (not is_open(door), door.value != report.source, order.index(door)))


def doors_besides(report: Report) -> list[Door]:
    """The doors on which the citizen of a report sees every message too."""
    order = list(Door)
    found = [way for way in _ways.values() if way.besides and way.is_set_up()]
    return sorted((way.door for way in found if way.to_citizen(report.reporter, report)), key=order.index)


def show(outgoing: Outgoing) -> Result:
    """The tracking page shows what has the state "sent": there is nothing more to do."""
    return Result(Outcome.SENT)


def everybody(reporter: Reporter | None, report: Report | None) -> str:
    """Every report has a tracking page."""
    return report.tracking_code if report is not None else ""
