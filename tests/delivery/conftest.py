from tests.cast import cast
from tests.delivery.mailbox import mailbox
from tests.intake.world import take, world

__all__ = ["cast", "mailbox", "take", "world"]
