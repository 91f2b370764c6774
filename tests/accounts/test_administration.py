"""Who may open the administration pages, issue accounts and passwords, and what is refused there."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from opscenter.accounts.models import Agency, HandlingUnit, Person
from opscenter.accounts.roles import Role
from opscenter.accounts.watchers import _watchers, watch_rights

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/person/"
ADD = "/admin/accounts/person/add/"


def account(**fields):
    start = {
        "username": "moi",
        "full_name": "Người Mới",
        "email": "",
        "language": "vi",
        "role": "call_taker",
        "agency": "",
        "handling_unit": "",
        "is_active": "on",
    }
    return {**start, **fields}


def issued_password(response) -> str:
    match = re.search(r"<code>([2-9a-z]{4}(?:-[2-9a-z]{4}){3})</code>", response.content.decode())
    assert match, response.content.decode()
    return match.group(1)


@pytest.fixture
def administrator(client, new_person):
    person = new_person(Role.ADMINISTRATOR)
    client.force_login(person)
    return person


@pytest.fixture
def supervisor(client, new_person):
    person = new_person(Role.SUPERVISOR)
    client.force_login(person)
    return person


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMINISTRATOR, Role.SUPERVISOR}])
def test_other_roles_stay_outside(client, new_person, role):
    client.force_login(new_person(role))
    for path in ("/admin/", LIST, ADD, "/admin/accounts/agency/"):
        response = client.get(path, follow=True)
        assert response.status_code == 403, path


def test_is_staff_alone_opens_nothing(client, new_person):
    client.force_login(new_person(Role.CALL_TAKER, is_staff=True))
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_stranger_signs_in_by_the_one_sign_in_page(client):
    first = client.get(LIST).headers["Location"]
    then = client.get(first).headers["Location"]
    assert then == f"{reverse('account_login')}?next={LIST}"


def test_somebody_switched_off_stays_outside(client, administrator):
    Person.objects.filter(pk=administrator.pk).update(is_active=False)
    assert client.get(LIST).status_code == 302


def test_a_new_account_gets_a_password_that_is_shown_once_and_works(client, administrator):
    response = client.post(ADD, account())
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    password = issued_password(response)
    person = Person.objects.get(username="moi")
    assert person.check_password(password)
    assert password not in client.get(f"/admin/accounts/person/{person.pk}/change/").content.decode()


def test_a_new_password_ends_the_old_one_and_its_sign_ins(client, administrator, new_person):
    person = new_person(Role.FOCAL_POINT, password="mat khau cu rat dai")
    elsewhere = Client()
    elsewhere.force_login(person)
    assert elsewhere.get("/start/").headers["Location"] == "/inbox/"
    response = client.post(f"/admin/accounts/person/{person.pk}/password/")
    person.refresh_from_db()
    assert person.check_password(issued_password(response))
    assert not person.check_password("mat khau cu rat dai")
    assert elsewhere.get("/start/").headers["Location"].startswith(reverse("account_login"))


def test_looking_does_not_issue(client, administrator, new_person):
    person = new_person(Role.CALL_TAKER)
    assert client.get(f"/admin/accounts/person/{person.pk}/password/").status_code == 405
    person.refresh_from_db()
    assert person.check_password("a long password")


def test_the_own_password_is_changed_where_everybody_does(client, administrator):
    response = client.post(f"/admin/accounts/person/{administrator.pk}/password/")
    assert response.headers["Location"] == reverse("account_change_password")


class TestTheForm:
    def errors(self, client, path=ADD, **fields):
        response = client.post(path, account(**fields))
        assert response.status_code == 200
        return response.context["adminform"].form.errors

    def test_agency_roles_need_an_agency(self, client, administrator):
        assert "agency" in self.errors(client, role="focal_point")

    def test_handlers_need_a_unit_of_their_agency(self, client, administrator, new_agency):
        ours, theirs = new_agency(), new_agency()
        unit = HandlingUnit.objects.create(agency=theirs, name="Tổ")
        assert "handling_unit" in self.errors(client, role="handler", agency=ours.pk)
        assert "handling_unit" in self.errors(client, role="handler", agency=ours.pk, handling_unit=unit.pk)

    @pytest.mark.parametrize("role", ["dispatcher", "crew"])
    def test_dispatchers_and_crews_work_for_113_114_115(self, client, administrator, new_agency, role):
        ward, police = new_agency(), new_agency(kind="police")
        unit = HandlingUnit.objects.create(agency=police, name="Đội")
        assert "agency" in self.errors(client, role=role, agency=ward.pk)
        client.post(ADD, account(role=role, agency=police.pk, handling_unit=unit.pk))
        assert Person.objects.get(username="moi").agency == police

    def test_nobody_raises_or_locks_out_themselves(self, client, administrator):
        path = f"/admin/accounts/person/{administrator.pk}/change/"
        same = {"username": administrator.username, "role": "administrator"}
        assert "role" in self.errors(client, path, **{**same, "role": "call_taker"})
        assert "is_active" in self.errors(client, path, **{**same, "is_active": ""})


class TestSupervisors:
    def test_issue_accounts_below_them_only(self, client, supervisor):
        assert "issued.html" in client.post(ADD, account()).template_name
        for role in ("supervisor", "administrator"):
            client.post(ADD, account(username=role, role=role))
            assert not Person.objects.filter(username=role).exists()

    @pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMINISTRATOR])
    def test_cannot_touch_their_equals_and_betters(self, client, supervisor, new_person, role):
        other = new_person(role)
        path = f"/admin/accounts/person/{other.pk}/change/"
        assert client.get(path).status_code == 200
        assert client.post(path, account(username="taken", role="call_taker")).status_code == 403
        assert client.post(f"/admin/accounts/person/{other.pk}/password/").status_code == 403
        other.refresh_from_db()
        assert (other.role, other.check_password("a long password")) == (role, True)

    def test_look_at_agencies_and_keep_their_contacts(self, client, supervisor, new_agency):
        agency = new_agency()
        assert client.get(f"/admin/accounts/agency/{agency.pk}/change/").status_code == 200
        assert client.get("/admin/accounts/agency/add/").status_code == 403
        assert client.get("/admin/accounts/handlingunit/add/").status_code == 200


def test_nobody_and_nothing_is_deleted(client, administrator, new_person, new_agency):
    person, agency = new_person(), new_agency()
    unit = HandlingUnit.objects.create(agency=agency, name="Tổ")
    for path in (f"person/{person.pk}", f"agency/{agency.pk}", f"handlingunit/{unit.pk}"):
        assert client.post(f"/admin/accounts/{path}/delete/", {"post": "yes"}).status_code == 403


def test_the_lists_open_and_find(client, administrator, new_person, new_agency):
    new_agency(name="UBND phường Phú Lợi", valid_until="2025-07-01")
    new_person(full_name="Nguyễn Văn Mẫu")
    assert "Nguyễn Văn Mẫu" in client.get(LIST + "?q=Mẫu").content.decode()
    for value, found in (("ended", True), ("today", False), ("later", False)):
        page = client.get(f"/admin/accounts/agency/?in_force={value}").content.decode()
        assert ("UBND phường Phú Lợi" in page) is found


def test_the_code_of_an_agency_stays(client, administrator, new_agency):
    agency = new_agency(code="khong-doi")
    form = client.get(f"/admin/accounts/agency/{agency.pk}/change/").context["adminform"].form
    assert "code" not in form.fields
    assert Agency.objects.get(pk=agency.pk).code == "khong-doi"


@pytest.mark.django_db(transaction=True)
def test_a_change_of_rights_is_announced_after_it_committed(client, administrator, new_person):
    person, heard = new_person(), []

    def watcher(number):
        heard.append((number, Person.objects.get(pk=number).role))

    watch_rights(watcher)
    try:
        fields = account(username=person.username, role="leader")
        assert client.post(f"/admin/accounts/person/{person.pk}/change/", fields).status_code == 302
    finally:
        _watchers.remove(watcher)
    assert heard == [(person.pk, "leader")]


@pytest.mark.django_db(transaction=True)
def test_the_live_stream_hears_of_changed_rights(client, administrator, new_person):
    from realtime.models import Event

    person = new_person()
    client.post(f"/admin/accounts/person/{person.pk}/password/")
    assert list(Event.objects.filter(entity="rights").values_list("entity_id", flat=True)) == [person.pk]


def test_the_first_administrator_comes_from_createsuperuser(client):
    person = Person.objects.create_superuser("dau-tien", None, "mot mat khau dai", full_name="Người đầu tiên")
    assert person.role == Role.ADMINISTRATOR
    client.force_login(person)
    assert client.get(LIST).status_code == 200


def test_it_speaks_vietnamese(client, administrator):
    page = client.get("/admin/accounts/agency/add/", headers={"Accept-Language": "vi"}).content.decode()
    for english in ("Short name", "Valid from", "Area set", "Higher agency"):
        assert english not in page
