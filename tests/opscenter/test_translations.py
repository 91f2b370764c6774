"""Every sentence a person can read exists in Vietnamese."""

import os
import shutil
import string
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("opscenter", "geo", "realtime", "incidents", "frontend/templates", "frontend/locale")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """The Vietnamese catalogue, brought up to date in a copy of the sources."""
    copy = tmp_path_factory.mktemp("sources")
    for part in PACKAGES:
        if (ROOT / part).exists():
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copy(ROOT / "manage.py", copy)
    (copy / "frontend" / "locale").mkdir(exist_ok=True)
    env = {**os.environ, "PYTHONPATH": str(copy), "OPSCENTER_DATA_DIR": str(copy / "data")}
    done = subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", "vi", "--no-location"],
        cwd=copy, env=env, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return polib.pofile(str(copy / "frontend" / "locale" / "vi" / "LC_MESSAGES" / "django.po"))


def test_every_sentence_has_vietnamese(catalogue: polib.POFile) -> None:
    assert len(catalogue) > 100
    missing = [entry.msgid for entry in catalogue if not entry.obsolete and not entry.translated()]
    assert missing == []


def test_nothing_is_guessed_or_left_over(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []


def test_placeholders_are_the_same_in_both_languages(catalogue: polib.POFile) -> None:
    def names(text: str) -> set[str]:
        percent = {part.partition(")")[0] for part in text.split("%(")[1:]}
        return percent | {name for _, name, _, _ in string.Formatter().parse(text.replace("{%", "")) if name}

    wrong = []
    for entry in catalogue.translated_entries():
        texts = [entry.msgstr, *entry.msgstr_plural.values()]
        if "python-format" in entry.flags or "python-brace-format" in entry.flags:
            wrong += [entry.msgid for text in texts if text and names(text) != names(entry.msgid_plural or entry.msgid)]
    assert wrong == []
