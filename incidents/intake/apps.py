from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    name = "incidents.intake"
    label = "intake"
    verbose_name = _("Intake")

    def ready(self) -> None:
        from datetime import timedelta

        from incidents.intake import arrivals
        from incidents.intake.reasons import sentence
        from incidents.records import reasons, rounds

        reasons.register(sentence)
        rounds.register("arrivals", arrivals.take_up)
        rounds.register("old arrivals", arrivals.prune, timedelta(hours=1))
