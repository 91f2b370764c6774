from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FiguresConfig(AppConfig):
    name = "incidents.figures"
    label = "figures"
    verbose_name = _("Figures and reports")

    def ready(self) -> None:
        import datetime as dt

        from incidents.figures import following
        from incidents.records import rounds
        from incidents.records.rights import ROLES, Verb
        from opscenter.accounts.pages import Section, register

        rounds.register("figures: the log", following.follow, dt.timedelta(seconds=2))
        rounds.register("figures: days", following.make_days, dt.timedelta(seconds=2))
        rounds.register("figures: areas", following.make_areas, dt.timedelta(seconds=30))
        register("figures:page", _("Figures"), Section.FIGURES, ROLES[Verb.READ_FIGURES])
