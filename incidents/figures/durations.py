"""How long things took: counts, medians and ninth deciles, by one rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Durations:
    """How long something took: of how many, the median and the 90th percentile in seconds; None of none.

    A percentile is the smallest value that at least that share does not exceed (nearest rank).
    """

    count: int
    median_s: int | None
    p90_s: int | None


def durations(values: NDArray[Any]) -> Durations:
    """Of the values that are not -1."""
    return in_order(np.sort(values[values >= 0]))


def in_order(known: NDArray[Any]) -> Durations:
    """Of values in their order, all of which are known."""
    if not len(known):
        return Durations(0, None, None)
    return Durations(len(known), *(int(known[rank(len(known), share)]) for share in (0.5, 0.9)))


def rank(count: int, share: float) -> int:
    """The place, from 0, of a percentile among that many sorted values."""
    return max(0, int(np.ceil(share * count - 1e-9)) - 1)
