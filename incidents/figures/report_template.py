"""The Word template of the report: the shipped one, or the clerk's own, which is looked at before it is taken."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SHIPPED = settings.BASE_DIR / "fixtures" / "reports" / "report.docx"
# A report of the province is some 40 kB; letterheads with a coat of arms are larger.
MOST_BYTES = 4 * 1024 * 1024
_MOST_UNPACKED = 60 * 1024 * 1024
_RENDER_S = 60

_TEXTS: dict[str, str | Promise] = {
    "no_file": _("Choose the Word file."),
    "too_big": _("The file is larger than 4 MB."),
    "not_word": _("This is no Word document (.docx)."),
    "macros": _("The file contains macros. Save it as a Word document without macros (.docx)."),
    "outside": _("The file fetches something from outside, a picture or a template of its own. Put it into the file."),
    "syntax": _("An instruction between braces is not written correctly."),
    "unknown": _("The template names a value that does not exist. The list below has all of them."),
    "forbidden": _("The template asks for something that it may not have."),
    "too_much": _("The template is too large to be filled, or never ends."),
    "failed": _("The template cannot be filled."),
}
# A link that somebody clicks is fetched by nobody else.
_OUTSIDE = re.compile(rb"<Relationship\b(?=[^>]*TargetMode=\"External\")(?![^>]*/hyperlink\")[^>]*>")


class TemplateProblem(ValueError):
    """What is wrong with a template; `str()` is the sentence in the reader's language, `detail` the library's own."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail

    def __str__(self) -> str:
        return str(_TEXTS[self.code])


def own() -> Path:
    """Where the clerk's template lies, if there is one."""
    path: Path = settings.DATA_DIR / "reports" / "report.docx"
    return path


def template() -> Path:
    """The clerk's own template where there is one, else the shipped one."""
    return own() if own().is_file() else SHIPPED


def render(source: Path, out: Path, values: dict[str, Any], *, strict: bool = False) -> None:
    """Fills a template, in a process with bounds. Raises TemplateProblem; with `strict` also for an unknown name."""
    job = {"template": str(source), "out": str(out), "values": values, "strict": strict}
    command = [sys.executable, "-m", "incidents.figures.rendering"]
    try:
        done = subprocess.run(
            command, input=json.dumps(job), capture_output=True, text=True, timeout=_RENDER_S, cwd=settings.BASE_DIR
        )
    except subprocess.TimeoutExpired:
        raise TemplateProblem("too_much") from None
    if done.returncode != 0:
        # Ended by its bounds: they leave it no time to say so.
        raise TemplateProblem("too_much", done.stderr.strip()[-200:])
    told = json.loads(done.stdout.splitlines()[-1])
    if told["problem"]:
        raise TemplateProblem(told["problem"], told["detail"])


def tried(content: bytes, values: dict[str, Any]) -> bytes:
    """The report that a new template gives for these values. Raises TemplateProblem."""
    with tempfile.TemporaryDirectory(prefix="template-") as folder:
        source, out = Path(folder) / "template.docx", Path(folder) / "report.docx"
        source.write_bytes(content)
        _look_at(source)
        render(source, out, values, strict=True)
        return out.read_bytes()


def keep(content: bytes) -> None:
    """Takes a template that was tried, whole or not at all."""
    own().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=own().parent, suffix=".part", delete=False) as part:
        part.write(content)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(own())


def forget() -> None:
    """Goes back to the shipped template."""
    own().unlink(missing_ok=True)


def _look_at(path: Path) -> None:
    """What can be said of the file before anything of it is read as a document."""
    if path.stat().st_size > MOST_BYTES:
        raise TemplateProblem("too_big")
    try:
        with zipfile.ZipFile(path) as parts:
            names = parts.namelist()
            if sum(part.file_size for part in parts.infolist()) > _MOST_UNPACKED:
                raise TemplateProblem("too_much")
            if "word/document.xml" not in names:
                raise TemplateProblem("not_word")
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise TemplateProblem("macros")
            if any(_OUTSIDE.search(parts.read(name)) for name in names if name.endswith(".rels")):
                raise TemplateProblem("outside")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        # All that zipfile raises on foreign bytes: a damaged archive or part of one, a packing it does not know (that
        # is its NotImplementedError), one that asks for a password (RuntimeError), one that ends early.
        raise TemplateProblem("not_word") from error
