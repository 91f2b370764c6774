from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WallConfig(AppConfig):
    name = "incidents.wall"
    label = "wall"
    verbose_name = _("Wall display")

    def ready(self) -> None:
        from incidents.records.live import register_wall
        from incidents.wall.models import is_in_force

        register_wall(is_in_force)
