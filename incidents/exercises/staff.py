"""What staff do with a report, by the requests their screens send: dispatch, accept, hand on, result, close.

Which incident a report became is read from the database; everything that changes something goes over HTTP.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from incidents.exercises.citizens import Refused, Sent
from incidents.exercises.composing import Fate, Kind, Planned
from incidents.exercises.pictures import draw
from incidents.exercises.scenario import Scenario
from incidents.exercises.visitor import Answer, Upload, Visitor
from incidents.records.lifecycles import OPEN_ASSIGNMENTS, IncidentState
from incidents.records.models import Assignment, Incident, Report
from incidents.records.needs import Need
from opscenter.accounts.models import Agency, AgencyKind, Person
from opscenter.accounts.roles import Role

# Fates in the order of the work; the others end it in their own way.
_WITH_WORK = (Fate.WORKING, Fate.RESULT, Fate.REJECTED, Fate.CLOSED, Fate.REOPENED)
_WITH_RESULT = (Fate.RESULT, Fate.REJECTED, Fate.CLOSED, Fate.REOPENED)

ROOM = ("tong-dai-1", "tong-dai-2")
SUPERVISOR = "truong-ca"


def sign_in(address: str, username: str, password: str) -> Visitor:
    """Somebody at the sign-in page. Raises Refused when the password is wrong."""
    visitor = Visitor(address)
    visitor.get("/accounts/login/")
    answer = visitor.post_form("/accounts/login/", {"login": username, "password": password})
    if answer.status != 302:
        raise Refused(f"{username} could not sign in: {answer.status}")
    return visitor


class Staff:
    """The people of the demonstration at their desks; each signs in when first needed."""

    def __init__(self, address: str, passwords: Mapping[str, str]) -> None:
        self.address, self.passwords = address, passwords
        self._desks: dict[str, Visitor] = {}
        self._lock = threading.Lock()

    def desk(self, username: str) -> Visitor:
        """Somebody who is signed in. Raises Refused."""
        with self._lock:
            if username not in self._desks:
                self._desks[username] = sign_in(self.address, username, self.passwords[username])
            return self._desks[username]

    def call_taker(self, number: int) -> Visitor:
        return self.desk(ROOM[number % len(ROOM)])

    def at_agency(self, agency_id: int, *roles: Role) -> Person | None:
        """Somebody of the demonstration who works there in one of the roles."""
        return (
            Person.objects.filter(agency_id=agency_id, role__in=roles, username__in=self.passwords)
            .order_by("pk")
            .first()
        )

    def go_home(self) -> None:
        for visitor in self._desks.values():
            visitor.close()


def find_incident(sent: Sent) -> Incident:
    """The incident that a report became, as it is now. Raises Refused when the server does not have it."""
    if sent.code:
        found = Incident.objects.by_code(sent.code).first()
    else:
        report = Report.objects.filter(source=sent.source, source_id=sent.source_id).select_related("incident").first()
        found = report.incident if report else None
    if found is None:
        raise Refused(f"the report {sent} has no incident")
    return found


class Case:
    """One incident in the hands of staff. Every act reads its version first, and once more after a conflict."""

    def __init__(self, staff: Staff, scenario: Scenario, one: Planned, sent: Sent, point: tuple[float, float] | None):
        self.staff, self.scenario, self.one, self.sent, self.point = staff, scenario, one, sent, point
        self.random = random.Random(f"{one.number} {one.words}")

    def follow(self) -> Iterator[float]:
        """The whole work up to the report's fate; yields how many seconds pass before the next act. Raises Refused."""
        fate = self.one.fate
        if self.one.kind == Kind.JOKE:
            yield self.wait(6, 14)
            self.act("cancel", {"reason": "prank"})
        elif self.one.kind == Kind.UNKNOWN:
            yield self.wait(8, 25)
            self.act("note", {"text": "Đã gọi lại hỏi địa điểm, chưa liên lạc được."})
        elif fate == Fate.ANSWERED:
            yield self.wait(6, 20)
            outside = self.one.kind == Kind.OUTSIDE
            self.act("answer", {"answer": self.answer_text("outside" if outside else "guidance")})
        elif fate != Fate.LEFT:
            yield from self.dispatch()
            yield from self.at_agency()

    def wait(self, least: float, most: float) -> float:
        """Seconds of the played day; emergencies are quicker."""
        hurry = 0.35 if self.one.category.startswith(("fire-", "police-", "ambulance-", "rescue", "gas-")) else 1.0
        return self.random.uniform(least, most) * hurry

    def incident(self) -> Incident:
        return find_incident(self.sent)

    def dispatch(self) -> Iterator[float]:
        """The call-taker settles what was not sure, and gives it to the agency that is suggested."""
        yield self.wait(4, 14)
        incident = self.incident()
        if not incident.ward_code and self.point is not None:
            self.act("place", {"lon": self.point[0], "lat": self.point[1], "radius_m": 40})
            yield self.wait(1, 3)
        if self.one.category and (incident.category is None or incident.category.code != self.one.category):
            self.act("category", {"category": self.one.category})
            yield self.wait(1, 3)
        incident = self.incident()
        if incident.state != IncidentState.RECEIVED:
            return
        if Need.COMPLAINT_OPEN in incident.needs:
            self.act("complaint", _whom(incident))
            yield self.wait(1, 3)
            incident = self.incident()
        if incident.suggested_agency_id is None:
            self.act("note", {"text": "Chưa rõ đơn vị phụ trách, chờ trưởng ca."})
            return
        self.act("dispatch", {"agency": incident.suggested_agency_id})
        if self.one.number % 29 == 0:
            # A slip of the hand, undone at once.
            yield 2.0
            self.act("withdraw", {"what": "dispatch"})
            yield self.wait(2, 4)
            self.act("dispatch", {"agency": incident.suggested_agency_id})

    def at_agency(self) -> Iterator[float]:
        """See, accept, hand on, work, result; then back to the hotline."""
        fate = self.one.fate
        assignment = self.assignment()
        if assignment is None or fate == Fate.SENT:
            return
        receiver = self.staff.at_agency(assignment.agency_id, Role.FOCAL_POINT, Role.DISPATCHER)
        if receiver is None:
            return
        yield self.wait(4, 12)
        self.act_on("see", receiver, {})
        if fate == Fate.SEEN:
            return
        yield self.wait(3, 8)
        if fate == Fate.RETURNED:
            self.act_on("return", receiver, {"reason": self.random.choice(self.scenario.returns["reasons"])})
            return
        self.act_on("accept", receiver, {})
        if fate not in _WITH_WORK:
            return
        worker = self.staff.at_agency(assignment.agency_id, Role.HANDLER, Role.CREW)
        if worker is not None and worker.handling_unit_id is not None:
            yield self.wait(2, 6)
            self.act_on("hand", receiver, {"unit": worker.handling_unit_id})
        worker = worker or receiver
        yield self.wait(4, 12)
        self.act_on("start", worker, {})
        if fate not in _WITH_RESULT:
            return
        yield self.wait(14, 45)
        text = self.result_text()
        self.act_on("result", worker, {"result": text}, photo=True)
        if worker.role == Role.HANDLER:
            yield self.wait(3, 9)
            self.act_on("pass-on", receiver, {})
        yield from self.at_the_end(text)

    def at_the_end(self, result: str) -> Iterator[float]:
        """The hotline reads the result and answers the citizen, or sends it back."""
        fate = self.one.fate
        if fate == Fate.RESULT:
            return
        yield self.wait(5, 16)
        if fate == Fate.REJECTED:
            self.act("reject", {"reason": "Ảnh chưa thấy rõ đã xử lý, đề nghị bổ sung."}, by=SUPERVISOR)
            return
        self.act("close", {"answer": self.answer_text("done", result)})
        if fate == Fate.REOPENED:
            yield self.wait(8, 20)
            self.act("reopen", {"reason": "Người dân báo lại: vẫn chưa xong."}, by=SUPERVISOR)

    def assignment(self) -> Assignment | None:
        rows = Assignment.objects.filter(incident=self.incident(), role="lead", state__in=OPEN_ASSIGNMENTS)
        return rows.order_by("-pk").first()

    def result_text(self) -> str:
        results = self.scenario.results
        key = next((name for name in results if name != "other" and self.one.category.startswith(name)), "other")
        return self.random.choice(results[key])

    def answer_text(self, kind: str, result: str = "") -> str:
        return self.random.choice(self.scenario.answers[kind]).replace("{result}", result)

    def act(self, verb: str, sent: dict[str, Any], by: str = "") -> None:
        """POST /api/incidents/{code}/{verb} as somebody of the hotline. Raises Refused."""
        visitor = self.staff.desk(by) if by else self.staff.call_taker(self.one.number)
        action = {"X-Action-Id": str(uuid.uuid4())}
        for last in (False, True):
            incident = self.incident()
            path = f"/api/incidents/{incident.code}/{verb}"
            answer = visitor.post_json(path, {**sent, "base_version": incident.version}, action)
            if _settled(answer, f"{verb} {incident.code}", last):
                return

    def act_on(self, verb: str, person: Person, sent: dict[str, Any], *, photo: bool = False) -> None:
        """POST /api/assignments/{id}/{verb} as somebody of the agency. Raises Refused."""
        visitor = self.staff.desk(person.username)
        action = {"X-Action-Id": str(uuid.uuid4())}
        for last in (False, True):
            assignment = self.assignment()
            if assignment is None:
                raise Refused(f"{verb}: the assignment is gone")
            path, full = f"/api/assignments/{assignment.pk}/{verb}", {**sent, "base_version": self.incident().version}
            if photo:
                picture = Upload("ket-qua.jpg", draw(self.random, mended=True, point=self.point))
                fields = {name: str(value) for name, value in full.items()}
                answer = visitor.post_files(path, fields, [("photos", picture)], action)
            else:
                answer = visitor.post_json(path, full, action)
            if _settled(answer, f"{verb} #{assignment.pk}", last):
                return


def _whom(incident: Incident) -> dict[str, Any]:
    """Invented complaints are about the ward's own officials; where no ward is known, about no unit."""
    area = {"area_set": incident.area_set, "area_code": incident.ward_code}
    ward = Agency.objects.filter(kind=AgencyKind.COMMUNE, **area).exclude(area_code="").first()
    return {"complained_agency": ward.pk} if ward is not None else {"complained_no_unit": True}


def _settled(answer: Answer, what: str, last: bool) -> bool:
    """Whether it was done; False for a conflict that may be tried again. Raises Refused for everything else."""
    if answer.status < 300:
        return True
    if answer.status == 409 and not last:
        return False
    raise Refused(f"{what}: {answer.status} {answer.body[:200].decode('utf-8', 'replace')}")
