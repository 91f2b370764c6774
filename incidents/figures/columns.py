"""The columns that figures are counted from: two closed layouts, packed as they lie in memory.

A million incidents are about 90 MB in memory and half as much stored; they are counted without a query, by any
combination of filters, on both databases alike. -1 stands for "not", 0 in a time for "never".
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

# Raised with every change of the layouts or of what a value means: the days are then made anew.
LAYOUT = 3

INCIDENT = np.dtype(
    [
        ("id", "<i8"),
        ("exercise", "<i4"),
        # Seconds since 1970, UTC.
        ("received", "<i8"),
        ("due", "<i8"),
        ("resolved", "<i8"),
        ("closed", "<i8"),
        # The local hour of the day it came in, 0 to 23.
        ("hour", "u1"),
        ("group", "u1"),
        ("category", "<i4"),
        # A number in SOURCES.
        ("source", "u1"),
        # Who leads, or led last; 0 nobody.
        ("agency", "<i4"),
        # A number in OUTCOMES.
        ("outcome", "u1"),
        ("complaint", "u1"),
        # Seconds from receiving to the first answer that the citizen was given; -1 none yet.
        ("first_answer", "<i4"),
        ("reports", "<u2"),
        ("reopened", "<u2"),
        # How many citizens rated the answer, and how many of them were content.
        ("rated", "<u2"),
        ("content", "<u2"),
        # The system answered it by itself; a person said that this did not fit.
        ("by_itself", "u1"),
        ("wrong", "u1"),
        ("lon", "<f8"),
        ("lat", "<f8"),
    ]
)
ASSIGNMENT = np.dtype(
    [
        # Where its incident stands among the day's incidents.
        ("incident", "<i4"),
        ("agency", "<i4"),
        ("lead", "u1"),
        # A number in STATES.
        ("state", "u1"),
        # Given back as not within its competence, or not in its area.
        ("not_ours", "u1"),
        ("sent", "<i8"),
        # Until when it was to be seen, accepted, and have its result.
        ("seen_due", "<i8"),
        ("accept_due", "<i8"),
        ("due", "<i8"),
        # Seconds from sending on; -1 not yet.
        ("seen", "<i4"),
        ("accepted", "<i4"),
        ("result", "<i4"),
    ]
)
CALL = np.dtype(
    [
        ("exercise", "<i4"),
        # The local hour of the day it began, 0 to 23.
        ("hour", "u1"),
        # A number in CALL_STATES, in CALLBACKS.
        ("state", "u1"),
        ("callback", "u1"),
        # Seconds; -1 never, or not over yet.
        ("wait", "<i4"),
        ("talk", "<i4"),
        ("wrap_up", "<i4"),
        ("passed_on", "u1"),
        ("has_report", "u1"),
    ]
)
# Incidents of which only a ward is known, as of the set that was asked then; the others have a point.
HOME = np.dtype([("incident", "<i4"), ("set", "S40"), ("ward", "S12")])
# A ward's code as of one set; empty where nothing covers the point, or there is none.
WARD = np.dtype("S12")

Column = NDArray[np.void]


def pack(column: NDArray[np.void] | NDArray[np.bytes_]) -> bytes:
    """The bytes that are stored: about a quarter of the memory."""
    return zlib.compress(column.tobytes(), 1)


def unpack(stored: bytes | memoryview, layout: np.dtype[np.void] | np.dtype[np.bytes_]) -> NDArray[np.void]:
    """The column as it was packed; read-only."""
    return np.frombuffer(zlib.decompress(bytes(stored)), dtype=layout)
