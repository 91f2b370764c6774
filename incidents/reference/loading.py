"""Brings the files of fixtures/ into the tables: adds, updates by key, never deletes.

A file whose content is unchanged is not read again. In a changed file only the lines that changed since they were
loaded last are written: what the owner edited in the administration pages stays until the shipped line itself changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from incidents.reference.files import WrongReference, WrongValue, digest, read
from incidents.reference.kinds import KINDS, Kind, Wanted
from incidents.reference.models import LoadedFile, LoadedRow

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
# Raised when the way of loading changes, so that every file is read again.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What loading one file did: rows added, rows rewritten, rows whose line is gone from the file (they stay)."""

    file: str
    unchanged: bool
    added: int = 0
    updated: int = 0
    left_over: int = 0


def load(folder: Path = FIXTURES, *, dry_run: bool = False, force: bool = False) -> list[Outcome]:
    """Loads every file of KINDS in one transaction; answers one Outcome a file.

    `dry_run` does everything and takes it back. `force` reads files that did not change too; lines that did not
    change still leave their rows alone. Raises WrongReference with all problems of a file, and FileNotFoundError.
    """
    outcomes: list[Outcome] = []
    with transaction.atomic():
        known = dict(LoadedFile.objects.values_list("name", "sha256"))
        for make in KINDS:
            kind = make()
            path = folder / kind.file
            content = digest(f"{FORMAT}\n{path.read_text(encoding='utf-8')}")
            # A pattern over agencies means other rows when agencies were added.
            if known.get(kind.file) == content and not force and not any(one.added for one in outcomes):
                outcomes.append(Outcome(kind.file, unchanged=True))
                continue
            outcomes.append(_load_file(kind, path))
            LoadedFile.objects.update_or_create(
                name=kind.file, defaults={"sha256": content, "loaded_at": timezone.now()}
            )
        if dry_run:
            transaction.set_rollback(True)
    return outcomes


def _load_file(kind: Kind, path: Path) -> Outcome:
    wanted = _wanted(kind, path)
    loaded = dict(LoadedRow.objects.filter(file=kind.file).values_list("key", "digest"))
    now = {one.key: digest(one.says) for one in wanted}
    changed = [one for one in wanted if loaded.get(one.key) != now[one.key]]
    before = kind.model._default_manager.count()
    for batch in kind.batches(changed):
        _check_fields(kind, path, batch)
        _write(kind, path, batch)
    LoadedRow.objects.bulk_create(
        [LoadedRow(file=kind.file, key=one.key, digest=now[one.key]) for one in changed],
        update_conflicts=True,
        unique_fields=["file", "key"],
        update_fields=["digest"],
        batch_size=500,
    )
    added = kind.model._default_manager.count() - before
    return Outcome(kind.file, False, added, len(changed) - added, len(loaded.keys() - now.keys()))


def _wanted(kind: Kind, path: Path) -> list[Wanted]:
    kind.prepare()
    problems: list[str] = []
    found: dict[str, Wanted] = {}
    for line in read(path, kind.columns):
        try:
            for key, row in kind.rows_of(line):
                if key in found:
                    raise WrongValue(f"{key!r} stands on line {found[key].line} already")
                found[key] = Wanted(key, line.line, repr(sorted(line.values.items())), row)
        except WrongValue as error:
            problems.append(f"{path.name}, line {line.line}: {error}")
    if problems:
        raise WrongReference(problems)
    return list(found.values())


def _write(kind: Kind, path: Path, batch: Sequence[Wanted]) -> None:
    conflicts: dict[str, Any] = {"ignore_conflicts": True}
    if kind.updated:
        conflicts = {
            "update_conflicts": True,
            "unique_fields": list(kind.unique),
            "update_fields": list(kind.updated),
        }
    try:
        with transaction.atomic():
            kind.model._default_manager.bulk_create([one.row for one in batch], batch_size=500, **conflicts)
    except IntegrityError as error:
        # The database names the constraint, not the line: find it.
        for one in batch:
            _refuse(path, one, partial(one.row.validate_constraints, exclude=set(kind.unique)))
        raise WrongReference([f"{path.name}: {error}"]) from error


def _check_fields(kind: Kind, path: Path, batch: Sequence[Wanted]) -> None:
    """Raises WrongReference for values a field does not take, all lines at once."""
    relations = {field.name for field in kind.model._meta.get_fields() if field.is_relation}
    problems: list[str] = []
    for one in batch:
        try:
            _refuse(path, one, partial(one.row.clean_fields, exclude=relations))
        except WrongReference as error:
            problems += error.problems
    if problems:
        raise WrongReference(problems)


def _refuse(path: Path, one: Wanted, check: Callable[[], None]) -> None:
    try:
        check()
    except ValidationError as error:
        raise WrongReference([f"{path.name}, line {one.line}: {'; '.join(error.messages)}"]) from error
