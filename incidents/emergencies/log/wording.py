"""Entries of the log in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.delivery.models import Door
from incidents.emergencies.models import LogEntry, Protocol, ProtocolAnswer
from incidents.records.history_names import HISTORY_NAMES

_TEXTS: dict[str, str | Promise] = {
    "opened": _("Shared incident opened"),
    "told": _("Service told"),
    "alarm": _("Nobody has taken it: alarm %(alarms)s"),
    "asking": _("Questions begun: %(protocol)s"),
    "answered": _("The caller, asked “%(question)s”: %(answer)s"),
    "reporter_seen": _("Looked at who reported it"),
    "note": _("Note"),
    "radio": _("By radio"),
    "phone": _("By telephone"),
    "record": _("Own record written"),
    "lead": _("Leads from now on"),
    "aid_asked": _("Mutual aid asked for"),
    "aid_over_units_out": _("The time of mutual aid is over, units are still out"),
    "unit_sent": _("Unit sent"),
    "unit_step": _("Unit"),
    "crew_called": _("Crew called: %(step)s%(reached)s"),
    "told_sent": _("%(whom)s: handed over by %(door)s"),
    "told_failed": _("%(whom)s: could not be reached by %(door)s"),
    "unit_hospital": _("Patient taken to a hospital:"),
    "check_in_every": _("Crews on scene report every %(minutes)s min"),
    "check_in_started": _("Check-ins begun"),
    "checked_in": _("Checked in: well"),
    "check_in_missed": _("Check-in missed, alarm %(missed)s"),
    "check_in_ended": _("Check-ins ended"),
    "log_joined": _("The log of %(code)s goes on here"),
    "major_declared": _("Declared a major incident"),
    "major_stood_down": _("Major incident stood down"),
    "commander": _("Commands all"),
    "service_commander": _("Commands its service"),
    "dangers": _("Dangers"),
    "access": _("Ways in and out"),
    "sector_opened": _("Sector opened"),
    "sector_changed": _("Sector changed"),
    "sector_closed": _("Sector closed"),
    "unit_sector": _("Unit put into a sector"),
    "casualties": _("Casualties: red %(red)s, yellow %(yellow)s, green %(green)s, black %(black)s"),
    "resource_asked": _("Asked for %(number)s"),
    "resource_moved": _("Of %(number)s asked for, %(promised)s promised, %(arrived)s arrived"),
    "sitrep": _("Report of the situation no. %(number)s"),
    "sitrep_late": _("The report of the situation is late"),
    # What the history says of any incident, where a service says it in other words than the hotline.
    "place_set": _("Place corrected"),
    "category_set": _("Category set"),
    "complaint_set": _("Set whom it complains of"),
    "dispatched": _("Service called"),
    "seen": _("Seen"),
    "accepted": _("Taken"),
    "started": _("Work begun"),
    "returned": _("Handed back: no emergency"),
    "result_given": _("Finished"),
    "assignment_cancelled": _("Left"),
    "emergency_set": _("Made an emergency"),
    "emergency_withdrawn": _("Emergency withdrawn"),
    "dispatch_withdrawn": _("Dispatch withdrawn"),
    "closed": _("Answered and closed"),
    "report_added": _("Another report of the same thing"),
    "note_added": _("Note added"),
    "photo_added": _("Photo added"),
    "files_kept": _("Files of a mail kept"),
    "photo_redacted": _("Decided what outsiders see of a photo"),
    "child_opened": _("A task of it goes its own way"),
    "message_sent": _("Message handed over by %(door)s"),
    "message_failed": _("Message could not be delivered by %(door)s"),
}

# The steps of units/callouts.py.
_STEPS: dict[str, str | Promise] = {
    "push": _("notification"),
    "message": _("SMS or call"),
    "alarm": _("no answer, alarm at the dispatcher"),
}


# Whether a step reached anybody: nobody has switched it on or left a number, or it is not set up here.
_REACHED: dict[bool | None, str | Promise] = {
    False: _(" (reaches nobody)"),
    None: _(" (not set up)"),
}
_WHOM: dict[str, str | Promise] = {
    "call_out": _("Crew"),
    "alarm": _("Alarm to the service"),
    "crew_silent": _("Alarm of a silent crew"),
}


def words_shown(kind: str, words: str) -> str:
    """The words of an entry as a line shows them: of a report of the situation what its writer said."""
    if kind == "sitrep" and words:
        return str(json.loads(words)["words"])
    return words


@dataclass(frozen=True, slots=True)
class Asked:
    """The protocols and answers that entries name, by id."""

    protocols: Mapping[int, Protocol]
    answers: Mapping[int, ProtocolAnswer]


def asked_in(entries: Iterable[LogEntry]) -> Asked:
    """What the entries of a log name of the call protocols, so that each can be said. Two queries, none where nothing
    was asked."""
    told = [json.loads(entry.record)["data"] for entry in entries if entry.kind in {"asking", "answered"}]
    if not told:
        return Asked({}, {})
    chosen = ProtocolAnswer.objects.select_related("question")
    return Asked(
        Protocol.objects.in_bulk({data["protocol"] for data in told}),
        chosen.in_bulk({data["answer"] for data in told if "answer" in data}),
    )


def said(entry: LogEntry, asked: Asked | None = None) -> str:
    """What happened, in the reader's language; a kind without words as it is stored. `asked`: see `asked_in`, what the
    caller of this has for many entries at once."""
    from incidents.emergencies.models import Facility, Unit
    from incidents.emergencies.screens.names import SORTIE_STATES
    from incidents.emergencies.units.lifecycles import SortieState

    data: dict[str, Any] = json.loads(entry.record)["data"]
    step = data.get("step", "")
    named = {
        "alarms": "",
        **data,
        "step": str(_STEPS.get(step, "")),
        "reached": "" if step == "alarm" else str(_REACHED.get(data.get("reached"), "")),
        "whom": str(_WHOM.get(data.get("kind", ""), "")),
        "door": str(Door(data["door"]).label) if "door" in data else "",
    }
    if "other" in data:
        named["code"] = f"1022-{data['other']:06d}"
    if entry.kind in {"asking", "answered"}:
        asked = asked_in([entry]) if asked is None else asked
        answer = asked.answers.get(data.get("answer", 0))
        named["protocol"] = str(asked.protocols.get(data["protocol"], f"#{data['protocol']}"))
        named["question"] = str(answer.question) if answer else f"#{data.get('question')}"
        named["answer"] = str(answer) if answer else f"#{data.get('answer')}"
    text = str(_TEXTS.get(entry.kind) or HISTORY_NAMES.get(entry.kind, entry.kind)) % named
    if entry.kind.startswith(("unit_", "check_in_", "checked_in")) and "unit" in data:
        unit = Unit.objects.filter(pk=data["unit"]).values_list("call_sign", flat=True).first() or f"#{data['unit']}"
        state = f": {SORTIE_STATES[SortieState(data['state'])]}" if "state" in data else ""
        where = ""
        if "facility" in data:
            name = Facility.objects.filter(pk=data["facility"]).values_list("name", flat=True).first()
            where = f" → {name or data['facility']}"
        return f"{text} {unit}{state}{where}"
    return text
