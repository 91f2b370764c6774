"""Chats ask a category's extra questions by themselves, one at a time, once triage knows the category.

They stop as soon as a person of the hotline has written, when something is an emergency, and after two answers that
were none. What was asked last stands on the report, so that any process goes on with it.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from incidents.conversations import listening
from incidents.conversations.models import Message
from incidents.conversations.replying import reply_by_itself
from incidents.doors.models import ServiceAttribute
from incidents.doors.questions import KEPT, OF, TOLD, is_free, value_of
from incidents.intake.messages import ASKED
from incidents.records.editing import lock
from incidents.records.models import Incident, Report, Source
from incidents.records.models.categories import Group
from realtime.change import change

WHY = "extra_question"
# SMS cost whoever writes them, and an e-mail is not a talk.
DOORS = frozenset({Source.CHAT, Source.ZALO, Source.VIBER, Source.FACEBOOK})
_TIMES, _SKIPPED = "asked_times", "asked_skipped"
MOST_TIMES = 2


def ask(message: Message) -> None:
    """Takes the message as the answer to what was asked last, and asks what is asked next; or does nothing."""
    if message.direction != Message.Direction.IN or message.door not in DOORS:
        return
    report = Report.objects.select_related("incident__category", "given_category").get(pk=message.report_id)
    if not report.door_data.get(ASKED):
        asked = ServiceAttribute.objects.filter(category__code=_category(report, report.incident))
        if not _may_ask(report, report.incident) or not asked.exists():
            # Nothing is locked, and no version raised, for most messages.
            return
    with change():
        incident = lock(message.report.incident_id)
        report = Report.objects.select_related("reporter", "given_category").get(pk=message.report_id)
        before = report.door_data
        of = _category(report, incident)
        data = {**before, OF: before.get(OF) or of}
        questions = list(ServiceAttribute.objects.filter(category__code=data[OF])) if data[OF] else []
        last = next((one for one in questions if one.code == before.get(ASKED)), None)
        may_ask = _may_ask(report, incident)
        with override(report.language):
            # What was asked of another category is answered all the same; only nothing more of it is asked.
            text = _answer(data, last, message) if last is not None and may_ask else ""
            if last is not None and not data.get(ASKED) and incident.waiting_since == message.at:
                # It answers us, and waits for nobody.
                listening.no_longer_waits(incident)
            if not text and may_ask and questions and data[OF] == of:
                text = _next(data, questions, was_asked=last is not None)
        if not may_ask:
            data.pop(ASKED, None)
        if questions and data != before:
            report.door_data = data
            report.save(update_fields=["door_data"])
        if text:
            reply_by_itself(report=report, text=text, why=WHY)


def _category(report: Report, incident: Incident) -> str:
    """The code of the category whose questions may be asked: chosen by somebody, or surely told; else ""."""
    if report.given_category is not None:
        return report.given_category.code
    trace = incident.category_trace
    is_sure = bool(trace.get("sure")) or trace.get("by") == "person"
    return incident.category.code if incident.category is not None and is_sure else ""


def _may_ask(report: Report, incident: Incident) -> bool:
    """In the field group alone, not about officials, and not once a person has written."""
    is_complaint = incident.category is not None and incident.category.is_complaint
    if not incident.on_board or incident.group != Group.FIELD or is_complaint:
        return False
    return not Message.objects.filter(report=report, direction=Message.Direction.OUT, by__isnull=False).exists()


def _answer(data: dict[str, Any], last: ServiceAttribute, message: Message) -> str:
    """Notes the answer in `data`; the same question again, with how to answer, when it was none and may be asked."""
    said = message.text.strip()
    value = _understood(last, said) if said else None
    if said == "0":
        data[_SKIPPED] = [*data.get(_SKIPPED, []), last.code]
    elif value is None:
        data[_TIMES] = data.get(_TIMES, 1) + 1
        if data[_TIMES] <= MOST_TIMES:
            return "\n".join([_("That was not understood."), _question(last)])
        data[_SKIPPED] = [*data.get(_SKIPPED, []), last.code]
    elif is_free(last):
        data[TOLD] = {**data.get(TOLD, {}), last.code: message.pk}
    else:
        data[KEPT] = {**data.get(KEPT, {}), last.code: value}
    data.pop(ASKED, None)
    data.pop(_TIMES, None)
    return ""


def _next(data: dict[str, Any], questions: list[ServiceAttribute], *, was_asked: bool) -> str:
    done = {*data.get(KEPT, {}), *data.get(TOLD, {}), *data.get(_SKIPPED, [])}
    following = next((one for one in questions if one.code not in done), None)
    if data.get(ASKED) is not None:
        return ""
    if following is None:
        return _("Thank you, that is with your report now.") if was_asked else ""
    data[ASKED], data[_TIMES] = following.code, 1
    return _question(following)


def _question(one: ServiceAttribute) -> str:
    lines = [one.question]
    lines += [f"{number}. {value['name']}" for number, value in enumerate(one.named_values(), 1)]
    if one.named_values():
        lines.append(_("Answer with the number. 0 leaves it out."))
    else:
        lines.append(_("0 leaves it out."))
    return "\n".join(lines)


def _understood(one: ServiceAttribute, said: str) -> Any:
    """What was said as the question's kind: numbers of the list, or its words."""
    values = one.named_values()
    if not values:
        return value_of(one, [said])
    many = one.datatype == ServiceAttribute.Datatype.MULTI
    parts = [part.strip() for part in said.replace(";", ",").replace(" và ", ",").split(",")] if many else [said]
    by_name = {value["name"].casefold(): value["key"] for value in values}
    keys = []
    for part in parts:
        text = part.strip(" .)").casefold()
        if text.isdecimal() and 1 <= int(text[:3]) <= len(values) and len(text) < 3:
            keys.append(values[int(text) - 1]["key"])
        elif text in by_name:
            keys.append(by_name[text])
        else:
            return None
    return value_of(one, keys) if keys else None
