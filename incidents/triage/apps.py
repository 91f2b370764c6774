from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TriageConfig(AppConfig):
    name = "incidents.triage"
    label = "triage"
    verbose_name = _("Triage")

    def ready(self) -> None:
        from incidents.records import reasons
        from incidents.triage.reasons import sentence

        reasons.register(sentence)
