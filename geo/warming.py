"""Reads areas and gazetteer into memory when a process starts, so that no caller waits for it.

A province takes some seconds, which the first question would wait. A thread of its own reads it: the process answers
meanwhile, and a question that needs the gazetteer before it is there waits for this thread and builds no second one.
"""

from __future__ import annotations

import logging
import os
import threading
import time

from django.db import DatabaseError, connection
from django.utils import timezone

from geo.resolver import resolve
from geo.suggestions import suggest

logger = logging.getLogger(__name__)
# Set by whoever starts a process that serves: importing the application alone, as commands and tests do, reads nothing.
SERVES = "OPSCENTER_SERVES"
# Enough of the language to have its tables read too.
SAMPLE = "12/5 đường Lê Hồng Phong, P. Phú Hòa, TDM"


def warm_if_serving() -> None:
    """Starts `warm` where this process was started to serve."""
    if os.environ.get(SERVES) == "1":
        warm()


def warm() -> threading.Thread:
    """Starts reading beside everything else; the thread is handed back for whoever wants to wait."""
    thread = threading.Thread(target=_read, name="warming", daemon=True)
    thread.start()
    return thread


def _read() -> None:
    began = time.monotonic()
    try:
        resolve(SAMPLE, on=timezone.localdate())
        suggest(SAMPLE, on=timezone.localdate())
    except DatabaseError as trouble:
        # No tables yet, or no database: the first question will say so to somebody.
        logger.warning("areas and places were not read at the start: %s", trouble)
    else:
        logger.info("areas and places read in %.1f s", time.monotonic() - began)
    finally:
        connection.close()
