from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoomConfig(AppConfig):
    name = "incidents.room"
    label = "room"
    verbose_name = _("Control room")

    def ready(self) -> None:
        from opscenter.accounts.pages import Section, register
        from opscenter.accounts.roles import ROOM_ROLES

        register("room:home", _("Control room"), Section.WORK, ROOM_ROLES)
