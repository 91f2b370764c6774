"""Downloads public borders named in fixtures/areas/sources.toml, and trusts only what has the known checksum."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from geo.importing.commits import CommitRefused, files_at
from geo.importing.figures import folder

MOST_BYTES = 200 * 1024 * 1024
TIMEOUT_S = 60.0
# Without encryption only from a server on this machine, as the tests have one.
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class SourceRefused(ValueError):
    """A source could not be downloaded or is not what it should be; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """A public source of one set's borders: one file, or several that are put together.

    Either files of a git repository at a commit, whose name is the checksum of all its files, or files at an address,
    with the checksum `sha256` (`digest_of`).
    """

    name: str
    set_name: str
    valid_from: dt.date
    valid_until: dt.date | None
    level: str
    title: str
    homepage: str
    licence: str
    # The address of a folder; of a repository, and then the folder in it.
    base_url: str
    commit: str
    folder: str
    files: tuple[str, ...]
    sha256: str
    mapping: Mapping[str, str]
    crs: str


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A source's files on disk as one file to import, and their digest."""

    path: Path
    sha256: str


def read_sources(path: Path | None = None) -> list[Source]:
    """The sources of a TOML file, by default the one that came with the application. Raises SourceRefused."""
    path = path or folder() / "sources.toml"
    try:
        with path.open("rb") as file:
            return [
                Source(
                    name=entry["name"],
                    set_name=entry["set"],
                    valid_from=entry["valid_from"],
                    valid_until=entry.get("valid_until"),
                    level=entry.get("level", "ward"),
                    title=entry["title"],
                    homepage=entry["homepage"],
                    licence=entry["licence"],
                    base_url=entry["repository"] if "commit" in entry else entry["base_url"],
                    commit=entry.get("commit", ""),
                    folder=entry.get("folder", ""),
                    files=tuple(entry["files"]),
                    sha256=entry.get("sha256", ""),
                    mapping=entry.get("fields", {}),
                    crs=entry.get("crs", ""),
                )
                for entry in tomllib.load(file).get("source", [])
            ]
    except (KeyError, tomllib.TOMLDecodeError) as error:
        raise SourceRefused(f"{path.name}: {error}") from error


def download(source: Source, into: Path, confirmed: str = "") -> Downloaded:
    """Fetches a source into a folder, checks its digest, and puts its files together.

    `confirmed` is the digest the operator gave; it goes before the one in the file. A commit needs none, and is held
    against one that is given all the same. Raises SourceRefused.
    """
    for name in source.files:
        if "/" in name or name.startswith("."):
            raise SourceRefused(f"{source.name}: {name!r} is not a file name")
    into.mkdir(parents=True, exist_ok=True)
    paths = [into / name for name in source.files]
    digests: dict[str, str] = {}
    for path, content in zip(paths, _contents(source), strict=True):
        digests[path.name] = hashlib.sha256(content).hexdigest()
        path.write_bytes(content)
    digest = digest_of(digests)
    expected = (confirmed or source.sha256).lower() or (digest if source.commit else "")
    if not expected:
        raise SourceRefused(
            f"{source.name}: no checksum is known. Downloaded to {into} with digest {digest}; look at the files, "
            f"then run: manage.py fetch_areas --sha256 {source.name}={digest}"
        )
    if digest != expected:
        raise SourceRefused(f"{source.name}: the digest is {digest}, not {expected}: nothing was imported")
    return Downloaded(paths[0] if len(paths) == 1 else _joined(paths, into / f"{source.name}.geojson"), digest)


def digest_of(digests: Mapping[str, str]) -> str:
    """One file's own SHA-256; of several, that of the sorted lines "<digest>  <name>"."""
    if len(digests) == 1:
        return next(iter(digests.values()))
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _contents(source: Source) -> Iterator[bytes]:
    """What each file holds, in the order of `files`."""
    if not source.commit:
        yield from (_fetch(urljoin(source.base_url, name)) for name in source.files)
        return
    _check_address(source.base_url)
    try:
        found = files_at(source.base_url, source.commit, [f"{source.folder}/{name}" for name in source.files])
    except CommitRefused as error:
        raise SourceRefused(f"{source.name}: {source.base_url} at {source.commit}: {error}") from error
    yield from found.values()


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme in ("http", "git") and parts.hostname in LOCAL_HOSTS):
        raise SourceRefused(f"{url}: only https is downloaded")


def _fetch(url: str) -> bytes:
    _check_address(url)
    request = urllib.request.Request(url, headers={"User-Agent": "opscenter-areas"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            content: bytes = answer.read(MOST_BYTES + 1)
    except OSError as error:
        raise SourceRefused(f"{url}: {error}") from error
    if len(content) > MOST_BYTES:
        raise SourceRefused(f"{url}: larger than {MOST_BYTES // 1024 // 1024} MB")
    return content


def _joined(paths: Sequence[Path], into: Path) -> Path:
    """One GeoJSON of several; a feature's own id becomes its code where it has none."""
    features = []
    for path in paths:
        try:
            collection = json.loads(path.read_bytes())
            for feature in collection["features"]:
                properties = dict(feature.get("properties") or {})
                properties.setdefault("code", feature.get("id", ""))
                features.append({"type": "Feature", "properties": properties, "geometry": feature["geometry"]})
        except (ValueError, KeyError, TypeError) as error:
            raise SourceRefused(f"{path.name}: not a GeoJSON collection ({error})") from error
    into.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return into
