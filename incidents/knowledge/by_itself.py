"""Text doors answer by themselves: only from an answer in force, only when sure, always offering a person.

The citizen goes on waiting for a person all the same: the machine's answer closes nothing. What a person marks as wrong
is never given to that citizen again.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from incidents.conversations.models import Message
from incidents.conversations.replying import LONGEST, reply_by_itself
from incidents.knowledge import finding
from incidents.knowledge.models import Quote
from incidents.knowledge.quoting import quote, wrong_for
from incidents.knowledge.searching import Area
from incidents.records.models import Incident, ReportWords
from incidents.records.models.categories import Group
from realtime.change import change

WHY = "answer_in_force"


def units_of(incident: Incident) -> list[Area]:
    """The ward and the district where an incident is, as far as that is known."""
    return [(incident.area_set, code) for code in (incident.ward_code, incident.district_code) if code]


def answer(message: Message) -> None:
    """Answers a citizen's message by itself, or does nothing.

    Emergencies, complaints and things to be put right in the field are for people. The same answer is not given to a
    report twice.
    """
    report = message.report
    incident = report.incident
    if message.direction != Message.Direction.IN or incident.group not in {None, Group.PROCEDURES}:
        return
    if incident.category is not None and incident.category.is_complaint:
        return
    words = message.text
    if message.opens:
        words = ReportWords.objects.filter(report=report).values_list("words", flat=True).first() or ""
    given = frozenset(Quote.objects.filter(report=report).values_list("version__answer_id", flat=True))
    best = finding.best_answer(words, but=wrong_for(report) | given, within=units_of(incident))
    # A sample that no agency has reviewed goes out to nobody but the demonstration's own citizens.
    if best is None or (best.version.answer.is_sample and not settings.DEMONSTRATION):
        return
    with override(report.language):
        text = "\n\n".join(
            [
                best.version.text,
                _("Legal basis: %(basis)s") % {"basis": "; ".join(best.version.rests_on())},
                _("This was answered by the system. If it does not fit, write again or call 1022: a person reads it."),
            ]
        )
    if len(text) > LONGEST:
        return
    with change():
        reply_by_itself(report=report, text=text, why=WHY)
        quote(version=best.version, report=report, by=None, since=message.at, confidence=best.confidence)
