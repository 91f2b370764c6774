from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TerritoryConfig(AppConfig):
    name = "incidents.territory"
    label = "territory"
    verbose_name = _("Territory")

    def ready(self) -> None:
        from incidents.records.rights import ROLES, Verb
        from opscenter.accounts.pages import Section, register

        register("territory:sets", _("Units and places"), Section.RULES, ROLES[Verb.READ_TERRITORY])
