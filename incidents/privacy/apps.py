from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "incidents.privacy"
    label = "privacy"
    verbose_name = _("Personal data")

    def ready(self) -> None:
        from incidents.privacy import afterwards, retention
        from incidents.records import history, rounds
        from opscenter.accounts.pages import Section, register
        from opscenter.accounts.roles import Role

        history.register_appended(afterwards.after)
        rounds.register("retention", retention.work, timedelta(hours=1))
        register("privacy:home", _("Personal data"), Section.PEOPLE, {Role.SUPERVISOR, Role.ADMINISTRATOR})
