"""Files of a git repository at one commit.

A commit is named by the digest of everything it holds, and git holds each object that arrives against its name: whoever
has written down a commit has written down the checksum of all its files.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from urllib.parse import urlsplit

# For one command of git; seconds. The first brings the names of all files, each further one a file.
PATIENCE_S = 300.0
# Of a repository that somebody is at work in, where this is called from one of its hooks.
OTHERS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")


class CommitRefused(ValueError):
    """A commit, or a file of it, could not be read; the text says why."""


def files_at(repository: str, commit: str, paths: Sequence[str]) -> dict[str, bytes]:
    """What the files at `paths`, from the repository's root, hold at a commit (40 hexadecimal digits).

    Raises CommitRefused.
    """
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        raise CommitRefused(f"{commit!r} is not the whole name of a commit")
    scheme = urlsplit(repository).scheme
    around = {name: value for name, value in os.environ.items() if name not in OTHERS}
    with tempfile.TemporaryDirectory(prefix="opscenter-commit-") as folder:

        def git(*arguments: str) -> bytes:
            # Nothing but the address that was checked, and nobody is asked for a password.
            own = ["-c", "protocol.allow=never", "-c", f"protocol.{scheme}.allow=always", "-c", "credential.helper="]
            try:
                return subprocess.run(
                    ["git", "-C", folder, *own, *arguments],
                    env={**around, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
                    capture_output=True,
                    check=True,
                    timeout=PATIENCE_S,
                ).stdout
            except FileNotFoundError as error:
                raise CommitRefused("git is not installed") from error
            except subprocess.TimeoutExpired as error:
                raise CommitRefused(f"no answer in {PATIENCE_S:.0f} seconds") from error
            except subprocess.CalledProcessError as error:
                said = error.stderr.decode(errors="replace").strip().splitlines()
                raise CommitRefused(said[-1] if said else f"git ended with {error.returncode}") from error

        git("init", "-q", "--bare")
        git("remote", "add", "origin", repository)
        # Names without contents: such a repository holds gigabytes of other places. Contents follow one by one.
        git("fetch", "-q", "--depth=1", "--no-tags", "--filter=blob:none", "origin", commit)
        return {path: git("cat-file", "blob", f"{commit}:{path}") for path in paths}
