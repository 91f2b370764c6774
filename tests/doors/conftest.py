from tests.cast import cast
from tests.doors.kannel import kannel
from tests.doors.mail_servers import _mail_servers, mail_servers
from tests.doors.platforms import facebook, platform, viber, zalo
from tests.intake.world import take, world

__all__ = [
    "_mail_servers",
    "cast",
    "facebook",
    "kannel",
    "mail_servers",
    "platform",
    "take",
    "viber",
    "world",
    "zalo",
]
