from tests.delivery.mailbox import mailbox
from tests.intake.world import take, world

__all__ = ["mailbox", "take", "world"]
