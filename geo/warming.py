"""Reads areas and gazetteer into memory when a process starts, so that no caller waits for it.

A province takes some seconds, which the first question would wait. A thread of its own reads it: the process answers
meanwhile, and a question that needs the gazetteer before it is there waits for this thread and builds no second one.
What other packages want read then, the application hands in (opscenter/asgi.py).
"""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.utils import timezone

from geo.resolver import resolve
from geo.suggestions import suggest

logger = logging.getLogger(__name__)
# Set by whoever starts a process that serves: importing the application alone, as commands and tests do, reads nothing.
SERVES = "OPSCENTER_SERVES"
# Enough of the language to have its tables read too.
SAMPLE = "12/5 đường Lê Hồng Phong, P. Phú Hòa, TDM"


def warm_if_serving(*more: Callable[[], object]) -> None:
    """Starts `warm` where this process was started to serve."""
    if os.environ.get(SERVES) == "1":
        warm(*more)


def warm(*more: Callable[[], object]) -> threading.Thread:
    """Starts reading beside everything else, areas and places first; answers the thread, for whoever wants to wait."""
    thread = threading.Thread(target=_read, args=more, name="warming", daemon=True)
    thread.start()
    return thread


def _read(*more: Callable[[], object]) -> None:
    try:
        for read in (_areas_and_places, *more):
            began = time.monotonic()
            read()
            logger.info("%s in %.1f s", read.__name__.strip("_").replace("_", " "), time.monotonic() - began)
        # All this stays: the collector need not look through it again and again. It holds no rings, so what is read
        # anew later still goes at once.
        gc.freeze()
    except DatabaseError as trouble:
        # No tables yet, or no database: the first question will say so to somebody.
        logger.warning("not everything was read at the start: %s", trouble)
    finally:
        connection.close()


def _areas_and_places() -> None:
    resolve(SAMPLE, on=timezone.localdate())
    suggest(SAMPLE, on=timezone.localdate())
