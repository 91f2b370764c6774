from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GeocodingConfig(AppConfig):
    name = "incidents.geocoding"
    label = "geocoding"
    verbose_name = _("Outside geocoder")

    def ready(self) -> None:
        import datetime as dt

        from incidents.geocoding.asking import Asking
        from incidents.records import rounds

        rounds.register("geocoding", Asking().tick, dt.timedelta(seconds=1))
