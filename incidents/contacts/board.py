"""The reachability board: which agencies can be reached, by which door, as a map and as a list; and confirming."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo.areas import set_index_on
from geo.index import SetIndex
from incidents.contacts import drills
from incidents.contacts.reach import Reach, State, best, reach_of
from incidents.delivery.queue import door_of
from incidents.delivery.ways import is_open
from incidents.dispatching.competence import decision_date
from opscenter import budgets
from opscenter.accounts.models import Agency, ContactPoint, Person
from opscenter.accounts.roles import ROOM_ROLES
from realtime.change import change

STATE_NAMES: dict[State, str | Promise] = {
    State.CONFIRMED: gettext_lazy("Confirmed"),
    State.WAITING: gettext_lazy("Asked, no answer yet"),
    State.UNKNOWN: gettext_lazy("Never heard of"),
    State.DEAD: gettext_lazy("Does not answer"),
    State.NONE: gettext_lazy("No contact point"),
}
# Colour is never alone: each state has a sign too.
SIGNS = {State.CONFIRMED: "✓", State.WAITING: "…", State.UNKNOWN: "?", State.DEAD: "✕", State.NONE: "–"}
_WORST_FIRST = [State.DEAD, State.NONE, State.WAITING, State.UNKNOWN, State.CONFIRMED]
_VALUES = frozenset(state.value for state in State)
_WIDTH = 640.0


@dataclass(frozen=True, slots=True)
class Line:
    """One contact point on the board."""

    point: ContactPoint
    reach: Reach
    # A machine can ask it; else somebody rings up.
    can_ask: bool

    @property
    def state_name(self) -> str:
        return str(STATE_NAMES[self.reach.state])

    @property
    def sign(self) -> str:
        return SIGNS[self.reach.state]


@dataclass(frozen=True, slots=True)
class Standing:
    """One agency on the board."""

    agency: Agency
    state: State
    lines: list[Line]

    @property
    def state_name(self) -> str:
        return str(STATE_NAMES[self.state])

    @property
    def sign(self) -> str:
        return SIGNS[self.state]


def standings() -> list[Standing]:
    """All agencies in force with their contact points, those that cannot be reached first."""
    on = decision_date(timezone.localdate())
    agencies = list(Agency.objects.in_force(on).order_by("kind", "name"))
    points = list(
        ContactPoint.objects.filter(is_active=True, agency__in=[one.pk for one in agencies])
        .select_related("person")
        .order_by("order", "pk")
    )
    reach = reach_of(points)
    of_agency: dict[int, list[Line]] = {}
    for point in points:
        of_agency.setdefault(point.agency_id, []).append(Line(point, reach[point.pk], is_open(door_of(point))))
    found = [
        Standing(agency, best(line.reach for line in of_agency.get(agency.pk, [])), of_agency.get(agency.pk, []))
        for agency in agencies
    ]
    return sorted(found, key=lambda one: _WORST_FIRST.index(one.state))


def _room_person(request: HttpRequest) -> Person:
    person = request.user
    if not isinstance(person, Person) or person.role not in ROOM_ROLES:
        raise PermissionDenied
    return person


@require_safe
@never_cache
@login_required
def board(request: HttpRequest) -> HttpResponse:
    """The board; ?state= shows one state alone."""
    _room_person(request)
    rows = standings()
    counts = [
        (state, STATE_NAMES[state], SIGNS[state], sum(row.state == state for row in rows)) for state in _WORST_FIRST
    ]
    wanted = request.GET.get("state", "")
    shown = [row for row in rows if row.state == wanted] if wanted in _VALUES else rows
    context = {"rows": shown, "counts": counts, "wanted": wanted, "map": _map(rows), "total": len(rows)}
    return render(request, "contacts/board.html", context)


@require_POST
@login_required
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks one contact point now."""
    person = _room_person(request)
    get_object_or_404(ContactPoint, pk=pk)
    if drills.start(contact_id=pk, by=person):
        messages.success(request, _("The contact was asked to confirm."))
    else:
        messages.warning(request, _("It was asked a moment ago, or no machine can write to it."))
    return _back(request)


@require_POST
@login_required
def heard(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody rang up and spoke to the contact."""
    person = _room_person(request)
    get_object_or_404(ContactPoint, pk=pk)
    with change():
        drills.heard(contact_id=pk, by=person)
    messages.success(request, _("Noted: somebody is there."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the board, showing what it showed."""
    wanted = request.POST.get("state", "")
    return redirect(reverse("contacts:board") + (f"?state={wanted}" if wanted in _VALUES else ""))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a drill's link: looking confirms nothing, because messengers look; the button does."""
    budgets.spend(request, "contacts.task")
    drill = drills.confirm_by_link(token) if request.method == "POST" else drills.of_link(token)
    if drill is None:
        budgets.spend(request, "guess")
        raise Http404
    response = render(request, "contacts/confirm.html", {"drill": drill})
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


# --- the map ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shape:
    """One ward on the map: its outline, and where its sign stands."""

    code: str
    name: str
    outline: str
    x: float
    y: float


def _map(rows: list[Standing]) -> dict[str, Any] | None:
    """The wards with their committee's state; None without boundaries."""
    index = set_index_on(timezone.localdate())
    if index is None or not index.wards:
        return None
    width, height, shapes = _shapes(index)
    committees = {row.agency.area_code: row for row in rows if row.agency.area_set == index.name}
    wards = [(shape, committees.get(shape.code)) for shape in shapes]
    return {"width": f"{width:.0f}", "height": f"{height:.0f}", "wards": wards, "approximate": index.approximate}


@functools.lru_cache(maxsize=4)
def _shapes(index: SetIndex) -> tuple[float, float, list[Shape]]:
    """Outlines in pixels, north up, narrowed by the cosine of the latitude; drawn once for each set."""
    west = min(ward.polygon.bounds[0] for ward in index.wards)
    south = min(ward.polygon.bounds[1] for ward in index.wards)
    east = max(ward.polygon.bounds[2] for ward in index.wards)
    north = max(ward.polygon.bounds[3] for ward in index.wards)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = _WIDTH / ((east - west) * narrow)

    def place(lon: float, lat: float) -> tuple[float, float]:
        return (lon - west) * narrow * scale, (north - lat) * scale

    shapes = []
    for ward in index.wards:
        simple = ward.polygon.simplify((east - west) / 600)
        rings = [part.exterior.coords for part in getattr(simple, "geoms", [simple]) if not part.is_empty]
        outline = "".join(
            "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(lon, lat) for lon, lat, *_rest in ring)) + "Z"
            for ring in rings
        )
        middle = ward.polygon.representative_point()
        x, y = place(middle.x, middle.y)
        shapes.append(Shape(ward.code, ward.name, outline, round(x, 1), round(y, 1)))
    return _WIDTH, (north - south) * scale, shapes
