from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    name = "incidents.intake"
    label = "intake"
    verbose_name = _("Intake")

    def ready(self) -> None:
        from incidents.intake.reasons import sentence
        from incidents.records import reasons

        reasons.register(sentence)
