"""Tells others that somebody may now see more or less: the live stream closes that person's connections at once.

This package knows no live stream, so whoever wants to hear it registers a function at start.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

Watcher = Callable[[int], None]
_watchers: list[Watcher] = []


def watch_rights(watcher: Watcher) -> None:
    """Registers a function that is called with the number of a person after their rights were changed."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def announce_rights(person_id: int) -> None:
    """Calls the watchers once the transaction that is open now has committed."""
    for watcher in _watchers:
        transaction.on_commit(lambda call=watcher: call(person_id), robust=True)  # type: ignore[misc]
