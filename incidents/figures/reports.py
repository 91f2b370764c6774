"""The report to the People's Committee: a Word file from a template that a clerk edits, and a PDF made from that.

The form follows Nghị định 30/2020/NĐ-CP, annex I: national heading, agency, number, place and date, name of the
document, tables, recipients and the block of signatures.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from incidents.figures.asking import Asked
from incidents.figures.counting import Figures
from incidents.figures.hops import Hop
from incidents.figures.report_template import render, template
from incidents.figures.telephone import CallFigures
from incidents.figures.telling import AgencyPart, Part, Told, tell
from incidents.figures.wording import difference, number, percent, span
from opscenter.accounts.models import Person

# A category or ward that came once in a year would fill pages.
LONGEST_TABLE = 20
OFFICE_S = 120


class NoOffice(RuntimeError):
    """LibreOffice is not installed, so there is no PDF; the Word file is the same report."""


def office() -> str | None:
    """LibreOffice's command where it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def write_docx(path: Path, asked: Asked, reader: Person) -> int:
    """Fills the template in use. Gives 1. Raises TemplateProblem."""
    render(template(), path, values(tell(asked, timezone.now())))
    return 1


def write_pdf(path: Path, asked: Asked, reader: Person) -> int:
    """The same report, printed by LibreOffice without a window. Raises NoOffice."""
    command = office()
    if command is None:
        raise NoOffice
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        word = Path(folder) / "report.docx"
        write_docx(word, asked, reader)
        # A profile of its own: a second LibreOffice with the same one would end at once.
        subprocess.run(
            [command, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf",
             "--outdir", folder, str(word)],
            check=True, capture_output=True, timeout=OFFICE_S,
        )  # fmt: skip
        path.write_bytes((Path(folder) / "report.pdf").read_bytes())
    return 1


def values(told: Told) -> dict[str, Any]:
    """What the template may name, all of it as text ready to print (the template's page lists it)."""
    asked = told.asked
    return {
        "hotline": settings.HOTLINE_NAME,
        "first": asked.first.strftime("%d/%m/%Y"),
        "last": asked.last.strftime("%d/%m/%Y"),
        "day": f"{told.at.astimezone(timezone.get_current_timezone()):%d}",
        "month": f"{told.at.astimezone(timezone.get_current_timezone()):%m}",
        "year": f"{told.at.astimezone(timezone.get_current_timezone()):%Y}",
        "time": f"{told.at.astimezone(timezone.get_current_timezone()):%H:%M %d/%m/%Y}",
        "areas": asked.area_set,
        "change": difference(told.figures.received, told.before.received) or "–",
        **_figures(told.figures),
        "calls": _calls(told.calls) if told.calls is not None and told.calls.calls else None,
        "hops": [_hop(name, hop) for name, hop in told.hops],
        "groups": [_part(part) for part in told.by["group"]],
        "channels": [_part(part) for part in told.by["source"]],
        "categories": [_part(part) for part in told.by["category"][:LONGEST_TABLE]],
        "wards": [_part(part) for part in told.by["ward"][:LONGEST_TABLE]],
        "agencies": [_agency(part) for part in told.agencies[:LONGEST_TABLE]],
    }


def _figures(figures: Figures) -> dict[str, str]:
    return {
        "received": number(figures.received),
        "reports": number(figures.reports),
        "duplicates": number(figures.duplicates),
        "answered": number(figures.answered),
        "at_once": number(figures.answered_at_once),
        "at_once_share": percent(figures.at_once_share),
        "answered_by_itself": number(figures.answered_by_itself),
        "by_itself": number(figures.by_itself),
        "wrong_by_itself": number(figures.wrong_by_itself),
        "open": number(figures.open),
        "overdue": number(figures.overdue),
        "on_time": number(figures.on_time),
        "late": number(figures.late),
        "on_time_share": percent(figures.on_time_share),
        "cancelled": number(figures.cancelled),
        "returned": number(figures.returned),
        "not_ours": number(figures.not_ours),
        "reopened": number(figures.reopened),
        "rated": number(figures.rated),
        "content_share": percent(figures.content_share),
        "first_answer": span(figures.first_answer.median_s),
        "first_answer_p90": span(figures.first_answer.p90_s),
        "acceptance": span(figures.acceptance.median_s),
        "acceptance_p90": span(figures.acceptance.p90_s),
        "handling": span(figures.handling.median_s),
        "handling_p90": span(figures.handling.p90_s),
    }


def _calls(figures: CallFigures) -> dict[str, str]:
    return {
        "calls": number(figures.calls),
        "answered": number(figures.answered),
        "answered_share": percent(figures.answered_share),
        "abandoned": number(figures.abandoned),
        "missed": number(figures.missed),
        "called_back": number(figures.called_back),
        "wait": span(figures.wait.median_s),
        "wait_p90": span(figures.wait.p90_s),
        "talk": span(figures.talk.median_s),
        "talk_p90": span(figures.talk.p90_s),
    }


def _hop(name: str, hop: Hop) -> dict[str, str]:
    return {
        "name": name,
        "in_time": number(hop.in_time),
        "late": number(hop.late),
        "overdue": number(hop.overdue),
        "share": percent(hop.share),
    }


def _part(part: Part) -> dict[str, str]:
    return {"name": part.name, **_figures(part.figures)}


def _agency(part: AgencyPart) -> dict[str, str]:
    figures = part.figures
    return {
        "name": part.name,
        "given": number(figures.given),
        "open": number(figures.open),
        "overdue": number(figures.overdue),
        "done": number(figures.done),
        "in_time_share": percent(figures.in_time_share),
        "returned": number(figures.returned),
        "handling": span(figures.handling.median_s),
    }
