from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "incidents.partners"
    label = "partners"
    verbose_name = _("Partners' systems")

    def ready(self) -> None:
        import datetime as dt

        from incidents.partners import topics
        from incidents.partners.cap.following import publish
        from incidents.partners.warnings.described import ENTITY, describe_warnings, rows_of_warnings
        from incidents.partners.warnings.polling import Polling
        from incidents.partners.warnings.taking import end_over
        from incidents.records import rounds
        from incidents.records.live import register_rows
        from opscenter.accounts import pages
        from opscenter.accounts.roles import Role
        from realtime.entities import register

        register(ENTITY, describe_warnings)
        register_rows(rows_of_warnings)
        topics.register_all()
        second = dt.timedelta(seconds=1)
        rounds.register("partners.cap", publish, second)
        rounds.register("partners.warnings", Polling().tick, second)
        rounds.register("partners.warnings_over", end_over, second * 5)
        rules, owner = pages.Section.RULES, {Role.ADMINISTRATOR}
        for model, label in (
            ("systemkey", _("Keys of partners' systems")),
            ("warningsource", _("Sources of warnings")),
            ("takserver", _("TAK servers")),
        ):
            pages.register(f"admin:partners_{model}_changelist", label, rules, owner)
