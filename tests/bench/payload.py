"""What is sent in measurements: a text of a given size that says when it was made."""

from __future__ import annotations

import time

# Of the 600 bytes of our frame so many are not the words of the probe.
FRAME_BYTES = 600
AROUND = 148


def words(size: int) -> str:
    """Words of so many characters that begin with the time, in nanoseconds."""
    return f"{time.monotonic_ns():019d} ".ljust(size, "x")


def text(size: int) -> str:
    """A message of so many bytes for servers that are not ours."""
    return '{"t":"frame","words":"' + words(size - 24) + '"}'
