from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeaturesConfig(AppConfig):
    name = "incidents.features"
    label = "features"
    verbose_name = _("Features for map programs")

    def ready(self) -> None:
        from incidents.features import told
        from opscenter.accounts.models import PersonalKey
        from opscenter.accounts.own_keys import register_address

        register_address(PersonalKey.Purpose.MAP, "features:landing")
        told.register_all()
