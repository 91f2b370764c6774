from tests.doors.kannel import kannel
from tests.intake.world import take, world

__all__ = ["kannel", "take", "world"]
