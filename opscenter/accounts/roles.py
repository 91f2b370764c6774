"""The roles of people, in the order the sign-in pages and lists show them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    CALL_TAKER = "call_taker", _("Call-taker")
    SUPERVISOR = "supervisor", _("Supervisor")
    FOCAL_POINT = "focal_point", _("Focal point")
    HANDLER = "handler", _("Handling unit")
    DISPATCHER = "dispatcher", _("Dispatcher (113, 114, 115)")
    CREW = "crew", _("Crew")
    LEADER = "leader", _("Leader")
    ADMINISTRATOR = "administrator", _("Administrator")
    PARTNER = "partner", _("Partner's machine")


# Who works at the hotline itself and sees every incident with all its fields.
ROOM_ROLES = frozenset({Role.CALL_TAKER, Role.SUPERVISOR, Role.ADMINISTRATOR})
# Who works for one agency and sees what that agency was given.
AGENCY_ROLES = frozenset({Role.FOCAL_POINT, Role.HANDLER, Role.DISPATCHER, Role.CREW})
