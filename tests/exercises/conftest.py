from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.remembering import Remembering


@pytest.fixture
def demonstration(settings, tmp_path: Path, db: None, made_once: Remembering) -> Path:
    """A demonstration with its reference data and a data folder of its own."""
    from incidents.reference.loading import load

    settings.DEMONSTRATION = True
    settings.DATA_DIR = tmp_path
    made_once("reference", load)
    return tmp_path
