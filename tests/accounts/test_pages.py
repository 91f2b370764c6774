"""Everybody's menu: the pages of one's role, each of which opens."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from opscenter.accounts.pages import menu_of
from opscenter.accounts.roles import ROOM_ROLES, Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PARTNER])
def test_every_page_of_the_menu_opens(client: Client, new_person, role: Role) -> None:
    person = new_person(role)
    client.force_login(person)
    addresses = [address for _, lines in menu_of(person) for address, _ in lines]
    assert addresses
    answers = {address: client.get(address).status_code for address in addresses}
    assert set(answers.values()) == {200}, answers


def test_a_menu_holds_what_the_role_is_for(new_person) -> None:
    def addresses(role: Role) -> set[str]:
        return {address for _, lines in menu_of(new_person(role)) for address, _ in lines}

    assert all(reverse("room:home") in addresses(role) for role in ROOM_ROLES)
    assert reverse("room:home") not in addresses(Role.FOCAL_POINT) | addresses(Role.LEADER)
    assert reverse("admin:index") in addresses(Role.ADMINISTRATOR)
    assert reverse("admin:index") not in addresses(Role.CALL_TAKER)


def test_strangers_and_machines_have_none(new_person) -> None:
    assert menu_of(new_person(Role.PARTNER)) == []
    assert menu_of(new_person(Role.CALL_TAKER, is_active=False)) == []


def test_the_menu_is_on_the_page(client: Client, new_person) -> None:
    client.force_login(new_person(Role.SUPERVISOR))
    page = client.get("/wall/links/").content.decode()
    assert f'href="{reverse("room:home")}"' in page
    assert f'href="{reverse("wall:links")}" aria-current="page"' in page
