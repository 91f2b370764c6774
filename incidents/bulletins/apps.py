from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BulletinsConfig(AppConfig):
    name = "incidents.bulletins"
    label = "bulletins"
    verbose_name = _("Scheduled reports")

    def ready(self) -> None:
        import datetime as dt

        from incidents.bulletins import issuing, mailing
        from incidents.records import rounds
        from incidents.records.rights import ROLES, Verb
        from opscenter.accounts.pages import Section, register

        rounds.register("bulletins: periods", issuing.issue_due, dt.timedelta(seconds=20))
        rounds.register("bulletins: mails", mailing.Mailing().tick, dt.timedelta(seconds=1))
        register("bulletins:page", _("Scheduled reports"), Section.FIGURES, ROLES[Verb.SCHEDULE_REPORTS])
