from tests.cast import cast
from tests.intake.world import world

__all__ = ["cast", "world"]
