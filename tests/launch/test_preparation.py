"""Preparing is skipped only while it would change nothing."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from opscenter.launch import preparation


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as it is after a preparation, with inputs of its own."""
    for name in ("MODE", "PUBLIC_URL", "AREA_SET"):
        monkeypatch.delenv(f"OPSCENTER_{name}", raising=False)
    monkeypatch.setattr(preparation, "inputs", lambda: "inputs")
    database = tmp_path / "opscenter.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE django_migrations (app TEXT, name TEXT)")
        connection.execute("INSERT INTO django_migrations VALUES ('records', '0001_initial')")
        connection.commit()
    keep(tmp_path)
    assert preparation.is_current(tmp_path)
    return tmp_path


def keep(folder: Path) -> None:
    database = folder / "opscenter.sqlite3"
    kept = {"database": str(database), "applied": preparation._applied(database), "inputs": "inputs"}
    preparation._stamp(folder).write_text(json.dumps(kept))


def test_a_new_folder_is_not_prepared(tmp_path: Path) -> None:
    assert not preparation.is_current(tmp_path)


def test_a_deleted_database_is_noticed(prepared: Path) -> None:
    (prepared / "opscenter.sqlite3").unlink()
    assert not preparation.is_current(prepared)


def test_an_older_database_put_back_is_noticed(prepared: Path) -> None:
    with closing(sqlite3.connect(prepared / "opscenter.sqlite3")) as connection:
        connection.execute("DELETE FROM django_migrations")
        connection.commit()
    assert not preparation.is_current(prepared)


def test_changed_inputs_and_settings_are_noticed(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSCENTER_AREA_SET", "2025")
    assert not preparation.is_current(prepared)
    monkeypatch.delenv("OPSCENTER_AREA_SET")
    assert preparation.is_current(prepared)
    monkeypatch.setattr(preparation, "inputs", lambda: "others")
    assert not preparation.is_current(prepared)


def test_another_port_matters_to_the_demonstration_alone(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSCENTER_PUBLIC_URL", "http://127.0.0.1:8001")
    assert preparation.is_current(prepared)
    monkeypatch.setenv("OPSCENTER_MODE", "demonstration")
    keep(prepared)
    # Without the table of accounts nobody could sign in.
    assert not preparation.is_current(prepared)
    (prepared / "demonstration-accounts.txt").write_text("")
    assert preparation.is_current(prepared)
    monkeypatch.setenv("OPSCENTER_PUBLIC_URL", "http://127.0.0.1:8002")
    assert not preparation.is_current(prepared)


def test_a_damaged_stamp_is_no_stamp(prepared: Path) -> None:
    preparation._stamp(prepared).write_text("{")
    assert not preparation.is_current(prepared)


def test_the_secret_key_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    preparation.keep_secret_key(folder)
    key = (folder / "secret-key").read_text()
    assert len(key) > 60
    assert (folder / "secret-key").stat().st_mode & 0o777 == 0o600
    preparation.keep_secret_key(folder)
    assert (folder / "secret-key").read_text() == key
