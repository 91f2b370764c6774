"""Contacts of an agency accept, return, hand on and report by SMS and by a link without an account."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from incidents.contacts import links
from incidents.contacts.models import Instruction, TaskLink
from incidents.delivery.models import Delivery
from incidents.dispatching.agency_work import accept, give_result
from incidents.doors.sms import Incoming
from incidents.doors.sms_taking import take as take_sms
from incidents.intake.arrivals import Arrived
from incidents.intake.worker import Worker
from incidents.records.models import Assignment, History, Note, Photo, Report
from opscenter.accounts.models import ContactPoint, Person
from realtime.change import change
from tests.cast import Cast, Hands, give, open_one, together
from tests.doors.kannel import Kannel
from tests.harness.processes import wait_until
from tests.intake.world import IN_AN_LAC, World, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "0900000011"
Write = Callable[..., str]


@pytest.fixture
def contact(world: World, settings: Any) -> ContactPoint:
    settings.SMS_SEND_URL, settings.SMS_SEND_FIELDS = "http://127.0.0.1:9/", "to={to}&text={text}"
    return ContactPoint.objects.create(agency=world.an_lac, kind="sms", address="0900 000 011")


@pytest.fixture
def given(world: World, cast: Cast, contact: ContactPoint) -> Assignment:
    return give(open_one(world), world.an_lac, cast.call_taker)


@pytest.fixture
def write(contact: ContactPoint) -> Write:
    """Somebody sends an SMS; gives the text of the answer, "" for none."""
    from dataclasses import asdict

    numbers = iter(range(1, 1000))

    def send(text: str, sender: str = "+84900000011", source_id: str = "") -> str:
        before = set(Delivery.objects.filter(kind="noted").values_list("pk", flat=True))
        number = source_id or f"s{next(numbers)}"
        take_sms(Arrived(number, asdict(Incoming(number, sender, text)), timezone.now()))
        return "".join(Delivery.objects.filter(kind="noted").exclude(pk__in=before).values_list("body", flat=True))

    return send


def state_of(assignment: Assignment) -> str:
    return Assignment.objects.values_list("state", flat=True).get(pk=assignment.pk)


def test_the_message_names_code_place_and_commands(given: Assignment) -> None:
    row = Delivery.objects.get(kind="assignment", door="sms")
    assert f"giao viec {given.pk} (1022-" in row.body
    assert f"N {given.pk} = nhan" in row.body
    assert re.search(r"/viec/[\w-]+/", row.body)
    assert row.body.isascii()


def test_the_whole_work_by_sms(given: Assignment, cast: Cast, write: Write) -> None:
    answer = write(f"N {given.pk}")
    assert f"viec {given.pk} da duoc ghi nhan" in answer
    assert re.search(r"/viec/[\w-]+/", answer)
    assert state_of(given) == "accepted"
    assert cast.unit.name == "Tổ đô thị"
    assert "To do thi" in write(f"chuyển {given.pk} tổ đô thị")
    given.refresh_from_db()
    assert given.handling_unit == cast.unit
    assert "Cam on" in write(f"Xong {given.pk} Đã vá xong, đường thông")
    given.refresh_from_db()
    assert (given.state, given.result) == ("result_given", "Đã vá xong, đường thông")
    # It all names somebody: the account that stands for the contact, with which nobody can sign in.
    rows = History.objects.filter(kind__in=["accepted", "handed_on", "result_given"]).select_related("by")
    (person,) = {row.by for row in rows}
    assert person is not None
    assert (person.agency, person.is_active, person.has_usable_password()) == (given.agency, False, False)
    assert person.full_name == "UBND an-lac (Tin nhắn SMS)"
    assert list(Instruction.objects.order_by("pk").values_list("act", "refusal")) == [
        ("accept", ""),
        ("hand_on", ""),
        ("done", ""),
    ]


def test_it_is_the_persons_act_when_the_number_is_somebodys(
    given: Assignment, cast: Cast, contact: ContactPoint, write: Write
) -> None:
    contact.person = cast.focal_point
    contact.save()
    write(f"T {given.pk} Đường tỉnh, thuộc Sở GTVT")
    row = History.objects.get(kind="returned")
    assert row.by == cast.focal_point
    given.refresh_from_db()
    assert (given.state, given.return_reason) == ("returned", "Đường tỉnh, thuộc Sở GTVT")
    assert not Person.objects.filter(username__startswith="contact-").exists()


def test_the_reason_of_the_list_is_heard_in_the_words(given: Assignment, write: Write) -> None:
    write(f"t {given.pk} Không thuộc thẩm quyền, của Sở GTVT")
    given.refresh_from_db()
    assert (given.return_code, given.return_reason) == ("not_competent", "Không thuộc thẩm quyền, của Sở GTVT")


def test_a_result_without_accepting_first_accepts_too(given: Assignment, write: Write) -> None:
    write(f"X {given.pk} đã dọn")
    assert state_of(given) == "result_given"
    assert History.objects.filter(kind="accepted").count() == 1


def test_the_same_sms_again_does_nothing(given: Assignment, write: Write) -> None:
    assert write(f"N {given.pk}", source_id="same")
    assert write(f"X {given.pk} xong", source_id="same") == ""
    assert state_of(given) == "accepted"
    # A new one is told that it no longer fits.
    version = History.objects.latest("pk").version
    assert "dang o trang thai: Da nhan" in write(f"N {given.pk}")
    assert History.objects.latest("pk").version == version


def test_a_colleague_was_quicker_and_no_words_are_lost(given: Assignment, cast: Cast, write: Write) -> None:
    with change():
        accept(assignment_id=given.pk, by=cast.focal_point)
        give_result(assignment_id=given.pk, text="Đã vá bằng nhựa nóng", by=cast.focal_point)
    answer = write(f"X {given.pk} Vá tạm bằng đá dăm")
    assert "Da va bang nhua nong" in answer
    assert "giu thanh ghi chu" in answer
    note = Note.objects.get()
    assert (note.text, note.incident_id, note.by.agency) == ("Vá tạm bằng đá dăm", given.incident_id, given.agency)
    given.refresh_from_db()
    assert given.result == "Đã vá bằng nhựa nóng"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("N 999999", "khong co viec 999999"),
        ("N", "Chua hieu"),
        ("X {pk}", "Da lam gi? Nhan: X {pk} ket qua"),
        ("T {pk}", "Tra lai vi sao? Nhan: T {pk} ly do"),
        ("C {pk}", "Bo phan nao? 1 To do thi"),
        ("T 999999", "khong co viec 999999"),
        ("C {pk} Tổ không có", "Bo phan nao? 1 To do thi"),
        ("nhan roi nhe", "Chua hieu"),
        ("H", "N ma"),
    ],
)
def test_wrong_forms_are_answered_with_help(given: Assignment, write: Write, text: str, expected: str) -> None:
    answer = write(text.format(pk=given.pk))
    assert expected.format(pk=given.pk) in answer
    assert state_of(given) == "sent"
    assert not Report.objects.filter(source="sms").exists()
    assert Instruction.objects.get().refusal


def test_an_unknown_code_is_answered_with_those_that_are_open(given: Assignment, write: Write) -> None:
    assert f"{given.pk}" in write("N 999999")


def test_only_that_contacts_number_counts(given: Assignment, cast: Cast, world: World, write: Write) -> None:
    there = ContactPoint.objects.create(agency=world.binh_minh, kind="sms", address="+84900000012")
    # A citizen's command is a citizen's report.
    assert write(f"N {given.pk}", sender="+84900000077") == ""
    assert Report.objects.filter(source="sms").count() == 1
    # Another agency's contact is told that it has no such assignment.
    assert "khong co viec" in write(f"N {given.pk}", sender="+84900000012")
    there.is_active = False
    there.save()
    write(f"N {given.pk}", sender="+84900000012")
    assert Report.objects.filter(source="sms").count() == 2
    assert state_of(given) == "sent"


def test_a_contact_may_report_something_too(given: Assignment, write: Write) -> None:
    assert write("Nước tràn ra đường ở phường An Lạc từ sáng đến giờ") == ""
    assert Report.objects.filter(source="sms").count() == 1


def test_one_number_for_two_agencies(given: Assignment, cast: Cast, world: World, write: Write) -> None:
    ContactPoint.objects.create(agency=world.binh_minh, kind="sms", address=NUMBER)
    other = give(open_one(world), world.binh_minh, cast.call_taker)
    write(f"N {other.pk}")
    write(f"N {given.pk}")
    assert (state_of(given), state_of(other)) == ("accepted", "accepted")
    people = {row.by.agency_id for row in History.objects.filter(kind="accepted") if row.by}
    assert people == {world.an_lac.pk, world.binh_minh.pk}


def test_the_whole_loop_through_a_real_gateway(kannel: Kannel, world: World, cast: Cast, take: Any) -> None:
    """Citizen → ward by SMS → accepted and done by SMS → the hotline's answer → citizen, all through kannel."""
    from incidents.dispatching.assigning import assign
    from incidents.dispatching.closing import close

    ContactPoint.objects.create(agency=world.an_lac, kind="sms", address=NUMBER)
    kannel.centre("+84900000001 1022 text Co o ga truoc so 12 phuong An Lac")

    def work_off() -> None:
        Delivery.objects.filter(state="waiting").update(next_try_at=timezone.now())
        Worker().run_once()

    def heard(to: str) -> list[str]:
        return [text for number, text in kannel.heard() if number == to]

    assert wait_until(lambda: (work_off(), Report.objects.exists())[1])  # type: ignore[func-returns-value]
    incident = Report.objects.get().incident
    with change():
        (assignment,) = assign(incident_id=incident.pk, lead=world.an_lac, by=cast.call_taker)
    work_off()
    assert wait_until(lambda: len(heard("+84900000011")) == 1)
    for text in (f"N {assignment.pk}", f"X {assignment.pk} Da va xong"):
        kannel.centres[-1].stop()
        kannel.centre(f"+84900000011 1022 text {text}")
        expected = "accepted" if text.startswith("N") else "result_given"
        assert wait_until(lambda state=expected: (work_off(), state_of(assignment) == state)[1])  # type: ignore
    incident.refresh_from_db()
    with change():
        close(incident_id=incident.pk, answer="Đã vá xong ổ gà.", by=cast.call_taker)
    work_off()
    assert wait_until(lambda: any("Da va xong o ga" in text for text in heard("+84900000001")))
    assert len(heard("+84900000011")) == 3


# --- links ------------------------------------------------------------------------------------------------------


def link_of(assignment: Assignment, contact: ContactPoint) -> str:
    with change():
        return "/viec/" + links.make(assignment=assignment, contact_point=contact).partition("/viec/")[2]


def test_looking_uses_nothing_up_and_shows_no_personal_data(
    given: Assignment, contact: ContactPoint, cast: Cast
) -> None:
    url = link_of(given, contact)
    version = History.objects.latest("pk").version
    # A messenger's preview fetches it, several times.
    for _time in range(3):
        page = Client().get(url)
        assert page.status_code == 200
    assert Client().head(url).status_code == 200
    text = page.content.decode()
    assert "Ổ gà trước số 12/5" in text
    assert "0900 000 001" not in text
    assert "Đường hư hỏng" in text
    assert page["Cache-Control"] == "private, no-store"
    assert "noindex" in page["X-Robots-Tag"]
    assert TaskLink.objects.filter(used_at=None).count() == TaskLink.objects.count()
    assert (state_of(given), History.objects.latest("pk").version) == ("sent", version)


def test_every_screen_says_exercise_and_approximate_borders(
    world: World, cast: Cast, contact: ContactPoint, client: Client
) -> None:
    marks = {"exercise": ("Diễn tập", "DIỄN TẬP"), "approximate": ("gần đúng",)}
    for given in ({"exercise": 7}, {"approximate": True}, {}):
        assignment = give(open_one(world, **given), world.an_lac, cast.call_taker)
        incident = assignment.incident
        report = Report.objects.filter(incident=incident).latest("pk")
        Report.objects.filter(pk=report.pk).update(exercise=incident.exercise)
        vi = {"Accept-Language": "vi"}
        screens = {
            "link": client.get(link_of(assignment, contact), headers=vi),
            "tracking": client.get(f"/tra-cuu/{report.tracking_code}/", headers=vi),
            "inbox": Hands(cast.focal_point).get(f"/inbox/assignment/{assignment.pk}/", **vi),
            "room": Hands(cast.call_taker).get(f"/room/incident/{incident.code}/panel", **vi),
        }
        for name, answer in screens.items():
            text = answer.content.decode().split("<main", 1)[-1]
            for mark, words in marks.items():
                assert any(word in text for word in words) == (mark in given), (name, mark, given)


def test_a_post_does_one_thing_and_uses_the_link_up(given: Assignment, contact: ContactPoint) -> None:
    url, hands = link_of(given, contact), Hands()
    assert hands.post(url, {"act": "accept"}, form=True).status_code == 200
    assert state_of(given) == "accepted"
    row = History.objects.get(kind="accepted")
    assert row.by is not None
    assert row.by.agency == given.agency
    assert Instruction.objects.get().door == "link"
    # The next step has a link of its own, in the message that noted this one.
    noted = Delivery.objects.get(kind="noted")
    assert (noted.contact_point, noted.door) == (contact, "sms")
    again = hands.post(url, {"act": "return", "words": "Đường tỉnh"}, form=True)
    assert again.status_code == 409
    assert "used already" in again.content.decode()
    assert "Đường tỉnh" in again.content.decode()
    following = re.search(r"/viec/[\w-]+/", noted.body)
    assert following
    # Not for what its purpose is not.
    assert hands.post(following[0], {"act": "accept"}, form=True).status_code == 422
    photos = [upload(picture())]
    assert hands.post(following[0], {"act": "done", "words": "Đã vá", "photos": photos}, form=True).status_code == 200
    assert state_of(given) == "result_given"
    assert Photo.objects.get().phase == "after"


def test_return_and_hand_on_by_link(given: Assignment, contact: ContactPoint, cast: Cast) -> None:
    hands, url = Hands(), link_of(given, contact)
    assert hands.post(url, {"act": "return", "words": " "}, form=True).status_code == 422
    assert hands.post(url, {"act": "hand_on", "unit": cast.unit.pk}, form=True).status_code == 422
    assert hands.post(url, {"act": "return", "words": "Không thuộc"}, form=True).status_code == 200
    assert state_of(given) == "returned"
    # What is not theirs any more is not shown any more.
    page = Client().get(url)
    assert "Ổ gà" not in page.content.decode()


def test_a_unit_of_another_agency_cannot_be_chosen(given: Assignment, contact: ContactPoint, cast: Cast) -> None:
    Hands().post(link_of(given, contact), {"act": "accept"}, form=True)
    given.refresh_from_db()
    url = link_of(given, contact)
    assert Hands().post(url, {"act": "hand_on", "unit": cast.unit_there.pk}, form=True).status_code == 422
    assert Hands().post(url, {"act": "hand_on", "unit": "9" * 30}, form=True).status_code == 422
    assert Hands().post(url, {"act": "hand_on", "unit": cast.unit.pk}, form=True).status_code == 200


@pytest.mark.parametrize("how", ["expired", "revoked", "contact", "never"])
def test_a_link_that_is_over_is_like_one_that_never_was(
    given: Assignment, contact: ContactPoint, cast: Cast, how: str
) -> None:
    url = link_of(given, contact)
    link = TaskLink.objects.first()
    assert link is not None
    if how == "expired":
        TaskLink.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    elif how == "revoked":
        assert links.revoke(links=[link.pk], by=cast.supervisor) == 1
    elif how == "contact":
        ContactPoint.objects.update(is_active=False)
    else:
        url = "/viec/abcdefghijklmnopqrstuvwx/"
    for answer in (Client().get(url), Hands().post(url, {"act": "accept"}, form=True)):
        assert answer.status_code == 404
        assert "Ổ gà" not in answer.content.decode()
    assert state_of(given) == "sent"


def test_a_double_click_is_one_act(given: Assignment, contact: ContactPoint) -> None:
    url = link_of(given, contact)
    answers = together([lambda: Hands().post(url, {"act": "accept"}, form=True).status_code for _time in range(3)])
    assert sorted(answers) == [200, 409, 409]
    assert History.objects.filter(kind="accepted").count() == 1


def test_what_does_not_fit_any_more_leaves_the_link_unused(
    given: Assignment, contact: ContactPoint, cast: Cast
) -> None:
    from incidents.dispatching import agency_work

    url = link_of(given, contact)
    with change():
        agency_work.accept(assignment_id=given.pk, by=cast.focal_point)
    assert Hands().post(url, {"act": "accept"}, form=True).status_code == 409
    assert TaskLink.objects.exclude(used_at=None).count() == 0


def test_photos_are_shown_by_the_link_only(given: Assignment, contact: ContactPoint, take: Any, cast: Cast) -> None:
    taken = take("Ổ gà to", point=IN_AN_LAC, photos=[upload(picture())])
    assignment = give(taken.incident, given.agency, cast.call_taker)
    photo = Photo.objects.get()
    url = link_of(assignment, contact)
    # A link can be passed on: first a person of the hotline releases the photo.
    assert Client().get(f"{url}anh/{photo.pk}/").status_code == 404
    page = Client().get(url, headers={"Accept-Language": "en"}).content.decode()
    assert "1 photo is not shown here" in page
    Hands(cast.call_taker).post(f"/api/photos/{photo.pk}/redaction", {"boxes": [], "public": True})
    answer = Client().get(f"{url}anh/{photo.pk}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert Client().get(f"{link_of(given, contact)}anh/{photo.pk}/").status_code == 404
    assert Client().get(f"/viec/{'x' * 24}/anh/{photo.pk}/").status_code == 404
