"""Public borders: downloaded from a server on this machine, and believed only with their checksum."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from geo.importing.sources import SourceRefused, digest_of, download, read_sources
from geo.models import AreaSet
from tests.geo.conftest import OLD_WARDS, square
from tests.harness.processes import Program, accepts, free_port

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


class Repository:
    """A repository of git, served as GitHub serves them: any commit may be asked for, and names without contents."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self._git("init", "-q")
        self._git("config", "uploadpack.allowAnySHA1InWant", "true")
        self._git("config", "uploadpack.allowFilter", "true")
        port, above = free_port(), str(folder.parent)
        self.address = f"git://127.0.0.1:{port}/{folder.name}"
        command = [
            "git",
            "daemon",
            "--listen=127.0.0.1",
            f"--port={port}",
            f"--base-path={above}",
            "--export-all",
            above,
        ]
        self.server = Program("git", command, log=log, ready=lambda: accepts(port)).start()

    def _git(self, *arguments: str) -> str:
        own = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.invalid", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(self.folder), *own, *arguments]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode().strip()

    def commit(self, files: dict[str, bytes]) -> str:
        """Writes these files and commits them; the commit's name."""
        for name, content in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(content)
        self._git("add", ".")
        self._git("commit", "-q", "-m", "Borders.")
        return self._git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    made = Repository(tmp_path / "repositories" / "board", tmp_path / "git.log")
    yield made
    made.server.stop()


@pytest.fixture
def commit(sources: Path, served: tuple[Path, str], repository: Repository) -> tuple[Path, str]:
    """A sources.toml for the chessboard at a commit, and the commit."""
    name = repository.commit({f"json/{path.name}": path.read_bytes() for path in served[0].iterdir()})
    # What stands on the branch afterwards does not count.
    repository.commit({"json/101.geojson": b"{}"})
    here = f'repository = "{repository.address}"\ncommit = "{name}"\nfolder = "json"'
    sources.write_text(sources.read_text().replace(f'base_url = "{served[1]}"', here))
    return sources, name


def test_a_commit_is_its_own_checksum(
    commit: tuple[Path, str], served: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    fetch(commit[0])
    generation = AreaSet.objects.get(name="made").current
    assert generation is not None
    assert (generation.is_approximate, generation.areas.count()) == (False, 6)
    assert generation.file_sha256 == expected_digest(served[0])


@pytest.mark.parametrize(
    ("instead", "why"),
    [("0" * 40, "not our ref"), ("abc123", "not the whole name"), ("master", "not the whole name")],
)
def test_another_commit_is_refused(
    commit: tuple[Path, str], capsys: pytest.CaptureFixture[str], instead: str, why: str
) -> None:
    sources, name = commit
    sources.write_text(sources.read_text().replace(name, instead))
    with pytest.raises(CommandError, match="1 of the sources"):
        fetch(sources)
    assert why in capsys.readouterr().err
    assert not AreaSet.objects.exists()


def test_a_file_that_the_commit_has_not(commit: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    sources, _name = commit
    sources.write_text(sources.read_text().replace('"101.geojson"', '"999.geojson"'))
    with pytest.raises(CommandError):
        fetch(sources)
    assert "999.geojson" in capsys.readouterr().err
    assert not AreaSet.objects.exists()


def test_a_checksum_that_is_given_too_counts_too(commit: tuple[Path, str]) -> None:
    with pytest.raises(CommandError):
        fetch(commit[0], f"--sha256=board={'0' * 64}")
    assert not AreaSet.objects.exists()


def test_the_shipped_sources_are_honest() -> None:
    """Each names where it comes from and under which licence, and is held against a commit or a checksum."""
    for source in read_sources():
        assert source.base_url.startswith("https://")
        assert len(bytes.fromhex(source.commit)) == 20 or len(bytes.fromhex(source.sha256)) == 32
        assert source.licence
        assert source.homepage.startswith("https://")


def test_the_shipped_source_holds_real_borders(area_data: Path, repository: Repository, tmp_path: Path) -> None:
    """Its files, named and made as that repository makes them, become the whole set of July 2025."""
    (source,) = read_sources()
    files = {}
    for feature in json.loads((area_data / "areas" / "wards_2025.geojson").read_bytes())["features"]:
        known = feature["properties"]
        properties = {key: known[key] for key in ("code", "name", "fullName", "codeName", "areaKm2")}
        made = {"type": "Feature", "id": known["code"], "geometry": feature["geometry"], "properties": properties}
        collection = {"type": "FeatureCollection", "features": [made]}
        files[f"{source.folder}/{known['file']}"] = json.dumps(collection).encode()
    assert sorted(files) == sorted(f"{source.folder}/{name}" for name in source.files)
    shipped = (settings.BASE_DIR / "fixtures" / "areas" / "sources.toml").read_text(encoding="utf-8")
    path = tmp_path / "shipped.toml"
    here = shipped.replace(source.commit, repository.commit(files))
    path.write_text(here.replace(f'repository = "{source.base_url}"', f'repository = "{repository.address}"'))
    fetch(path)
    generation = AreaSet.objects.get(name="2025").current
    assert generation is not None
    assert (generation.is_approximate, generation.areas.filter(level="ward").count()) == (False, 36)
