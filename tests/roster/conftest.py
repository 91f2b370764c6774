from tests.cast import cast
from tests.intake.world import take, world

__all__ = ["cast", "take", "world"]
