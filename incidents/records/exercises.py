"""What an exercise keeps to itself: links, merges and lessons never cross its border. Asked here and nowhere else."""

from __future__ import annotations


class AcrossExercises(Exception):
    """Rows of different exercises, or of one and the live service, would have been joined."""


def check_same(*exercises: int) -> int:
    """The one exercise that all these rows belong to (0: the live service). Raises AcrossExercises."""
    first, *others = exercises
    if any(other != first for other in others):
        raise AcrossExercises(f"exercises {sorted(set(exercises))}")
    return first
