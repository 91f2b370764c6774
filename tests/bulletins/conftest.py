from tests.cast import cast
from tests.figures.history import past
from tests.intake.world import take, world

__all__ = ["cast", "past", "take", "world"]
