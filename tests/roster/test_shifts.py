"""Planning shifts and handing over: who may, what the system fills in, and that two never overwrite each other."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from incidents.bulletins.models import Mail
from incidents.roster import planning
from incidents.roster.calendars import calendar_of
from incidents.roster.matters import names, open_matters
from incidents.roster.models import Handover, Shift, ShiftKind
from opscenter.accounts.models import Person
from opscenter.accounts.own_keys import make
from realtime.change import change
from tests.cast import Cast, give, open_one
from tests.intake.world import World

pytestmark = pytest.mark.django_db(transaction=True)
ZONE = timezone.get_default_timezone()


@pytest.fixture
def night(world: World) -> ShiftKind:
    return ShiftKind.objects.create(name="Ca đêm", begins=dt.time(22), ends=dt.time(6))


def shift_of(kind: ShiftKind, people: list[Person], day: dt.date | None = None) -> Shift:
    with change():
        return planning.plan(kind=kind, day=day or timezone.localdate(), people=people, version=0)


def going_on(people: list[Person], name: str = "Ca này", ends_in_h: float = 1.0) -> Shift:
    """A shift that ends in a while, whatever time it is now."""
    now = timezone.now()
    shift = shift_of(ShiftKind.objects.create(name=name, begins=dt.time(0), ends=dt.time(8)), people)
    ends = now + dt.timedelta(hours=ends_in_h)
    Shift.objects.filter(pk=shift.pk).update(begins_at=ends - dt.timedelta(hours=8), ends_at=ends)
    shift.refresh_from_db()
    return shift


def test_a_night_shift_ends_the_next_morning(night: ShiftKind, cast: Cast) -> None:
    shift = shift_of(night, [cast.call_taker], dt.date(2026, 1, 31))
    assert shift.begins_at == dt.datetime(2026, 1, 31, 22, tzinfo=ZONE)
    assert shift.ends_at == dt.datetime(2026, 2, 1, 6, tzinfo=ZONE)
    inside = dt.datetime(2026, 2, 1, 3, tzinfo=ZONE)
    assert [list(one.people.all()) for one in planning.on_duty(inside)] == [[cast.call_taker]]
    assert planning.on_duty(shift.ends_at) == []


def test_who_is_here_now_is_asked_again_by_the_open_page(cast: Cast, client: Client) -> None:
    from incidents.calls.models import Seat

    client.force_login(cast.supervisor)
    page = client.get("/roster/").content.decode()
    assert "data-here" in page
    assert cast.call_taker.full_name not in client.get("/roster/?part").content.decode()
    Seat.objects.create(person=cast.call_taker, status="free", since=timezone.now())
    going_on([cast.supervisor])
    part = client.get("/roster/?part").content.decode()
    assert cast.call_taker.full_name in part
    assert "Ca này" in part
    assert "<main" not in part
    assert part.strip() in client.get("/roster/").content.decode()
    client.force_login(cast.focal_point)
    assert client.get("/roster/?part").status_code == 403


def test_two_who_plan_at_once_do_not_overwrite_each_other(night: ShiftKind, cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor)
    url = f"/roster/{night.pk}/2026-01-31/"
    assert client.post(url, {"version": "0", "person": [cast.call_taker.pk]}).status_code == 302
    assert client.post(url, {"version": "0", "person": [cast.supervisor.pk]}).status_code == 409
    assert list(Shift.objects.get().people.all()) == [cast.call_taker]
    assert client.post(url, {"version": "x"}).status_code == 409
    # Nobody who does not work in the room can be planned.
    client.post(url, {"version": "1", "person": [cast.focal_point.pk, cast.supervisor.pk]})
    assert list(Shift.objects.get().people.all()) == [cast.supervisor]
    for wrong in ("2026-13-01", "1066-01-01", "yesterday"):
        assert client.get(f"/roster/{night.pk}/{wrong}/").status_code == 404


def test_a_week_as_the_one_before(night: ShiftKind, cast: Cast) -> None:
    gone = cast.administrator
    monday = dt.date(2026, 1, 5)
    shift_of(night, [cast.call_taker, gone], monday)
    shift_of(night, [cast.supervisor], monday + dt.timedelta(days=1))
    shift_of(night, [cast.call_taker], monday + dt.timedelta(days=8))
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    with change():
        assert planning.copy_week(monday + dt.timedelta(days=7)) == 1
    told = {shift.day.day: list(shift.people.all()) for shift in Shift.objects.all()}
    assert told[12] == [cast.call_taker], "who left is not planned"
    assert told[13] == [cast.call_taker], "what was planned stays"


def test_a_note_holds_the_open_matters_of_that_moment(world: World, cast: Cast, client: Client) -> None:
    late = open_one(world, due_at=timezone.now() - dt.timedelta(hours=1))
    open_one(world, due_at=timezone.now() + dt.timedelta(hours=1))
    open_one(world, group=2, category=world.categories["fire"])
    open_one(world, exercise=7)
    Person.objects.filter(pk=cast.supervisor.pk).update(email="truc@example.org")
    shift = going_on([cast.call_taker])
    client.force_login(cast.call_taker)
    assert client.post("/roster/handover/", {"shift": shift.pk, "text": "Bàn giao máy 3."}).status_code == 302
    note = Handover.objects.get()
    told = {one["kind"]: one["count"] for one in note.matters}
    assert {kind: told[kind] for kind in ("emergencies", "overdue", "due_soon", "open")} == {
        "emergencies": 1, "overdue": 1, "due_soon": 1, "open": 3,
    }  # fmt: skip
    assert note.matters[1]["codes"] == [late.code]
    assert set(told) == set(names()) == {one.kind for one in open_matters(timezone.now())}
    # By e-mail to the supervisors, once.
    assert Mail.objects.get().address == "truc@example.org"
    assert "Bàn giao máy 3." in Mail.objects.get().body
    assert mail.outbox == []


def test_the_next_shift_confirms_it_and_nobody_else(world: World, cast: Cast, new_person: Any) -> None:
    next_one, stranger = new_person("call_taker"), new_person("call_taker")
    shift = going_on([cast.call_taker])
    after = going_on([next_one], "Ca sau", 8.5)
    assert after.begins_at <= shift.ends_at
    with change():
        note = planning.write_note(shift=shift, text="", by=cast.call_taker)
    for person in (cast.call_taker, stranger):
        client = Client()
        client.force_login(person)
        assert client.post(f"/roster/handover/{note.pk}/confirm/").status_code == 403
    client = Client()
    client.force_login(next_one)
    assert client.post(f"/roster/handover/{note.pk}/confirm/", {"remark": "Đã nhận."}).status_code == 302
    note.refresh_from_db()
    assert (note.confirmed_by, note.remark) == (next_one, "Đã nhận.")
    # After that it stays as it was read.
    with pytest.raises(planning.Changed), change():
        planning.write_note(shift=shift, text="khác", by=cast.call_taker)
    with pytest.raises(planning.Changed), change():
        planning.confirm(note_id=note.pk, remark="", by=cast.supervisor)


def test_who_may_hand_over_what(world: World, cast: Cast, client: Client) -> None:
    shift = going_on([cast.call_taker], ends_in_h=5)
    assert planning.to_hand_over(cast.call_taker, timezone.now()) is None, "not so early"
    late = shift.ends_at + dt.timedelta(hours=1)
    assert planning.to_hand_over(cast.call_taker, late) == shift
    assert planning.to_hand_over(cast.administrator, late) == shift
    client.force_login(cast.call_taker)
    client.post("/roster/handover/", {"shift": shift.pk, "text": "x"})
    assert not Handover.objects.exists()


def test_a_calendar_by_a_key_that_can_be_revoked(world: World, cast: Cast, client: Client) -> None:
    shift = shift_of(ShiftKind.objects.create(name="Ca sáng", begins=dt.time(6), ends=dt.time(14)), [cast.call_taker])
    row, key = make(person=cast.call_taker, purpose="calendar", label="điện thoại")
    answer = client.get(f"/roster/calendar/{key}.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (shift.begins_at, shift.ends_at)
    assert str(event["summary"]) == "Ca trực: Ca sáng"
    _map, other = make(person=cast.call_taker, purpose="map", label="QGIS")
    assert client.get(f"/roster/calendar/{other}.ics").status_code == 404
    client.force_login(cast.call_taker)
    assert client.post(f"/accounts/keys/{row.pk}/revoke/").status_code == 302
    assert client.get(f"/roster/calendar/{key}.ics").status_code == 404


def test_an_agency_reads_its_deadlines(world: World, cast: Cast) -> None:
    incident = open_one(world)
    row = give(incident, world.an_lac, cast.call_taker)
    told = calendar_of(cast.focal_point, timezone.now()).walk("VEVENT")
    assert [event.decoded("dtstart") for event in told] == [row.due_at.replace(microsecond=0)]
    assert incident.code in str(told[0]["summary"])
    assert "Ổ gà" not in str(told[0]), "no words of a citizen leave by this way"
    for other in (cast.focal_point_there, cast.handler, cast.supervisor):
        assert calendar_of(other, timezone.now()).walk("VEVENT") == []


def test_ones_own_keys(world: World, cast: Cast, client: Client) -> None:
    client.force_login(cast.handler)
    made = client.post("/accounts/keys/", {"name": "lịch", "purpose": "calendar"}, headers={"Accept-Language": "en"})
    assert made.status_code == 200
    address = made.context["address"]
    assert client.get(address.partition("testserver")[2]).status_code == 200
    assert address.encode() not in client.get("/accounts/keys/").content, "it is shown once"
    for wrong in ({"name": "", "purpose": "map"}, {"name": "x", "purpose": "everything"}):
        assert client.post("/accounts/keys/", wrong).status_code == 422
    for number in range(20):
        client.post("/accounts/keys/", {"name": f"{number}", "purpose": "map"})
    assert cast.handler.keys.count() == 10
    client.force_login(cast.handler_there)
    assert client.post(f"/accounts/keys/{cast.handler.keys.first().pk}/revoke/").status_code == 404
