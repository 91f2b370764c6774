from django.apps import AppConfig


class OpscenterConfig(AppConfig):
    name = "opscenter"
    verbose_name = "1022"
