"""Whether a step has to run again: a digest of what it reads, kept beside what it made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest(paths: Iterable[Path]) -> str:
    """One digest of the names and contents of all files in `paths`; folders count with everything in them."""
    result = hashlib.sha256()
    for path in sorted(paths):
        files = sorted(inner for inner in path.rglob("*") if inner.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.exists() and "__pycache__" not in file.parts:
                content = file.read_bytes()
                result.update(f"{file}\0{len(content)}\0".encode() + content)
    return result.hexdigest()


class Stamp:
    """Remembers in a file for which digest a step was done."""

    def __init__(self, file: Path, wanted: str) -> None:
        self.file, self.wanted = file, wanted

    @property
    def is_current(self) -> bool:
        return self.file.exists() and self.file.read_text() == self.wanted

    def keep(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(self.wanted)
