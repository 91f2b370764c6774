from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchingConfig(AppConfig):
    name = "incidents.dispatching"
    label = "dispatching"
    verbose_name = _("Dispatching")

    def ready(self) -> None:
        from incidents.dispatching.reasons import sentence
        from incidents.records import reasons

        reasons.register(sentence)
