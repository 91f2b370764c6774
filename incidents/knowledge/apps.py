from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    name = "incidents.knowledge"
    label = "knowledge"
    verbose_name = _("Answers in force")

    def ready(self) -> None:
        from incidents.conversations import answering
        from incidents.knowledge.by_itself import answer
        from opscenter.accounts.pages import Section, register
        from opscenter.accounts.roles import AGENCY_ROLES, ROOM_ROLES

        answering.register(answer)
        register("knowledge:answers", _("Answers in force"), Section.RULES, ROOM_ROLES | AGENCY_ROLES)
