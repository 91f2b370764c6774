from django.apps import AppConfig
from django.conf import settings

from opscenter.accounts.watchers import watch_rights
from opscenter.checks import refuse_unsafe_settings


def close_connections_of(person_id: int) -> None:
    """Lets every hub ask at once which keys a person's connections still hold."""
    from realtime.change import change
    from realtime.rights import RIGHTS

    with change() as c:
        c.touch(RIGHTS, person_id)


class OpscenterConfig(AppConfig):
    name = "opscenter"
    verbose_name = "1022"

    def ready(self) -> None:
        refuse_unsafe_settings(settings)
        watch_rights(close_connections_of)
