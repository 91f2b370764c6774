"""Who may do what in the administration pages: by role, in one table. Live tables are read-only there for everybody."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AnonymousUser

from opscenter.accounts.models import Person
from opscenter.accounts.roles import Role

# "app.action_model", as Django names permissions. Administrators have them all.
SUPERVISOR_MAY = frozenset(
    {
        "accounts.view_person",
        "accounts.add_person",
        "accounts.change_person",
        "accounts.view_agency",
        "accounts.view_handlingunit",
        "accounts.add_handlingunit",
        "accounts.change_handlingunit",
        "accounts.view_contactpoint",
        "accounts.add_contactpoint",
        "accounts.change_contactpoint",
        "accounts.delete_contactpoint",
        "records.view_category",
        "records.view_exercise",
        "records.add_exercise",
        "records.change_exercise",
        "dispatching.view_competencerule",
        "triage.view_keyword",
        "delivery.view_delivery",
        "delivery.view_attempt",
        "contacts.view_tasklink",
        "contacts.view_instruction",
        "worktime.view_day",
        "worktime.view_clock",
        "worktime.view_absence",
        "worktime.add_absence",
        "worktime.change_absence",
        "worktime.delete_absence",
        "contacts.view_drill",
        "roster.view_shiftkind",
        "roster.add_shiftkind",
        "roster.change_shiftkind",
    }
)
# Who may open the administration pages at all.
ADMINISTRATION_ROLES = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
# A supervisor issues accounts to everybody below; only administrators make administrators and supervisors.
ISSUED_BY_SUPERVISORS = frozenset(Role) - ADMINISTRATION_ROLES


class RoleBackend(BaseBackend):
    """Answers Django's questions for permissions from the role; it signs nobody in."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not isinstance(user_obj, Person) or not user_obj.is_active:
            return False
        if user_obj.role == Role.ADMINISTRATOR:
            return True
        return user_obj.role == Role.SUPERVISOR and perm in SUPERVISOR_MAY

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether the application shows on the first administration page at all."""
        if not isinstance(user_obj, Person) or not user_obj.is_active:
            return False
        if user_obj.role == Role.ADMINISTRATOR:
            return True
        mine = {name.partition(".")[0] for name in SUPERVISOR_MAY}
        return user_obj.role == Role.SUPERVISOR and app_label in mine


def may_administer(person: Person | AnonymousUser) -> bool:
    """Whether somebody may open the administration pages."""
    return isinstance(person, Person) and person.is_active and person.role in ADMINISTRATION_ROLES


def may_issue_to(person: Person | AnonymousUser, other: Person) -> bool:
    """Whether somebody may change the other's account or give it a new password."""
    if not may_administer(person) or not isinstance(person, Person):
        return False
    return person.role == Role.ADMINISTRATOR or other.role in ISSUED_BY_SUPERVISORS
