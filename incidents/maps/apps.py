from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MapsConfig(AppConfig):
    name = "incidents.maps"
    label = "maps"
    verbose_name = _("Maps of the past")

    def ready(self) -> None:
        import datetime as dt

        from incidents.maps import course
        from incidents.records import rounds
        from incidents.records.rights import ROLES, Verb
        from opscenter.accounts.pages import Section, register

        rounds.register("maps: the log", course.follow, dt.timedelta(seconds=2))
        register("maps:replay", _("Replay of a day"), Section.FIGURES, ROLES[Verb.REPLAY])
