from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    name = "incidents.inbox"
    label = "inbox"
    verbose_name = _("Agencies' inbox")

    def ready(self) -> None:
        from incidents.records.rights import ROLES, Verb
        from opscenter.accounts.pages import Section, register
        from opscenter.accounts.roles import AGENCY_ROLES

        register("inbox:home", _("Inbox"), Section.WORK, AGENCY_ROLES)
        register("inbox:people", _("Leave and workload"), Section.PEOPLE, ROLES[Verb.PLAN_PEOPLE])
