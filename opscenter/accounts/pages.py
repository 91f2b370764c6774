"""The menu of people with an account: which pages there are, for which roles. Each room adds its own at the start."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opscenter.accounts.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from opscenter.accounts.models import Person


class Section(IntEnum):
    """The parts of the menu, in their order."""

    WORK = 1
    FIGURES = 2
    RULES = 3
    PEOPLE = 4


SECTION_NAMES: dict[Section, str | Promise] = {
    Section.WORK: _("Work"),
    Section.FIGURES: _("Figures and reports"),
    Section.RULES: _("Rules and answers"),
    Section.PEOPLE: _("People and settings"),
}


@dataclass(frozen=True, slots=True)
class StaffPage:
    """One line of the menu; `view` is the name of a view without arguments, such as "room:home"."""

    view: str
    label: str | Promise
    section: Section
    roles: frozenset[Role]


_pages: dict[str, StaffPage] = {}


def register(view: str, label: str | Promise, section: Section, roles: Collection[Role]) -> None:
    """Adds a page to the menu of these roles; called in the `ready()` of the application that owns it.

    The page itself still asks who may open it: the menu only shows the way.
    """
    _pages[view] = StaffPage(view, label, section, frozenset(roles))


def menu_of(person: Person | AnonymousUser) -> list[tuple[str | Promise, list[tuple[str, str | Promise]]]]:
    """What this person's menu holds: (name of the section, [(address, label)]), empty sections left out."""
    if person.is_anonymous or not person.is_active:
        return []
    found: list[tuple[str | Promise, list[tuple[str, str | Promise]]]] = []
    for section in Section:
        lines = [
            (reverse(page.view), page.label)
            for page in _pages.values()
            if page.section == section and person.role in page.roles
        ]
        if lines:
            found.append((SECTION_NAMES[section], lines))
    return found
