from tests.intake.world import take, world

__all__ = ["take", "world"]
