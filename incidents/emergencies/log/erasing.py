"""Erasing what people wrote about a shared incident once its reports are erased: words go, the chain stays whole."""

from __future__ import annotations

from collections.abc import Collection

from incidents.emergencies.log.chain import erase_words
from incidents.emergencies.models import (
    Commander,
    LogEntry,
    MajorIncident,
    ResourceRequest,
    Sector,
    ServicePart,
    SharedIncident,
)
from incidents.records.models import Report
from incidents.triage.models import Merge
from opscenter.accounts.models import Person


def erase_about(incident_ids: Collection[int], *, by: Person | None) -> int:
    """Erases the words of the logs and the services' own records of those of these incidents none of whose reports has
    words any more, and of what was merged into them. The open change holds their locks. Gives how many entries.

    As long as somebody else's report of the same is kept, what was written is about that as well.
    """
    done = 0
    for pk in sorted(incident_ids):
        if Report.objects.filter(incident=pk, text__erased_at=None, text__isnull=False).exists():
            continue
        logs = SharedIncident.objects.filter(pk__in=[pk, *taken_in(pk)]).values_list("pk", flat=True)
        for entry in LogEntry.objects.filter(shared__in=list(logs), text__erased_at=None, text__isnull=False):
            erase_words(entry, by=by)
            done += 1
        ServicePart.objects.filter(shared__in=list(logs)).exclude(record="").update(record="")
    return done


def erase_major(incident_ids: Collection[int]) -> None:
    """Erases what was written about these as major incidents beside the log: why, dangers, ways, who commanded, sectors
    and what was asked for. Numbers and times stay; the reports of the situation go with the log's words.

    For what is over: crews on scene read dangers and ways.
    """
    majors = list(MajorIncident.objects.filter(pk__in=incident_ids).values_list("pk", flat=True))
    if not majors:
        return
    MajorIncident.objects.filter(pk__in=majors).update(reason="", dangers="", access="")
    Commander.objects.filter(major__in=majors).update(name="", position="")
    ResourceRequest.objects.filter(major__in=majors).update(kind="", asked_of="")
    for pk in Sector.objects.filter(major__in=majors).values_list("pk", flat=True):
        # Its name is unique while it is open; what was counted in it stays with its number.
        Sector.objects.filter(pk=pk).update(name=f"#{pk}", place="", lead="")


def taken_in(incident_id: int) -> list[int]:
    """What was merged into an incident and is not parted again, also by way of others. Usually one query."""
    found: list[int] = []
    into = [incident_id]
    while into:
        into = list(Merge.objects.filter(into__in=into, parted_at=None).values_list("other_id", flat=True))
        found += into
    return found
