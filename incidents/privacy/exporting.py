"""All that is kept of a person, as one document for them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from incidents.calls.models import Caller
from incidents.conversations.models import Message
from incidents.conversations.phones import normal, spellings
from incidents.delivery.models import Delivery
from incidents.doors.models import KeptFile
from incidents.doors.questions import answered
from incidents.privacy.models import DataAct
from incidents.records.models import Complaint, Photo, Report, Reporter
from opscenter.accounts.models import Person
from realtime.change import current_change


def export_reporter(*, reporter_id: int, by: Person) -> dict[str, Any]:
    """What JSON can hold, in the open change, which writes down that it was asked for."""
    reporter = Reporter.objects.get(pk=reporter_id)
    reports = list(Report.objects.filter(reporter=reporter).select_related("incident__category", "text").order_by("pk"))
    DataAct.objects.create(
        kind=DataAct.Kind.EXPORTED,
        why=DataAct.Why.REQUESTED,
        reporter=reporter,
        reports=len(reports),
        by=by,
        at=current_change().at,
    )
    return {
        "person": {
            "kind": reporter.kind,
            "name": reporter.name,
            "organisation": reporter.organisation,
            "on_behalf_of": reporter.on_behalf_of,
            "phone": reporter.phone,
            "email": reporter.email,
            "door": reporter.door,
            "door_id": reporter.door_id,
            "since": reporter.created_at.isoformat(),
        },
        "calls": _calls(reporter, reports),
        "reports": [_report(report) for report in reports],
    }


def _calls(reporter: Reporter, reports: list[Report]) -> list[dict[str, Any]]:
    number = normal(reporter.phone)
    theirs = Q(number__in=spellings(number) if number else []) | Q(call__report__in=reports)
    rows = Caller.objects.filter(theirs).select_related("call").order_by("pk")
    return [
        {"at": row.call.began_at.isoformat(), "number": row.number, "name": row.name, "recording": row.call.recording}
        for row in rows
    ]


def _report(report: Report) -> dict[str, Any]:
    incident = report.incident
    messages = Message.objects.filter(report=report, opens=False).order_by("at", "pk")
    complaints = Complaint.objects.filter(report=report).order_by("pk")
    deliveries = Delivery.objects.filter(report=report).order_by("pk")
    return {
        "tracking_code": report.tracking_code,
        "incident": incident.code,
        "received_at": report.received_at.isoformat(),
        "by": report.source,
        "words": report.text.words if hasattr(report, "text") else "",
        "address": report.text.address if hasattr(report, "text") else "",
        "point": list(report.given_point.coords) if report.given_point else None,
        "category": incident.category.name if incident.category else "",
        "state": incident.state,
        "answer": incident.answer,
        "answers": {one.question: one.answer for one in answered([report])},
        "complaint": [{"official": row.official, "procedure": row.procedure} for row in complaints],
        "photos": Photo.objects.filter(report=report).count(),
        "files": list(KeptFile.objects.filter(message__report=report).order_by("pk").values_list("name", flat=True)),
        "messages": [
            {"at": row.at.isoformat(), "direction": row.direction, "by": row.door, "text": row.text} for row in messages
        ],
        "sent": [
            {"at": row.created_at.isoformat(), "kind": row.kind, "by": row.door, "state": row.state, "text": row.body}
            for row in deliveries
        ],
    }
