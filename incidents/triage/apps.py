from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TriageConfig(AppConfig):
    name = "incidents.triage"
    label = "triage"
    verbose_name = _("Triage")

    def ready(self) -> None:
        import datetime as dt

        from incidents.records import reasons, rounds
        from incidents.triage import surges
        from incidents.triage.reasons import sentence

        reasons.register(sentence)
        rounds.register("surges", surges.go_on, dt.timedelta(seconds=1))
