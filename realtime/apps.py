from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RealtimeConfig(AppConfig):
    name = "realtime"
    verbose_name = _("Live stream")

    def ready(self) -> None:
        from realtime.rights import register_rights

        register_rights()
