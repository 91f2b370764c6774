"""Which state a version of an answer may take after another: one table."""

from __future__ import annotations

from enum import StrEnum


class VersionState(StrEnum):
    DRAFT = "draft"  # being written
    IN_REVIEW = "in_review"  # the owning agency is asked
    APPROVED = "approved"  # in force between its dates
    WITHDRAWN = "withdrawn"  # taken out of force before its time


_S = VersionState
STEPS: dict[VersionState, frozenset[VersionState]] = {
    _S.DRAFT: frozenset({_S.IN_REVIEW, _S.APPROVED}),
    _S.IN_REVIEW: frozenset({_S.APPROVED, _S.DRAFT}),
    _S.APPROVED: frozenset({_S.WITHDRAWN}),
    _S.WITHDRAWN: frozenset(),
}


def may_follow(now: str, wanted: VersionState) -> bool:
    return wanted in STEPS[VersionState(now)]
