"""The texts of messages: templates in templates/delivery/, KIND.LANGUAGE.txt a letter with its subject in the first
line, KIND.LANGUAGE.short.txt one paragraph for telephones and chats.

They are files rather than catalogue entries so that a clerk can read and change a whole letter.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.template.loader import get_template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from incidents.delivery.models import Kind
from incidents.delivery.ways import Form
from incidents.records.models import Assignment, Incident, Report
from opscenter.accounts.models import ContactPoint

LANGUAGES = ("vi", "en")
# The address under which a contact sees one assignment, without an account.
TaskLink = Callable[[Assignment, ContactPoint], str]
_task_links: list[TaskLink] = []


def register_task_link(link: TaskLink) -> None:
    """Says how such an address is made; called in `ready()` by the room that owns the pages."""
    _task_links[:] = [link]


def worded(
    kind: Kind,
    language: str,
    form: Form = Form.LETTER,
    *,
    incident: Incident,
    report: Report | None = None,
    assignment: Assignment | None = None,
    contact_point: ContactPoint | None = None,
) -> tuple[str, str]:
    """(subject, body) in the reader's language, Vietnamese when there is no other; short texts have no subject.

    Never holds the citizen's own words: whoever types a stranger's address into the form could have them sent there.
    """
    language = language if language in LANGUAGES else LANGUAGES[0]
    with override(language):
        context = {
            "hotline": settings.HOTLINE_NAME,
            "code": incident.code,
            "received": _moment(report.received_at if report else incident.received_at),
            "due": _moment(assignment.due_at if assignment else incident.due_at),
            "answer": incident.answer,
            "tracking_code": report.tracking_code if report else "",
            "link": tracking_link(report) if report else f"{settings.AGENCY_URL}/inbox/",
            "task": assignment.pk if assignment else "",
            "task_link": task_link(assignment, contact_point),
            "place": "" if incident.category and incident.category.is_complaint else incident.place_label,
            "agency": assignment.agency.name if assignment else _agencies(incident, language),
            "category": incident.category.label if incident.category else "",
            "exercise": incident.exercise,
            "may_reply": bool(settings.IMAP_HOST),
        }
        if form == Form.SHORT:
            text = get_template(f"delivery/{kind}.{language}.short.txt").render(context)
            return marked("", text.strip(), language, form, incident.exercise)
        text = get_template(f"delivery/{kind}.{language}.txt").render(context)
    subject, _line_end, body = text.strip().partition("\n")
    if report is not None:
        # By it an answer finds its report when the mail program leaves out which mail it answers.
        subject = f"{subject} [{report.tracking_code}]"
    return marked(subject, body, language, form, incident.exercise)


# What a lock screen may show: the code, and a sentence that says nothing about anybody.
_NOTICES: dict[str, str | Promise] = {
    Kind.RECEIVED: _("We have your report %(code)s."),
    Kind.FORWARDED: _("Report %(code)s is with those who handle it."),
    Kind.ANSWERED: _("There is an answer to report %(code)s."),
    Kind.BY_ITSELF: _("The hotline has written to you about report %(code)s."),
    Kind.REPLY: _("The hotline has written to you about report %(code)s."),
    Kind.QUESTION: _("The hotline asks you something about report %(code)s."),
    Kind.ASSIGNMENT: _("New assignment: %(code)s."),
    Kind.REMINDER: _("Look at the deadline of %(code)s."),
    Kind.NEWS: _("News of assignment %(code)s."),
    Kind.CALL_OUT: _("You are sent out: %(code)s. Please acknowledge."),
    Kind.ALARM: _("Nobody has taken %(code)s yet."),
    Kind.CREW_SILENT: _("A crew does not check in. Open the board. %(code)s"),
}


def noticed(kind: Kind, language: str, incident: Incident | None, exercise: int) -> tuple[str, str]:
    """(title, sentence) of a notification in the reader's language: never words of anybody, whatever the kind."""
    language = language if language in LANGUAGES else LANGUAGES[0]
    with override(language):
        sentence = str(_NOTICES.get(kind, _("Something new: %(code)s."))) % {"code": incident.code if incident else ""}
    _none, body = marked("", sentence, language, Form.SHORT, exercise)
    return settings.HOTLINE_NAME, body


def marked(subject: str, body: str, language: str, form: Form, exercise: int) -> tuple[str, str]:
    """Subject and body, tidied, and of an exercise marked as such."""
    mark = "[DIỄN TẬP]" if language == "vi" else "[DIỄN TẬP / EXERCISE]"
    if exercise:
        subject = f"{mark} {subject}"
        body = f"{mark} {body.strip()}" if form == Form.SHORT else f"{mark}\n\n{body.strip()}"
    if form == Form.SHORT:
        return "", body.strip()
    return " ".join(subject.split())[:200], body.strip() + "\n"


def task_link(assignment: Assignment | None, contact_point: ContactPoint | None) -> str:
    """A new link of this contact's to this assignment's page without an account; "" when no room makes them."""
    if assignment is None or contact_point is None or not _task_links:
        return ""
    return _task_links[0](assignment, contact_point)


def tracking_link(report: Report) -> str:
    """The address under which the citizen follows the report."""
    return settings.PUBLIC_URL + tracking_path(report)


def tracking_path(report: Report) -> str:
    """The same without the host."""
    from django.urls import reverse

    return reverse("portal:track", args=[report.tracking_code])


def _moment(at: object) -> str:
    return date_format(timezone.localtime(at), "H:i d/m/Y") if at else ""  # type: ignore[arg-type]


def _agencies(incident: Incident, language: str) -> str:
    from incidents.records.lifecycles import OPEN_ASSIGNMENTS

    rows = incident.assignments.filter(state__in=sorted(OPEN_ASSIGNMENTS)).select_related("agency").order_by("pk")
    return ", ".join(row.agency.name_en if language == "en" and row.agency.name_en else row.agency.name for row in rows)
