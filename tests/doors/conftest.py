from tests.doors.kannel import kannel
from tests.doors.platforms import facebook, platform, viber, zalo
from tests.intake.world import take, world

__all__ = ["facebook", "kannel", "platform", "take", "viber", "world", "zalo"]
