"""Steps run again when what they read changed, and only then."""

from pathlib import Path

from opscenter.launch.stamps import Stamp, digest
from opscenter.launch.translations import compile_translations

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Report"
msgstr "Phản ánh"
"""


def test_content_names_and_new_files_count(tmp_path: Path) -> None:
    folder = tmp_path / "inputs"
    folder.mkdir()
    (folder / "a").write_text("1")
    first = digest([folder])
    assert digest([folder]) == first
    (folder / "a").write_text("2")
    changed = digest([folder])
    (folder / "a").rename(folder / "b")
    renamed = digest([folder])
    (folder / "c").write_text("")
    added = digest([folder])
    assert len({first, changed, renamed, added}) == 4


def test_a_stamp_remembers(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path / "made" / "stamp", "x")
    assert not stamp.is_current
    stamp.keep()
    assert Stamp(tmp_path / "made" / "stamp", "x").is_current
    assert not Stamp(tmp_path / "made" / "stamp", "y").is_current


def test_translations_are_compiled_once(tmp_path: Path) -> None:
    source = tmp_path / "vi" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO)
    written = compile_translations(tmp_path)
    assert written == [source.with_suffix(".mo")]
    assert "Phản ánh".encode() in written[0].read_bytes()
    assert compile_translations(tmp_path) == []
