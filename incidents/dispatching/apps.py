import datetime as dt

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchingConfig(AppConfig):
    name = "incidents.dispatching"
    label = "dispatching"
    verbose_name = _("Dispatching")

    def ready(self) -> None:
        from incidents.dispatching import complaining, disagreeing, escalating, recomputing
        from incidents.dispatching.reasons import sentence
        from incidents.records import needs, reasons, rounds

        reasons.register(sentence)
        needs.register(complaining.needs_of)
        needs.register(disagreeing.needs_of)
        rounds.register("clocks", escalating.work, every=dt.timedelta(seconds=1))
        rounds.register("calendar", recomputing.work, every=dt.timedelta(seconds=5))
