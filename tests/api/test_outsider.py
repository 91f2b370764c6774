"""Every address of the URL configuration, tried by everybody: one of each role, the same roles at another agency, a
partner's machine, and somebody who is not signed in.

A new address without a row here fails test_every_address_has_a_row: whoever adds one says who may use it.

    in         it is theirs: 2xx, or the field errors and conflicts that only insiders are told
    sign       who are you: 401, or on to the sign-in page
    forbidden  not this role: 403
    hidden     there is no such thing, as far as they are concerned: 404
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import models
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from geo.learning import learn
from geo.models import Place
from incidents.bulletins.models import Schedule
from incidents.calls.lifecycle import PhoneEvent
from incidents.calls.models import Call, CallDraft, CallerLook, PhoneAction, Seat
from incidents.calls.receiving import PhoneReport, receive
from incidents.conversations.listening import hear
from incidents.conversations.models import Message
from incidents.delivery.push import keys
from incidents.dispatching import agency_work
from incidents.doors.files import keep as keep_files
from incidents.doors.mail import Attachment
from incidents.doors.models import KeptFile
from incidents.knowledge import quoting, writing
from incidents.knowledge.models import AnswerVersion, LegalDocument, Quote
from incidents.records import photos
from incidents.records.models import (
    ActionRecord,
    Assignment,
    History,
    Incident,
    Note,
    PersonalLook,
    Photo,
    Report,
    Reporter,
)
from incidents.roster.models import Handover, Shift, ShiftKind
from incidents.roster.planning import plan, write_note
from incidents.triage.models import Surge, SurgeGuess, SurgeMember
from incidents.wall.links import make
from incidents.worktime.models import Absence
from opscenter.accounts.models import Person
from opscenter.models import BudgetUse
from realtime.change import change
from tests.cast import Cast, Hands, give, open_one
from tests.harness.remembering import Remembering
from tests.intake.world import World, picture, upload

ROOM = ("call_taker", "supervisor", "administrator")
MANAGERS = ("supervisor", "administrator")
# The agency that has the incident, and everybody else who works for an agency.
OWN = ("focal_point", "handler")
THERE = ("focal_point_there", "handler_there", "dispatcher", "crew")
AGENCIES = (*OWN, *THERE)
RECEIVERS_THERE = ("focal_point_there", "dispatcher")
WORKERS_THERE = ("handler_there", "crew")
# Who reads figures: agencies their own.
READERS = (*ROOM, "leader", "focal_point", *RECEIVERS_THERE)
EVERYBODY = ("anonymous", *ROOM, "leader", *AGENCIES, "partner")


def only(*inside: str, hidden: tuple[str, ...] = (), anonymous: str = "sign") -> dict[str, str]:
    """`inside` get in, `hidden` are told that it does not exist, the rest that it is not for their role."""
    rest = dict.fromkeys(EVERYBODY, "forbidden")
    return {**rest, "anonymous": anonymous, **dict.fromkeys(hidden, "hidden"), **dict.fromkeys(inside, "in")}


def everybody(outcome: str) -> dict[str, str]:
    return dict.fromkeys(EVERYBODY, outcome)


@dataclass(frozen=True)
class Scene:
    """What the addresses are about: one incident that the agency `an_lac` has handed on to a unit."""

    incident: Incident
    assignment: Assignment
    report: Report
    photo: Photo
    wall_token: str
    link_id: int
    call_id: int
    quote_id: int
    version_id: int
    law_id: int
    message_id: int
    surge_id: int
    guess_id: int
    absence_id: int
    alias_id: int
    place_id: int
    reporter_id: int
    schedule_id: int
    note: Handover
    # The session of everybody in the cast.
    sessions: dict[str, str]

    def names(self) -> dict[str, Any]:
        return {
            "code": self.incident.code,
            "incident": self.incident.pk,
            "schedule": self.schedule_id,
            "shift_kind": self.note.shift.kind_id,
            "note": self.note.pk,
            "assignment": self.assignment.pk,
            "photo": self.photo.pk,
            "file": KeptFile.objects.get().pk,
            "track": self.report.tracking_code,
            "token": self.wall_token,
            "link": self.link_id,
            "call": self.call_id,
            "quote": self.quote_id,
            "answer": self.version_id,
            "law": self.law_id,
            "message": self.message_id,
            "alias": self.alias_id,
            "place": self.place_id,
            "reporter": self.reporter_id,
            "agency": self.assignment.agency_id,
            "handler": Person.objects.filter(
                handling_unit=self.assignment.handling_unit_id, role="handler"
            ).values_list("pk", flat=True)[0],
            "contact": self.assignment.agency.contact_points.values_list("pk", flat=True)[0],
            "unit": self.assignment.handling_unit_id,
            "version": self.incident.version,
            "surge": self.surge_id,
            "guess": self.guess_id,
            "absence": self.absence_id,
        }


@dataclass(frozen=True)
class Row:
    """One address: its route, how to call it, and what each person gets."""

    route: str
    url: str
    expected: dict[str, str]
    method: str = "GET"
    sent: Callable[[Scene], dict[str, Any]] = field(default=lambda scene: {})
    json: bool = True


def act(verb: str, expected: dict[str, str], **sent: Any) -> Row:
    """A writing address of an incident, called with everything it needs."""
    route, url = f"api/incidents/<code>/{verb}", f"/api/incidents/{{code}}/{verb}"
    return Row(route, url, expected, "POST", lambda scene: {"base_version": scene.incident.version, **sent})


def work(verb: str, expected: dict[str, str], **sent: Any) -> Row:
    """A writing address of an assignment."""

    def body(scene: Scene) -> dict[str, Any]:
        named = {name: value.format(**scene.names()) for name, value in sent.items()}
        return {"base_version": scene.incident.version, **named}

    return Row(f"api/assignments/<int:pk>/{verb}", f"/api/assignments/{{assignment}}/{verb}", expected, "POST", body)


def call_act(verb: str, expected: dict[str, str], **sent: Any) -> Row:
    """A writing address of a call that rings."""
    return Row(f"api/calls/<int:pk>/{verb}", f"/api/calls/{{call}}/{verb}", expected, "POST", lambda scene: sent)


def shared(verb: str, expected: dict[str, str], **sent: Any) -> Row:
    """A writing address of a shared incident."""
    route, url = f"api/emergencies/<code>/{verb}", f"/api/emergencies/{{code}}/{verb}"
    return Row(route, url.replace("<int:pk>", "1"), expected, "POST", lambda scene: sent)


_FOR_RECEIVERS = only("focal_point", hidden=RECEIVERS_THERE)
_FOR_WORKERS = only(*OWN, hidden=THERE)
_FOR_ALL_WHO_HANDLE = only(*ROOM, *OWN, hidden=THERE)
# A good link opens it for whoever holds it, a wrong one for nobody.
_PUBLIC, _NOBODY = everybody("in"), everybody("hidden")
_REFERENCE = only(*ROOM, *AGENCIES, "leader")

ROWS = [
    # The staff's API.
    act("dispatch", only(*ROOM), agency=1),
    act("withdraw", only(*ROOM)),
    act("place", only(*ROOM), lat=11.05, lon=106.62),
    act("category", only(*ROOM), group=3),
    act("complaint", only(*ROOM), complained_no_unit=True),
    act("emergency", only(*ROOM)),
    act("answer", only(*ROOM), answer="Theo quy định…"),
    act("let-stand", only(*ROOM)),
    act("close", only(*ROOM), answer="Đã sửa."),
    act("reject", only(*ROOM), reason="Chưa xong"),
    act("reopen", only(*ROOM)),
    act("cancel", only(*ROOM), reason="test"),
    Row("api/incidents/<code>/merge", "/api/incidents/{code}/merge", only(*ROOM), "POST",
        lambda scene: {"base_version": scene.incident.version, "other": scene.incident.code}),
    act("unmerge", only(*ROOM), merge=999_999),
    act("child", only(*ROOM), what="Cắt cây"),
    act("note", _FOR_ALL_WHO_HANDLE, text="gọi lại"),
    act("reply", only(*ROOM), text="Xin chào."),
    # Nothing waits there, and only the room is told.
    act("no-reply", only(*ROOM)),
    act("same-person", only(*ROOM), other="1022-999999"),
    act("other-person", only(*ROOM)),
    Row("api/messages/<int:pk>/split", "/api/messages/{message}/split", only(*ROOM), "POST"),
    Row("api/incidents/<code>/reporter", "/api/incidents/{code}/reporter", _FOR_ALL_WHO_HANDLE),
    work("see", only(*OWN, hidden=THERE)),
    work("accept", _FOR_RECEIVERS),
    work("return", _FOR_RECEIVERS, reason="không thuộc địa bàn"),
    work("hand", _FOR_RECEIVERS, unit="{unit}"),
    work("start", _FOR_WORKERS),
    work("result", _FOR_WORKERS, result="Đã vá."),
    work("cancel", only(*ROOM)),
    work("transfer", only(*ROOM, "focal_point", hidden=RECEIVERS_THERE), agency="{agency}", reason="bên kia đường"),
    work("ask", _FOR_WORKERS, question="Ở đâu?"),
    work("postpone", _FOR_WORKERS, on="2030-01-01", reason="chờ"),
    work("resume", _FOR_WORKERS),
    work("pass-on", _FOR_RECEIVERS),
    work("send-back", _FOR_RECEIVERS, reason="thiếu ảnh"),
    work("disagree", _FOR_RECEIVERS, reason="không thống nhất"),
    work("photos", _FOR_WORKERS),
    # Shared incidents: this one is not shared, so whoever has it is told so, and nobody else learns of it.
    shared("acknowledge", only("focal_point", hidden=RECEIVERS_THERE)),
    shared("call-for", only(*ROOM, "focal_point", hidden=RECEIVERS_THERE), service="fire"),
    shared("leave", only("focal_point", hidden=RECEIVERS_THERE)),
    shared("hand-back", only("focal_point", hidden=RECEIVERS_THERE)),
    shared("finish", only("focal_point", hidden=RECEIVERS_THERE)),
    shared("say", _FOR_ALL_WHO_HANDLE, text="Có bình gas"),
    shared("record", only("focal_point", hidden=RECEIVERS_THERE), text="Đã tới"),
    shared("protocol", only(*ROOM, hidden=("dispatcher",)), protocol="fire"),
    shared("answer", only(*ROOM, hidden=("dispatcher",)), answer=1),
    shared("send", only(hidden=("dispatcher",)), unit=1),
    Row("api/emergencies/<code>/units", "/api/emergencies/{code}/units", only(hidden=("dispatcher",))),
    *[
        shared(f"major/{verb}", only(*MANAGERS, hidden=("dispatcher",)), **sent)
        for verb, sent in {
            "declare": {"reason": "Nhiều người bị nạn"},
            "stand-down": {"reason": "Đã xong"},
            "commander": {"name": "Lan"},
            "scene": {"dangers": "Khí gas"},
            "sectors": {"name": "Cổng sau"},
            "sectors/<int:pk>": {"name": "Cổng sau"},
            "sectors/<int:pk>/close": {},
            "units": {"sortie": 1},
            "resources": {"kind": "Xe bồn", "number": 2, "asked_of": "Quân khu"},
            "resources/<int:pk>": {"promised": 1, "arrived": 0, "seen": 1},
            "sitreps": {"next_min": 30},
        }.items()
    ],
    shared("major/casualties", only(*ROOM, hidden=("dispatcher", "crew")), red=1, yellow=0, green=0, black=0, seen=0),
    Row("api/sorties/<int:pk>/call-back", "/api/sorties/1/call-back", only(hidden=("dispatcher",)), "POST"),
    # A crew that is on no unit is told to sign on first.
    Row("api/sorties/<int:pk>/step", "/api/sorties/1/step", only("crew", hidden=("dispatcher",)), "POST",
        lambda scene: {"state": "en_route"}),
    Row("api/units/<int:pk>/status", "/api/units/1/status", only(hidden=("dispatcher", "crew")), "POST",
        lambda scene: {"status": "available"}),
    Row("api/units/<int:pk>/check-in", "/api/units/1/check-in", only(hidden=("dispatcher", "crew")), "POST"),
    Row("api/units/<int:pk>/check-ins", "/api/units/1/check-ins", only(hidden=("dispatcher", "crew")), "POST",
        lambda scene: {"minutes": 15}),
    Row("api/units/<int:pk>/check-ins/end", "/api/units/1/check-ins/end", only(hidden=("dispatcher", "crew")), "POST"),
    shared("check-ins", only(hidden=("dispatcher",)), minutes=10),
    Row("api/units/positions", "/api/units/positions", only(*ROOM, *AGENCIES)),
    Row("api/crew/sign-on", "/api/crew/sign-on", only("crew"), "POST", lambda scene: {"unit": 1}),
    Row("api/crew/sign-off", "/api/crew/sign-off", only("crew"), "POST"),
    Row("api/crew/position", "/api/crew/position", only("crew"), "POST",
        lambda scene: {"lat": 11.05, "lon": 106.62, "timestamp": 1}),
    # Without a signature, or the id of a device, nobody moves anything.
    Row("positions/batch", "/positions/batch", everybody("forbidden"), "POST", lambda scene: {"fixes": []}),
    Row("positions/osmand", "/positions/osmand?id=guess&lat=11&lon=106&timestamp=1", _PUBLIC),
    # An agency's own system brings its key; a source of warnings signs.
    Row("partners/incidents.geojson", "/partners/incidents.geojson", everybody("sign")),
    Row("partners/units.geojson", "/partners/units.geojson", everybody("sign")),
    Row("partners/cap/feed.atom", "/partners/cap/feed.atom", everybody("sign")),
    Row("partners/cap/<str:identifier>.xml", "/partners/cap/{code}.1.xml", everybody("sign")),
    Row("partners/warnings", "/partners/warnings", everybody("forbidden"), "POST"),
    Row("api/surges/<int:pk>/confirm", "/api/surges/{surge}/confirm", only(*MANAGERS), "POST"),
    # Leave of the own people alone.
    Row("api/absences", "/api/absences", only("focal_point", *RECEIVERS_THERE), "POST"),
    Row("api/absences/<int:pk>/end", "/api/absences/{absence}/end", _FOR_RECEIVERS, "POST"),
    Row("inbox/people/", "/inbox/people/", only("focal_point", *RECEIVERS_THERE)),
    *(
        Row(
            f"api/surges/<int:pk>/guesses/<int:incident>/{said}",
            f"/api/surges/{{surge}}/guesses/{{guess}}/{said}",
            only(*MANAGERS),
            "POST",
        )
        for said in ("same", "other")
    ),
    Row("api/surges/<int:pk>/dismiss", "/api/surges/{surge}/dismiss", only(*MANAGERS), "POST"),
    Row("api/reports", "/api/reports", only(*ROOM), "POST", lambda scene: {"words": "Có ổ gà"}),
    Row("api/suggest", "/api/suggest", only(*ROOM), "POST", lambda scene: {"words": "o ga"}),
    Row("api/places/resolve", "/api/places/resolve?text=an+lac", only(*ROOM)),
    Row("api/photos/<int:pk>/<variant>", "/api/photos/{photo}/shown", _FOR_ALL_WHO_HANDLE),
    Row("api/photos/<int:pk>/<variant>", "/api/photos/{photo}/thumbnail", _FOR_ALL_WHO_HANDLE),
    Row("api/photos/<int:pk>/<variant>", "/api/photos/{photo}/original", only(*MANAGERS)),
    Row("api/photos/<int:pk>/redaction", "/api/photos/{photo}/redaction", only(*ROOM), "POST",
        lambda scene: {"boxes": [[0, 0, 100, 100]], "public": True}),
    # There is nothing to undo, and only the room is told.
    Row("api/photos/<int:pk>/redaction/undo", "/api/photos/{photo}/redaction/undo",
        only(hidden=ROOM), "POST", lambda scene: {"on": 1}),
    Row("room/photo/<int:pk>/", "/room/photo/{photo}/", only(*ROOM)),
    Row("api/files/<int:pk>", "/api/files/{file}", _FOR_ALL_WHO_HANDLE),
    Row("phan-anh/cau-hoi/", "/phan-anh/cau-hoi/?category=road", _PUBLIC),
    # A key is guessed by nobody.
    Row("anh/<str:key>/", "/anh/0123456789abcdef/", _NOBODY),
    Row("api/openapi.json", "/api/openapi.json", _PUBLIC),
    # The root is there for the names of addresses alone.
    Row("api/", "/api/", _NOBODY),
    Row("live/reference.json", "/live/reference.json", _REFERENCE),
    # The telephone.
    Row("api/calls/seats", "/api/calls/seats", only(*ROOM)),
    Row("api/calls/seat", "/api/calls/seat", only(*ROOM), "POST", lambda scene: {"status": "pause"}),
    Row("api/calls/seat/here", "/api/calls/seat/here", only(*ROOM), "POST"),
    call_act("take", only(*ROOM)),
    call_act("draft", only(*ROOM), fields={"words": "Có ổ gà"}),
    call_act("done", only(*ROOM)),
    call_act("transfer", only(*ROOM), service="115"),
    call_act("call_back", only(*ROOM)),
    call_act("not_reached", only(*ROOM)),
    Row("api/calls/<int:pk>/caller", "/api/calls/{call}/caller", only(*ROOM)),
    # Without the exchange's signature nobody is heard.
    Row("doors/phone/webhook", "/doors/phone/webhook", everybody("forbidden"), "POST", lambda scene: {"event": "x"}),
    # Answers in force.
    Row("api/answers", "/api/answers", only(*ROOM, *AGENCIES), "POST", lambda scene: {"q": "khai sinh"}),
    Row("api/answers/quotes/<int:pk>/wrong", "/api/answers/quotes/{quote}/wrong", only(*ROOM), "POST"),
    Row("answers/", "/answers/", only(*ROOM, *AGENCIES)),
    Row("answers/new/", "/answers/new/", only(*MANAGERS, *OWN, "focal_point_there", "handler_there", "dispatcher")),
    Row("answers/<int:pk>/", "/answers/{answer}/", only(*ROOM, *OWN, hidden=THERE)),
    Row("answers/<int:pk>/<slug:act>/", "/answers/{answer}/ask/", only(*ROOM, *OWN, hidden=THERE), "POST", json=False),
    Row("answers/from-incident/", "/answers/from-incident/", only(*ROOM, *AGENCIES), "POST", json=False),
    Row("answers/documents/", "/answers/documents/", only(*MANAGERS)),
    Row("answers/documents/<int:pk>/repeal/", "/answers/documents/{law}/repeal/", only(*MANAGERS), "POST", json=False),
    Row("hoi-dap/", "/hoi-dap/", _PUBLIC),
    # The control room's pages.
    Row("room/", "/room/", only(*ROOM)),
    Row("room/incident/<str:code>/", "/room/incident/{code}/", only(*ROOM)),
    Row("room/incident/<str:code>/panel", "/room/incident/{code}/panel", only(*ROOM)),
    Row("room/surges", "/room/surges", only(*ROOM)),
    Row("room/caller", "/room/caller", only(*ROOM), "POST", lambda scene: {"phone": "0900000001"}, json=False),
    # The services' board and their crews' page; a shared incident is who has it only.
    Row("emergencies/", "/emergencies/", only("dispatcher")),
    Row("emergencies/<str:code>/panel", "/emergencies/{code}/panel", only(hidden=(*ROOM, *AGENCIES))),
    Row("emergencies/<str:code>/report/", "/emergencies/{code}/report/", only(hidden=(*ROOM, *AGENCIES))),
    Row("emergencies/<str:code>/replay/", "/emergencies/{code}/replay/", only(hidden=(*ROOM, *AGENCIES))),
    Row("emergencies/<str:code>/major/", "/emergencies/{code}/major/", only(hidden=(*ROOM, *AGENCIES))),
    Row("emergencies/<str:code>/sitreps/<int:number>/", "/emergencies/{code}/sitreps/1/",
        only(hidden=(*ROOM, *AGENCIES))),
    Row("emergencies/targets", "/emergencies/targets", only("dispatcher")),
    Row("facilities/", "/facilities/", only(*ROOM, "focal_point", *RECEIVERS_THERE)),
    Row("facilities/declare", "/facilities/declare", everybody("forbidden"), "POST", lambda scene: {"facility": "x"}),
    Row("api/facilities/<int:pk>/declare", "/api/facilities/1/declare",
        only(hidden=("focal_point", *RECEIVERS_THERE)), "POST", lambda scene: {"beds": 3}),
    Row("crew/", "/crew/", only("crew")),
    Row("crew/manifest.webmanifest", "/crew/manifest.webmanifest", _PUBLIC),
    Row("crew/worker.js", "/crew/worker.js", _PUBLIC),
    Row("emergencies/worker.js", "/emergencies/worker.js", _PUBLIC),
    # What is not a browser's subscription is refused to whoever may use it.
    Row("push/device", "/push/device", only(*ROOM, *AGENCIES, "leader"), "POST"),
    Row("cua-toi/thong-bao/", "/cua-toi/thong-bao/", _PUBLIC, "POST"),
    # The agencies' inbox.
    Row("inbox/", "/inbox/", only(*AGENCIES)),
    Row("inbox/manifest.webmanifest", "/inbox/manifest.webmanifest", _PUBLIC),
    Row("inbox/worker.js", "/inbox/worker.js", _PUBLIC),
    Row("inbox/assignment/<int:pk>/", "/inbox/assignment/{assignment}/", _FOR_WORKERS),
    Row("inbox/assignment/<int:pk>/photo/", "/inbox/assignment/{assignment}/photo/", _FOR_WORKERS),
    # The rules of competence.
    Row("rules/", "/rules/", only(*MANAGERS)),
    Row("rules/new/", "/rules/new/", only(*MANAGERS)),
    Row("rules/new/", "/rules/new/", only("administrator"), "POST", lambda scene: {}, json=False),
    Row("rules/rule/<slug:code>/", "/rules/rule/field/", only(*MANAGERS)),
    Row("rules/rule/<slug:code>/", "/rules/rule/field/", only("administrator"), "POST", lambda scene: {}, json=False),
    Row("rules/test/", "/rules/test/", only(*MANAGERS)),
    Row("rules/test/", "/rules/test/", only(*MANAGERS), "POST", lambda scene: {"words": "o ga"}, json=False),
    Row("rules/coverage/", "/rules/coverage/", only(*MANAGERS)),
    Row("rules/import/", "/rules/import/", only(*MANAGERS)),
    Row("rules/import/", "/rules/import/", only("administrator"), "POST", lambda scene: {}, json=False),
    Row("rules/export.<str:form>", "/rules/export.csv", only(*MANAGERS)),
    Row("territory/", "/territory/", only(*MANAGERS)),
    Row("territory/lineage/", "/territory/lineage/", only(*MANAGERS)),
    Row("territory/places/", "/territory/places/", only(*MANAGERS)),
    Row("territory/names/", "/territory/names/", only(*MANAGERS)),
    Row(
        "territory/names/<int:pk>/revoke",
        "/territory/names/{alias}/revoke",
        only(*MANAGERS),
        "POST",
        lambda scene: {"action_id": str(uuid.uuid4())},
        json=False,
    ),
    Row("territory/places/add", "/territory/places/add", only(*MANAGERS), "POST", lambda scene: {}, json=False),
    Row(
        "territory/places/<int:pk>/remove",
        "/territory/places/{place}/remove",
        only(*MANAGERS),
        "POST",
        lambda scene: {},
        json=False,
    ),
    Row("rules/export.<str:form>", "/rules/export.xlsx", only(*MANAGERS)),
    # The wall.
    Row("wall/", "/wall/", only(*ROOM, "leader")),
    Row("wall/names.json", "/wall/names.json", only(*ROOM, "leader")),
    Row("wall/links/", "/wall/links/", only(*MANAGERS)),
    Row("wall/links/<int:pk>/revoke/", "/wall/links/{link}/revoke/", only(*MANAGERS), "POST", json=False),
    Row("wall/<str:token>/", "/wall/{token}/", _PUBLIC),
    Row("wall/<str:token>/", "/wall/not-the-token/", _NOBODY),
    Row("wall/<str:token>/names.json", "/wall/{token}/names.json", _PUBLIC),
    Row("wall/<str:token>/names.json", "/wall/not-the-token/names.json", _NOBODY),
    Row("map/history/<int:z>/<int:x>/<int:y>.mvt", "/map/history/9/407/240.mvt", only(*ROOM, *AGENCIES)),
    Row("map/replay/", "/map/replay/", only(*ROOM, "leader")),
    Row("map/replay/day.json", "/map/replay/day.json", only(*ROOM, "leader")),
    Row("map/wards.json", "/map/wards.json", only(*ROOM)),
    Row("figures/", "/figures/", only(*READERS)),
    Row("figures/template/", "/figures/template/", only(*MANAGERS)),
    Row("figures/template/file/", "/figures/template/file/", only(*MANAGERS)),
    Row("figures/files/", "/figures/files/", only(*READERS)),
    Row("figures/files/ask/", "/figures/files/ask/", only(*READERS), "POST", json=False),
    Row("figures/public/", "/figures/public/", _PUBLIC),
    Row("figures/public/1022.csv", "/figures/public/1022.csv", _PUBLIC),
    Row("figures/public/1022.geojson", "/figures/public/1022.geojson", _PUBLIC),
    # Files are their asker's alone: nobody has asked for this one.
    Row("figures/files/<int:pk>/", "/figures/files/1/", only(hidden=READERS)),
    # Personal data.
    Row("privacy/", "/privacy/", only(*MANAGERS)),
    Row("privacy/calls/erase/", "/privacy/calls/erase/", only(*MANAGERS), "POST", json=False),
    Row("privacy/<int:pk>/export/", "/privacy/{reporter}/export/", only(*MANAGERS), "POST", json=False),
    Row("privacy/<int:pk>/erase/", "/privacy/{reporter}/erase/", only(*MANAGERS), "POST", json=False),
    # What everybody may use: the citizens' pages (a tracking code is the key), borders, other machines' doors.
    Row("", "/", _PUBLIC),
    Row("ban-do/", "/ban-do/", _PUBLIC),
    Row("ban-do/phan-anh.json", "/ban-do/phan-anh.json", _PUBLIC),
    Row("cua-toi/", "/cua-toi/", _PUBLIC),
    Row("manifest.webmanifest", "/manifest.webmanifest", _PUBLIC),
    Row("sw.js", "/sw.js", _PUBLIC),
    Row("phan-anh/", "/phan-anh/", _PUBLIC, "POST", lambda scene: {}, json=False),
    Row("tra-cuu/", "/tra-cuu/", _PUBLIC),
    Row("tra-cuu/<str:code>/", "/tra-cuu/{track}/", _PUBLIC),
    Row("tra-cuu/<str:code>/", "/tra-cuu/AAAA-BBBB-CCCC/", _NOBODY),
    # The citizen is shown what it looks like after the work, never what another reporter sent.
    Row("tra-cuu/<str:code>/anh/<int:photo_id>/", "/tra-cuu/{track}/anh/{photo}/", _NOBODY),
    Row("tra-cuu/<str:code>/anh/<int:photo_id>/", "/tra-cuu/AAAA-BBBB-CCCC/anh/{photo}/", _NOBODY),
    Row("tra-cuu/<str:code>/bo-sung/", "/tra-cuu/{track}/bo-sung/", _PUBLIC, "POST", lambda scene: {}, json=False),
    Row("tra-cuu/<str:code>/bo-sung/", "/tra-cuu/AAAA-BBBB-CCCC/bo-sung/", _NOBODY, "POST", json=False),
    Row("tra-cuu/<str:code>/danh-gia/", "/tra-cuu/{track}/danh-gia/", _PUBLIC, "POST", lambda scene: {}, json=False),
    Row("tra-cuu/<str:code>/danh-gia/", "/tra-cuu/AAAA-BBBB-CCCC/danh-gia/", _NOBODY, "POST", json=False),
    # A chat is read by whoever has its key alone.
    Row("tro-chuyen/", "/tro-chuyen/", _NOBODY),
    Row("tro-chuyen/", "/tro-chuyen/", _PUBLIC, "POST", lambda scene: {}, json=False),
    Row("tro-chuyen/ket-thuc/", "/tro-chuyen/ket-thuc/", _NOBODY, "POST", json=False),
    Row("geo/areas/current.json", "/geo/areas/current.json", _PUBLIC),
    Row("geo/areas/<slug:set_name>.<slug:token>.geojson", "/geo/areas/invented.000000000000.geojson", _NOBODY),
    Row("geo/ground.json", "/geo/ground.json", _PUBLIC),
    Row("geo/ground/<slug:version>/<int:z>/<int:x>/<int:y>.mvt", "/geo/ground/000000000000/12/3/4.mvt", _NOBODY),
    Row("geo/suggest", "/geo/suggest?q=an+lac", _PUBLIC),
    Row("open311/discovery.<form:form>", "/open311/discovery.json", _PUBLIC),
    Row("open311/v2/discovery.<form:form>", "/open311/v2/discovery.json", _PUBLIC),
    Row("open311/v2/services.<form:form>", "/open311/v2/services.json", _PUBLIC),
    Row("open311/v2/services/<slug:code>.<form:form>", "/open311/v2/services/road.json", everybody("hidden")),
    Row("open311/v2/requests.<form:form>", "/open311/v2/requests.json", _PUBLIC),
    Row("open311/v2/requests.<form:form>", "/open311/v2/requests.json", everybody("forbidden"), "POST", json=False),
    Row("open311/v2/requests/<slug:code>.<form:form>", "/open311/v2/requests/1022-999999.json", _NOBODY),
    Row("open311/v2/tokens/<slug:code>.<form:form>", "/open311/v2/tokens/nothing.json", _NOBODY),
    # Without the platform's signature nobody is heard.
    Row("doors/<chat:door>/webhook", "/doors/zalo/webhook", everybody("forbidden"), "POST", lambda scene: {"x": 1}),
    Row("doors/<chat:door>/webhook", "/doors/nobody/webhook", _NOBODY, "POST"),
    Row("roster/", "/roster/", only(*ROOM)),
    Row("roster/copy/", "/roster/copy/", only(*MANAGERS), "POST", lambda scene: {"week": "2026-01-05"}, json=False),
    Row("roster/<int:kind>/<str:day>/", "/roster/{shift_kind}/2026-01-05/", only(*MANAGERS)),
    Row("roster/<int:kind>/<str:day>/", "/roster/{shift_kind}/2026-01-05/", only(*MANAGERS), "POST", json=False),
    Row("roster/handover/", "/roster/handover/", only(*ROOM)),
    # The call-taker wrote this note; a supervisor may take over from any shift.
    Row("roster/handover/<int:pk>/confirm/", "/roster/handover/{note}/confirm/", only(*MANAGERS), "POST", json=False),
    Row("roster/calendar/<str:key>.ics", "/roster/calendar/not-the-key.ics", _NOBODY),
    Row("figures/schedules/", "/figures/schedules/", only(*MANAGERS)),
    Row("figures/schedules/new/", "/figures/schedules/new/", only(*MANAGERS)),
    Row("figures/schedules/<int:pk>/", "/figures/schedules/{schedule}/", only(*MANAGERS)),
    Row("figures/schedules/<int:pk>/try/", "/figures/schedules/{schedule}/try/", only(*MANAGERS), "POST", json=False),
    # What a map program reads: borders for everybody, incidents with an account or key and only those that are theirs
    # (tests/features).
    Row("openapi.json", "/openapi.json", _PUBLIC),
    Row("ogc/", "/ogc/", _PUBLIC),
    Row("ogc/conformance", "/ogc/conformance", _PUBLIC),
    Row("ogc/api", "/ogc/api", _PUBLIC),
    Row("ogc/collections", "/ogc/collections", _PUBLIC),
    Row("ogc/collections/<str:name>", "/ogc/collections/incidents", {**_PUBLIC, "anonymous": "sign"}),
    Row("ogc/collections/<str:name>/items", "/ogc/collections/incidents/items", {**_PUBLIC, "anonymous": "sign"}),
    Row("ogc/collections/<str:name>/items/<str:feature>", "/ogc/collections/incidents/items/{incident}",
        only(*ROOM, "leader", "focal_point", "handler", hidden=(*THERE, "partner"))),
    Row("doors/sms/<str:secret>/in", "/doors/sms/not-the-secret/in?from=0900000001&text=x", everybody("hidden")),
    Row("doors/sms/<str:secret>/receipt", "/doors/sms/not-the-secret/receipt?delivery=1&status=2", everybody("hidden")),
    Row("lien-lac/", "/lien-lac/", only(*ROOM)),
    Row("lien-lac/<int:pk>/thu/", "/lien-lac/{contact}/thu/", only(*ROOM), "POST", json=False),
    Row("lien-lac/<int:pk>/xac-nhan/", "/lien-lac/{contact}/xac-nhan/", only(*ROOM), "POST", json=False),
    Row("xac-nhan/<str:token>/", "/xac-nhan/not-the-token/", _NOBODY),
    Row("xac-nhan/<str:token>/", "/xac-nhan/not-the-token/", _NOBODY, "POST", json=False),
    Row("viec/<str:token>/", "/viec/not-the-token/", _NOBODY),
    Row("viec/<str:token>/", "/viec/not-the-token/", _NOBODY, "POST", lambda scene: {"act": "accept"}, json=False),
    Row("viec/<str:token>/anh/<int:photo_id>/", "/viec/not-the-token/anh/{photo}/", _NOBODY),
    Row("health/", "/health/", _PUBLIC),
    Row("i18n/setlang/", "/i18n/setlang/", _PUBLIC, "POST", lambda scene: {"language": "en"}, json=False),
    Row("start/", "/start/", {**_PUBLIC, "anonymous": "sign"}),
    Row("accounts/many/", "/accounts/many/", only(*MANAGERS)),
    Row("accounts/people/", "/accounts/people/", only("focal_point", "focal_point_there", "dispatcher")),
    Row("accounts/people/<int:pk>/", "/accounts/people/{handler}/",
        only("focal_point", hidden=RECEIVERS_THERE), "POST", lambda scene: {"act": "on"}, json=False),
    Row("accounts/keys/", "/accounts/keys/", {**_PUBLIC, "anonymous": "sign", "partner": "hidden"}),
    Row("accounts/keys/<int:pk>/revoke/", "/accounts/keys/1/revoke/", {**_NOBODY, "anonymous": "sign"}, "POST",
        json=False),
    Row("accounts/menu/", "/accounts/menu/", {**_PUBLIC, "anonymous": "sign"}),
    Row("accounts/phone/", "/accounts/phone/", {**_PUBLIC, "anonymous": "sign"}, "POST", json=False),
]  # fmt: skip
# One's own password, second factor and sign-in: allauth's pages, which show nobody else's anything.
OWN_ACCOUNT = "accounts/"
# Administration: each of its pages is asked below.
ADMIN = "admin/"


def routes(resolver: Any = None, before: str = "") -> Iterator[str]:
    """Every route of the URL configuration, as it is written there."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route


def test_every_address_has_a_row() -> None:
    known = {row.route for row in ROWS}
    there = set(routes())
    missing = {route for route in there - known if not route.startswith((ADMIN, OWN_ACCOUNT))}
    assert not missing, "say in ROWS who may use these"
    assert not known - there, "these are no longer there"


def test_every_row_says_it_for_everybody() -> None:
    for row in ROWS:
        assert row.expected.keys() == set(EVERYBODY), row.route


@pytest.fixture
def scene(world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch, made_once: Remembering) -> Scene:
    monkeypatch.setattr(settings, "ZALO_APP_ID", "1022")
    monkeypatch.setattr(settings, "ZALO_OA_SECRET", "oa-secret")
    monkeypatch.setattr(settings, "PHONE_SECRET", "a secret of tests")
    monkeypatch.setattr(settings, "PUSH_PRIVATE_KEY", keys.make()[0])
    return made_once("scene", lambda: make_scene(world, cast), on="cast")


def make_scene(world: World, cast: Cast) -> Scene:
    incident = open_one(world)
    assignment = give(incident, world.an_lac, cast.call_taker)
    prepared, problems = photos.prepare([upload(picture())])
    assert not problems
    with change():
        agency_work.accept(assignment_id=assignment.pk, by=cast.focal_point)
        agency_work.hand_on(assignment_id=assignment.pk, unit=cast.unit, by=cast.focal_point)
        from incidents.records.editing import lock

        report = Report.objects.get(incident=incident)
        (photo,) = photos.add(lock(incident.pk), prepared, report=report)
        message = hear(report, door="phone", source_id="later", text="còn nữa", because="message.named")
    keep_files(message, [Attachment("don.pdf", "application/pdf", b"%PDF")])
    reporter = Reporter.objects.create(name="Người thử", phone="+84900000001", created_at=incident.received_at)
    link, token = make(name="Phòng họp", by=cast.supervisor)
    incident.refresh_from_db()
    assignment.refresh_from_db()
    with change():
        alias = learn(
            phrase="quán bà Bảy", label="", lon=0.0, lat=0.0, radius_m=50.0, exercise=0,
            by_id=cast.call_taker.pk, at=timezone.now(),
        )  # fmt: skip
    assert alias is not None
    call = receive(PhoneReport(event=PhoneEvent.RINGING, call_id="1", event_ts=timezone.now()))
    now = timezone.now()
    surge = Surge.objects.create(lon=106.62, lat=11.05, first_at=now, last_at=now)
    SurgeMember.objects.create(surge=surge, incident=incident)
    guess = SurgeGuess.objects.create(surge=surge, incident=open_one(world), certainty=0.7)
    absence = Absence.objects.create(
        person=cast.handler, starts=timezone.localdate(), ends=timezone.localdate(), by=cast.focal_point
    )
    with change():
        law = LegalDocument.objects.create(number="1/2019", title="Luật Thử", in_force_from=timezone.localdate())
        draft = writing.Draft(question="Ở đâu?", text="Tại phường.", valid_from=law.in_force_from, bases=[(law, "")])
        version = writing.write(draft=draft, owner=world.an_lac, by=None)
        quote = quoting.quote(version=version, report=report, by=None, since=timezone.now())
    return Scene(
        incident=incident,
        assignment=assignment,
        report=report,
        photo=photo,
        wall_token=token,
        link_id=link.pk,
        call_id=call.pk,
        quote_id=quote.pk,
        version_id=version.pk,
        law_id=law.pk,
        message_id=message.pk,
        surge_id=surge.pk,
        guess_id=guess.incident_id,
        absence_id=absence.pk,
        alias_id=alias.pk,
        place_id=Place.objects.create(
            name="Chợ Mẫu",
            folded="cho mau",
            point=Point(0.0, 0.0, srid=4326),
            source="people",
            source_key="1",
            added_by_people=True,
        ).pk,
        reporter_id=reporter.pk,
        note=_note(cast),
        schedule_id=Schedule.objects.create(name="Ngày", by=cast.supervisor, since=now).pk,
        sessions={name: Hands(person).session for name, person in cast.people().items()},
    )


def hands_of(scene: Scene, cast: Cast) -> dict[str, Hands]:
    """Everybody at a browser of theirs, signed in; and somebody who is not."""
    return {"anonymous": Hands(), **{name: Hands(session=scene.sessions[name]) for name in cast.people()}}


def _note(cast: Cast) -> Handover:
    kind = ShiftKind.objects.create(name="Ca sáng", begins=dt.time(6), ends=dt.time(14))
    with change() as c:
        shift = plan(kind=kind, day=timezone.localdate(c.at), people=[cast.call_taker], version=0)
        return write_note(shift=shift, text="", by=cast.call_taker)


def outcome(response: Any) -> str:
    status = response.status_code
    if status == 401:
        return "sign"
    if status in {301, 302}:
        return "sign" if "/login/" in response["Location"].partition("?")[0] else "in"
    return {403: "forbidden", 404: "hidden"}.get(status, "in" if status < 500 else f"broke with {status}")


def call(row: Row, scene: Scene, person: Any) -> Any:
    """Asks as this person, or with hands that are signed in already."""
    url = row.url.format(**scene.names())
    hands = person if isinstance(person, Hands) else Hands(person)
    # A thread of the server's own error must reach the test as an answer.
    hands.client.raise_request_exception = False
    if row.method == "GET":
        return hands.get(url)
    return hands.post(url, row.sent(scene), action=str(uuid.uuid4()), form=not row.json)


# Whatever an outsider could have changed.
_TABLES: tuple[type[models.Model], ...] = (
    Incident,
    Assignment,
    Report,
    Note,
    History,
    Photo,
    PersonalLook,
    ActionRecord,
    Call,
    Seat,
    CallDraft,
    CallerLook,
    PhoneAction,
    AnswerVersion,
    LegalDocument,
    Quote,
    Message,
    Reporter,
    Schedule,
    Shift,
    Handover,
    Absence,
    Place,
)


def _everything() -> list[Any]:
    return [list(table._default_manager.order_by("pk").values()) for table in _TABLES]


def _groups() -> list[list[Row]]:
    """Who stays outside changes nothing, so twenty addresses share a scene."""
    return [ROWS[start : start + 20] for start in range(0, len(ROWS), 20)]


def _named(rows: list[Row]) -> str:
    return f"{rows[0].method} {rows[0].url} +{len(rows) - 1}"


def _got(rows: list[Row], scene: Scene, cast: Cast, *, inside: bool) -> list[tuple[str, str, str, str]]:
    """Asks as everybody who should get in, or as everybody else; what was not as the rows say it."""
    hands = hands_of(scene, cast)
    assert hands.keys() == set(EVERYBODY)
    wrong = []
    for row in rows:
        # Each address is tried by everybody from one address: what one of them guessed wrong is not the next one's.
        BudgetUse.objects.all().delete()
        for name in EVERYBODY:
            if (row.expected[name] == "in") == inside:
                got = outcome(call(row, scene, hands[name]))
                if got != row.expected[name]:
                    wrong.append((row.url, name, got, row.expected[name]))
    return wrong


@pytest.mark.parametrize("rows", _groups(), ids=_named)
def test_who_stays_outside(rows: list[Row], scene: Scene, cast: Cast) -> None:
    before = _everything()
    assert _got(rows, scene, cast, inside=False) == []
    assert _everything() == before, "somebody outside changed something"


def _alone() -> list[list[Row]]:
    """Reading leaves the scene as it was, so twenty readings share one; every act gets its own."""
    reading = [row for row in ROWS if row.method == "GET"]
    return [reading[start : start + 20] for start in range(0, len(reading), 20)] + [
        [row] for row in ROWS if row.method != "GET"
    ]


@pytest.mark.parametrize("rows", _alone(), ids=_named)
def test_who_gets_in(rows: list[Row], scene: Scene, cast: Cast) -> None:
    assert _got(rows, scene, cast, inside=True) == []


def test_whoever_is_switched_off_is_nobody(scene: Scene, cast: Cast) -> None:
    """Also with a cookie from before."""
    there = hands_of(scene, cast)
    type(cast.call_taker).objects.update(is_active=False)
    before = _everything()
    for row in ROWS:
        if row.expected["anonymous"] != "sign":
            continue
        url = row.url.format(**scene.names())
        for name in EVERYBODY:
            if row.expected[name] != "in":
                continue
            hands = there[name]
            answer = hands.get(url) if row.method == "GET" else hands.post(url, row.sent(scene), form=not row.json)
            assert outcome(answer) == "sign", (url, name)
    assert _everything() == before


def test_nothing_is_written_without_the_csrf_token(scene: Scene, cast: Cast) -> None:
    for row in ROWS:
        if row.method != "POST" or row.expected["call_taker"] != "in" or row.expected["anonymous"] == "in":
            continue
        client = Hands(cast.call_taker).client
        url = row.url.format(**scene.names())
        body: dict[str, Any] = {"data": row.sent(scene), "headers": {"X-Action-Id": str(uuid.uuid4())}}
        before = _everything()
        answer = client.post(url, content_type="application/json", **body) if row.json else client.post(url, **body)
        assert answer.status_code == 403, row.url
        # The outbox takes a 403 with this code for a refusal; this one means: sign in again, and it is kept.
        assert b'"forbidden"' not in answer.content
        assert _everything() == before


def _admin_urls() -> list[str]:
    found = []
    for route in routes():
        if route.startswith(ADMIN):
            plain = re.sub(r"<[^>]+>", "1", re.sub(r"\(\?P<\w+>.*\)\$?$", "x", route))
            found.append("/" + plain.replace("^", "").replace("$", ""))
    return sorted(set(found))


def test_administration_is_for_supervisors_and_administrators(scene: Scene, cast: Cast) -> None:
    # These are for everybody who is signed in, or show nothing at all.
    open_to_all = {"/admin/login/", "/admin/logout/", "/admin/jsi18n/", "/admin/x", "/admin/password_change/",
                   "/admin/password_change/done/", "/admin/r/1/1/"}  # fmt: skip
    there = {name: person for name, person in cast.people().items() if name not in MANAGERS}
    # Administration asks for the role alone, in one place: each address is tried by nobody and by one role, in turn.
    roles = {person.role: Hands(person) for person in there.values()}
    nobody, turn = Hands(), itertools.cycle(roles.items())
    before = _everything()
    for url in _admin_urls():
        if url in open_to_all:
            continue
        for name, person in (("anonymous", nobody), next(turn)):
            got = outcome(call(Row(url, url, {}), scene, person))
            assert got in {"sign", "forbidden", "hidden"}, (name, url, got)
    assert _everything() == before


def test_live_tables_are_read_only_even_for_administrators(scene: Scene, cast: Cast) -> None:
    hands = Hands(cast.administrator)
    before = _everything()
    for table in ("incident", "report", "assignment", "history", "photo", "personallook"):
        base = f"/admin/records/{table}/"
        assert hands.get(base).status_code == 200, table
        assert hands.get(f"{base}add/").status_code == 403, table
        pk = {"incident": scene.incident.pk, "report": scene.report.pk, "assignment": scene.assignment.pk}.get(table)
        if pk is not None:
            page = hands.get(f"{base}{pk}/change/")
            assert page.status_code == 200
            # Neither the citizen's words nor the key to the citizen's page.
            assert scene.report.tracking_code.encode() not in page.content
            assert "Ổ gà".encode() not in page.content
            assert hands.post(f"{base}{pk}/change/", {"state": "closed"}, form=True).status_code == 403
            assert hands.post(f"{base}{pk}/delete/", {"post": "yes"}, form=True).status_code == 403
    assert _everything() == before


def test_files_are_not_served_past_the_rights(scene: Scene, cast: Cast) -> None:
    for variant in ("shown", "thumbnail", "original"):
        name = str(getattr(scene.photo, variant))
        assert (Path(settings.MEDIA_ROOT) / name).exists()
        for url in (f"/media/{name}", f"/{name}", f"/static/{name}"):
            assert Hands(cast.supervisor).get(url).status_code == 404
