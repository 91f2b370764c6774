from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "incidents.records"
    label = "records"
    verbose_name = _("Records")

    def ready(self) -> None:
        from incidents.records.described import describe
        from incidents.records.editing import ENTITY
        from realtime.entities import register

        register(ENTITY, describe)
