"""After signing in everybody lands on the page of their role."""

from __future__ import annotations

import pytest
from django.urls import reverse

from opscenter.accounts.models import Person
from opscenter.accounts.roles import AGENCY_ROLES, ROOM_ROLES, Role

pytestmark = pytest.mark.django_db


def page_of(role: Role) -> str:
    if role in ROOM_ROLES:
        return "/room/"
    own = {Role.DISPATCHER: "/emergencies/", Role.CREW: "/crew/"}
    return own.get(role) or ("/inbox/" if role in AGENCY_ROLES else "/wall/")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PARTNER])
def test_each_role_has_its_page(client, new_person, role):
    client.force_login(new_person(role))
    assert client.get("/start/").headers["Location"] == page_of(role)


def test_a_partners_machine_is_told_that_it_has_no_page(client, new_person):
    client.force_login(new_person(Role.PARTNER))
    response = client.get("/start/")
    assert response.status_code == 200
    assert "account/no_page.html" in [template.name for template in response.templates]


def test_a_stranger_signs_in_first(client):
    response = client.get("/start/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


def test_signing_in_leads_there(client, new_person):
    new_person("focal_point", username="dau-moi", password="mot mat khau dai")
    response = client.post(reverse("account_login"), {"login": "dau-moi", "password": "mot mat khau dai"})
    assert response.headers["Location"] == "/start/"


def test_nobody_signs_up(client, db):
    fields = {"username": "stranger", "password1": "mot mat khau dai", "password2": "mot mat khau dai"}
    client.post("/accounts/signup/", fields)
    assert not Person.objects.filter(username="stranger").exists()


def test_signing_in_has_a_budget_across_processes(client, settings, new_person):
    settings.BUDGETS = "accounts.signin=2/600:100/600"
    new_person("focal_point", username="dau-moi", password="mot mat khau dai")
    wrong = {"login": "dau-moi", "password": "sai mat khau roi"}
    assert [client.post(reverse("account_login"), wrong).status_code for _try in range(3)] == [200, 200, 429]
    right = {"login": "dau-moi", "password": "mot mat khau dai"}
    assert client.post(reverse("account_login"), right).status_code == 429
    assert "_auth_user_id" not in client.session
