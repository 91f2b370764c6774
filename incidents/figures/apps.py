from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FiguresConfig(AppConfig):
    name = "incidents.figures"
    label = "figures"
    verbose_name = _("Figures and reports")

    def ready(self) -> None:
        import datetime as dt

        from incidents.figures import files, following
        from incidents.records import rounds
        from incidents.records.rights import ROLES, Verb
        from opscenter.accounts.pages import Section, register

        rounds.register("figures: the log", following.follow, dt.timedelta(seconds=2))
        rounds.register("figures: days", following.make_days, dt.timedelta(seconds=2))
        rounds.register("figures: areas", following.make_areas, dt.timedelta(seconds=30))
        writing = files.Writing()
        rounds.register("figures: files", writing.tick, dt.timedelta(seconds=1))
        rounds.register("figures: old files", files.forget, dt.timedelta(hours=1))
        register("figures:page", _("Figures"), Section.FIGURES, ROLES[Verb.READ_FIGURES])
        clerks = ROLES[Verb.SET_REPORT_TEMPLATE]
        register("figures:template", _("Template of the report"), Section.FIGURES, clerks)
        register("figures:files", _("Files of figures"), Section.FIGURES, ROLES[Verb.READ_FIGURES])
