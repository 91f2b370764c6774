"""One assignment for a contact without an account: looking uses nothing up, one act does."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from geo.areas import area_named
from incidents.contacts import acting, links
from incidents.contacts.acting import NotDone
from incidents.contacts.commands import Act, Command
from incidents.contacts.models import Instruction, TaskLink
from incidents.doors.questions import Answered, answered
from incidents.emergencies.services.visibility import Field, is_withheld, reader_at
from incidents.records import photos, redacting
from incidents.records.covering import cover
from incidents.records.lifecycles import AssignmentState
from incidents.records.models import Assignment, Photo, Report, ReportWords
from opscenter import budgets
from opscenter.accounts.models import HandlingUnit
from realtime.change import current_change

_ACTS = {
    TaskLink.Purpose.RECEIVE: {Act.ACCEPT, Act.RETURN},
    TaskLink.Purpose.REPORT: {Act.HAND_ON, Act.DONE, Act.RETURN},
}
_NOT_THEIRS = frozenset({AssignmentState.RETURNED, AssignmentState.CANCELLED})
LONGEST = 2000


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "same-origin"
    patch_cache_control(response, private=True, no_store=True)
    return response


def _found(request: HttpRequest, token: str) -> TaskLink:
    budgets.spend(request, "contacts.task")
    link = links.find(token)
    if link is None:
        budgets.spend(request, "guess")
        raise Http404
    return link


@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, token: str) -> HttpResponseBase:
    """The assignment, as this contact may see it; a POST does one thing and uses the link up.

    404 for a link that never was, is over or revoked; 409 when it was used, or the act no longer fits; 422.
    """
    try:
        link = _found(request, token)
    except Http404:
        return _private(render(request, "contacts/gone.html", status=404))
    if request.method != "POST":
        return _page(request, link, token)
    if link.used_at is not None:
        return _page(request, link, token, 409)
    command, wrong = _command(request, link)
    if command is None:
        return _page(request, link, token, 422, wrong=wrong)
    pictures, problems = photos.prepare(request.FILES.getlist("photos")) if command.act == Act.DONE else ([], [])

    def use_up() -> None:
        fresh = TaskLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None)
        if not fresh.update(used_at=current_change().at):
            raise NotDone("used", _("This link has been used already."))

    try:
        said = acting.follow(
            contacts=[link.contact_point],
            command=command,
            door=Instruction.Door.LINK,
            source_id=f"{link.pk}",
            assignment=link.assignment,
            pictures=pictures,
            before=use_up,
        )
    except BaseException:
        photos.discard(pictures)
        raise
    if said.refusal or not said.is_new:
        photos.discard(pictures)
        link = links.find(token) or link
        return _page(request, link, token, 409, wrong=said.words)
    return _private(
        render(request, "contacts/done.html", {"words": said.words, "problems": problems, "task": link.assignment})
    )


def _command(request: HttpRequest, link: TaskLink) -> tuple[Command | None, str]:
    """What the form asks for, or why it cannot be read."""
    try:
        act = Act(request.POST.get("act", ""))
    except ValueError:
        return None, _("Choose what to do.")
    if act not in _ACTS[TaskLink.Purpose(link.purpose)]:
        return None, _("This link is not for that.")
    words = request.POST.get("words", "").replace("\x00", "").strip()[:LONGEST]
    if act == Act.HAND_ON:
        unit = HandlingUnit.objects.filter(agency=link.assignment.agency, is_active=True, pk=_number(request)).first()
        return (Command(act, words=unit.name), "") if unit else (None, _("Choose a unit."))
    if act == Act.RETURN and not words:
        return None, _("Say why it is not yours.")
    return (None, _("Say what was done.")) if act == Act.DONE and not words else (Command(act, words=words), "")


def _number(request: HttpRequest) -> int:
    typed = request.POST.get("unit", "")
    return int(typed) if typed.isdecimal() and len(typed) < 19 else 0


def _page(request: HttpRequest, link: TaskLink, token: str, status: int = 200, wrong: str = "") -> HttpResponseBase:
    assignment, incident = link.assignment, link.assignment.incident
    theirs = assignment.state not in _NOT_THEIRS
    context: dict[str, object] = {"link": link, "assignment": assignment, "incident": incident, "wrong": wrong}
    if theirs:
        area = area_named(incident.area_set, incident.ward_code) if incident.ward_code else None
        withheld = is_withheld(incident, reader_at(assignment.agency), Field.WORDS)
        reports = Report.objects.none() if withheld else Report.objects.filter(incident=incident)
        words = ReportWords.objects.filter(report__in=reports, erased_at=None).order_by("report_id")
        context |= {
            "theirs": True,
            # A link can be passed on: numbers and addresses of people stay in the inbox.
            "words": [cover(row.words) for row in words if row.words],
            "area": area.name if area else "",
            **_photos(assignment),
            "answers": [Answered(one.question, cover(one.answer)) for one in answered(list(reports))],
            "units": HandlingUnit.objects.filter(agency=assignment.agency, is_active=True).order_by("name", "pk"),
            "token": token,
            "can_act": link.used_at is None,
            "typed": request.POST.get("words", "")[:LONGEST],
        }
    return _private(render(request, "contacts/task.html", context, status=status))


def _photos_for(assignment: Assignment) -> QuerySet[Photo]:
    """Those from before the work, none where the agency may not see a shared incident's."""
    withheld = is_withheld(assignment.incident, reader_at(assignment.agency), Field.PHOTOS)
    rows = Photo.objects.none() if withheld else Photo.objects.filter(incident=assignment.incident)
    return rows.exclude(phase=Photo.Phase.AFTER).order_by("id")


def _photos(assignment: Assignment) -> dict[str, object]:
    """The photos that a page without an account shows, and how many it does not: a link can be passed on."""
    rows = list(_photos_for(assignment))
    decided = redacting.latest(rows)
    seen = [row for row in rows if redacting.public_before(row, decided.get(row.pk))]
    return {"photos": seen, "photos_kept": len(rows) - len(seen)}


@require_safe
def photo(request: HttpRequest, token: str, photo_id: int) -> HttpResponseBase:
    """A photo of the report that the hotline has released, as redacted; 404 for any other."""
    link = _found(request, token)
    found = _photos_for(link.assignment).filter(pk=photo_id).first()
    path = redacting.outside_file(found, redacting.latest([found]).get(found.pk)) if found is not None else None
    if path is None or link.assignment.state in _NOT_THEIRS or not path.is_file():
        raise Http404
    response: HttpResponse | FileResponse = FileResponse(path.open("rb"), content_type="image/jpeg")
    return _private(response)
