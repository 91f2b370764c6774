from django.apps import AppConfig
from django.conf import settings

from opscenter.checks import refuse_unsafe_settings


class OpscenterConfig(AppConfig):
    name = "opscenter"
    verbose_name = "1022"

    def ready(self) -> None:
        refuse_unsafe_settings(settings)
