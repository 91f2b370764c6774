from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "opscenter.accounts"
    label = "accounts"
    verbose_name = _("People and agencies")

    def ready(self) -> None:
        from opscenter.accounts.own_people import MANAGES
        from opscenter.accounts.pages import Section, register
        from opscenter.accounts.permissions import ADMINISTRATION_ROLES

        register("admin:index", _("Administration"), Section.PEOPLE, ADMINISTRATION_ROLES)
        register("issue_many", _("Issue many accounts"), Section.PEOPLE, ADMINISTRATION_ROLES)
        register("own_people", _("People of our units"), Section.PEOPLE, MANAGES)
