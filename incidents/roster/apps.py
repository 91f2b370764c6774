from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RosterConfig(AppConfig):
    name = "incidents.roster"
    label = "roster"
    verbose_name = _("Shifts and hand-over")

    def ready(self) -> None:
        from incidents.records.rights import ROLES, Verb
        from opscenter.accounts.models import PersonalKey
        from opscenter.accounts.own_keys import register_address
        from opscenter.accounts.pages import Section, register
        from opscenter.accounts.roles import ROOM_ROLES

        register_address(PersonalKey.Purpose.CALENDAR, "roster:feed")
        register("roster:page", _("Shifts"), Section.WORK, ROOM_ROLES)
        register("roster:handover", _("Hand-over"), Section.WORK, ROOM_ROLES)
        register("admin:roster_shiftkind_changelist", _("Kinds of shifts"), Section.PEOPLE, ROLES[Verb.PLAN_SHIFTS])
