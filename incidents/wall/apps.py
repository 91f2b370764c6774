from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WallConfig(AppConfig):
    name = "incidents.wall"
    label = "wall"
    verbose_name = _("Wall display")

    def ready(self) -> None:
        from incidents.records.keys import MAY_WATCH_WALL
        from incidents.records.live import register_wall
        from incidents.wall.models import is_in_force
        from opscenter.accounts.pages import Section, register
        from opscenter.accounts.roles import Role

        register_wall(is_in_force)
        register("wall:own", _("Wall"), Section.FIGURES, MAY_WATCH_WALL)
        register("wall:links", _("Wall links"), Section.PEOPLE, {Role.SUPERVISOR, Role.ADMINISTRATOR})
