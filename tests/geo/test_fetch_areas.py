"""Public borders: downloaded from a server on this machine, and believed only with their checksum."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from geo.importing.sources import SourceRefused, digest_of, download, read_sources
from geo.models import AreaSet
from tests.geo.conftest import OLD_WARDS, square

pytestmark = pytest.mark.django_db


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and its address; the port lies below the range that clients draw theirs from."""
    folder = tmp_path / "served"
    folder.mkdir()
    server = None
    for port in range(21_840, 21_940):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
        try:
            server = ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=str(folder)))
            break
        except OSError:
            continue
    assert server is not None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def sources(served: tuple[Path, str], tmp_path: Path) -> Path:
    """A sources.toml for the chessboard in six files, without a checksum."""
    folder, address = served
    for code, (name, _above, x, y) in OLD_WARDS.items():
        feature = {
            "type": "Feature",
            "id": code,
            "properties": {"fullName": name},
            "geometry": square(x, y).__geo_interface__,
        }
        (folder / f"{code}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    path = tmp_path / "sources.toml"
    files = ", ".join(f'"{code}.geojson"' for code in OLD_WARDS)
    path.write_text(
        f"""
[[source]]
name = "board"
set = "made"
valid_from = 2019-01-01
title = "A chessboard"
homepage = "http://127.0.0.1/"
licence = "MIT"
base_url = "{address}"
files = [{files}]
"""
    )
    return path


def expected_digest(folder: Path) -> str:
    return digest_of({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()})


def fetch(sources: Path, *more: str) -> None:
    call_command("fetch_areas", f"--sources={sources}", *more)


def test_without_a_checksum_nothing_is_imported(
    sources: Path, served: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="1 of the sources"):
        fetch(sources)
    # It says what it found, so that the operator can confirm it.
    assert f"--sha256 board={expected_digest(served[0])}" in capsys.readouterr().err
    assert not AreaSet.objects.exists()


def test_a_confirmed_source_is_imported_once(
    sources: Path, served: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    fetch(sources, f"--sha256=board={expected_digest(served[0])}")
    generation = AreaSet.objects.get(name="made").current
    assert generation is not None
    assert (generation.licence, generation.is_approximate, generation.areas.count()) == ("MIT", False, 6)
    fetch(sources)
    assert "has its borders already" in capsys.readouterr().out


def test_a_wrong_checksum_is_refused(sources: Path, served: tuple[Path, str]) -> None:
    digest = expected_digest(served[0])
    (served[0] / "101.geojson").write_text("{}")
    with pytest.raises(CommandError):
        fetch(sources, f"--sha256=board={digest}")
    assert not AreaSet.objects.exists()


def test_what_cannot_be_downloaded(sources: Path, served: tuple[Path, str]) -> None:
    (served[0] / "101.geojson").unlink()
    with pytest.raises(CommandError):
        fetch(sources, "--sha256=board=00")
    with pytest.raises(CommandError, match="no source named other"):
        fetch(sources, "other")


def test_only_https_from_other_machines(sources: Path, tmp_path: Path) -> None:
    text = sources.read_text()
    for address in ("http://203.0.113.1/", "file:///etc/", "ftp://203.0.113.1/"):
        sources.write_text(
            "\n".join(f'base_url = "{address}"' if "base_url" in line else line for line in text.splitlines())
        )
        with pytest.raises(SourceRefused, match="only https"):
            download(read_sources(sources)[0], tmp_path / "into")


def test_the_shipped_sources_are_honest() -> None:
    """Each names where it comes from and under which licence; a checksum is empty or a real one."""
    for source in read_sources():
        assert source.base_url.startswith("https://")
        assert source.licence
        assert source.homepage.startswith("https://")
        assert source.sha256 == "" or len(bytes.fromhex(source.sha256)) == 32
