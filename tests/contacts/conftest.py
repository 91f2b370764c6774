from tests.cast import cast
from tests.delivery.mailbox import mailbox
from tests.doors.kannel import kannel
from tests.intake.world import take, world

__all__ = ["cast", "kannel", "mailbox", "take", "world"]
