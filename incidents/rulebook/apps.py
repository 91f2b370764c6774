from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RulebookConfig(AppConfig):
    name = "incidents.rulebook"
    label = "rulebook"
    verbose_name = _("Rules of competence")

    def ready(self) -> None:
        from incidents.records.rights import ROLES, Verb
        from opscenter.accounts.pages import Section, register

        register("rulebook:rules", _("Rules of competence"), Section.RULES, ROLES[Verb.READ_RULES])
