"""The pages of shifts and hand-over, for the people of the control room."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.calls.models import Seat
from incidents.records.rights import Verb, may
from incidents.roster import planning
from incidents.roster.matters import names, open_matters
from incidents.roster.models import Handover, Shift, ShiftKind
from opscenter.accounts.models import Person
from opscenter.accounts.roles import ROOM_ROLES
from realtime.change import change

LONGEST = 4_000
_NOTES = 15


def _person(request: HttpRequest) -> Person:
    person = request.user
    if not isinstance(person, Person) or person.role not in ROOM_ROLES:
        raise PermissionDenied
    return person


def _day(given: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(given)
    except ValueError:
        raise Http404 from None
    if not 2000 <= day.year <= 2100:
        raise Http404
    return day


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """A week: who is on which shift; and who is here now, and at the telephone. `?week` is any day of it; `?part`
    gives who is here now alone, which the open page asks again every half minute."""
    person = _person(request)
    now = timezone.now()
    here: dict[str, object] = {
        "on_duty": planning.on_duty(now),
        "seats": Seat.objects.exclude(status="off").select_related("person").order_by("person__full_name"),
    }
    if "part" in request.GET:
        return render(request, "roster/here.html", here)
    asked = request.GET.get("week", "")
    day = _day(asked) if asked else timezone.localdate(now)
    monday = day - dt.timedelta(days=day.weekday())
    days = [monday + dt.timedelta(days=n) for n in range(7)]
    kinds = list(ShiftKind.objects.filter(is_active=True))
    planned = {
        (shift.kind_id, shift.day): list(shift.people.all())
        for shift in Shift.objects.filter(day__gte=days[0], day__lte=days[-1]).prefetch_related("people")
    }
    rows = [(kind, [(one, planned.get((kind.pk, one), [])) for one in days]) for kind in kinds]
    context = {
        "days": days,
        "rows": rows,
        "today": timezone.localdate(now),
        "monday": monday,
        "before": monday - dt.timedelta(days=7),
        "after": monday + dt.timedelta(days=7),
        **here,
        "may_plan": may(person, Verb.PLAN_SHIFTS),
        "me": person,
    }
    return render(request, "roster/page.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, kind: int, day: str) -> HttpResponse:
    """Who is on one shift; POST `person` (several) and `version`. 409 when somebody changed it meanwhile."""
    if not may(request.user, Verb.PLAN_SHIFTS):
        raise PermissionDenied
    shift_kind = get_object_or_404(ShiftKind, pk=kind, is_active=True)
    on = _day(day)
    people = list(planning.room_people())
    if request.method == "POST":
        chosen = [one for one in people if str(one.pk) in request.POST.getlist("person")]
        given = request.POST.get("version", "")
        version = int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else -1
        try:
            with change():
                planning.plan(kind=shift_kind, day=on, people=chosen, version=version)
        except planning.Changed:
            messages.error(request, _("Somebody changed this shift meanwhile. Look again and decide anew."))
            return _edit_page(request, shift_kind, on, people, 409)
        return redirect(reverse("roster:page") + f"?week={on.isoformat()}")
    return _edit_page(request, shift_kind, on, people)


def _edit_page(
    request: HttpRequest, kind: ShiftKind, day: dt.date, people: list[Person], status: int = 200
) -> HttpResponse:
    shift = Shift.objects.filter(kind=kind, day=day).first()
    there = set(shift.people.values_list("pk", flat=True)) if shift else set()
    busy = _elsewhere(kind, day)
    context = {
        "kind": kind,
        "day": day,
        "version": shift.version if shift else 0,
        "people": [(one, one.pk in there, busy.get(one.pk, "")) for one in people],
    }
    return render(request, "roster/edit.html", context, status=status)


def _elsewhere(kind: ShiftKind, day: dt.date) -> dict[int, str]:
    """Who is on another shift that overlaps, or comes less than eight hours before or after: a warning, no refusal."""
    begins, ends = kind.hours(day)
    rest = dt.timedelta(hours=8)
    near = Shift.objects.filter(begins_at__lt=ends + rest, ends_at__gt=begins - rest).exclude(kind=kind, day=day)
    return {
        person.pk: f"{shift.kind.name} {shift.day:%d/%m}"
        for shift in near.select_related("kind").prefetch_related("people")
        for person in shift.people.all()
    }


@login_required
@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    """POST `week`: plans it as the week before, where nobody has planned yet."""
    if not may(request.user, Verb.PLAN_SHIFTS):
        raise PermissionDenied
    day = _day(request.POST.get("week", ""))
    monday = day - dt.timedelta(days=day.weekday())
    with change():
        made = planning.copy_week(monday)
    messages.success(request, _("%(n)d shifts planned as in the week before.") % {"n": made})
    return redirect(reverse("roster:page") + f"?week={monday.isoformat()}")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest) -> HttpResponse:
    """The notes, and the form of one's own shift; POST `text` and `shift` writes it with the matters of that moment."""
    person = _person(request)
    now = timezone.now()
    mine = planning.to_hand_over(person, now)
    if request.method == "POST":
        text = request.POST.get("text", "").replace("\x00", "").strip()
        if mine is None or str(mine.pk) != request.POST.get("shift"):
            messages.error(request, _("This shift can no longer be handed over by you."))
            return redirect("roster:handover")
        if len(text) > LONGEST:
            messages.error(request, _("The note is too long: at most %(n)d letters.") % {"n": LONGEST})
            return _handover_page(request, person, mine, text, 422)
        try:
            with change():
                planning.write_note(shift=mine, text=text, by=person)
            messages.success(request, _("The note is written. The next shift reads and confirms it."))
        except planning.Changed:
            messages.error(request, _("The next shift has confirmed this note already."))
        return redirect("roster:handover")
    return _handover_page(request, person, mine)


def _handover_page(
    request: HttpRequest, person: Person, mine: Shift | None, typed: str | None = None, status: int = 200
) -> HttpResponse:
    labels = names()
    notes = list(
        Handover.objects.select_related("shift__kind", "written_by", "confirmed_by").order_by("-written_at")[:_NOTES]
    )
    known = next((note for note in notes if mine is not None and note.shift_id == mine.pk), None)
    context = {
        "mine": mine,
        "text": typed if typed is not None else known.text if known else "",
        "matters": [(labels[one.kind], one.count, one.codes) for one in open_matters(timezone.now())] if mine else [],
        "notes": [
            (
                note,
                [(labels.get(one["kind"], ""), one["count"], one["codes"]) for one in note.matters if one["count"]],
                planning.may_confirm(note, person),
            )
            for note in notes
        ],
        "longest": LONGEST,
    }
    return render(request, "roster/handover.html", context, status=status)


@login_required
@require_POST
def confirm_note(request: HttpRequest, pk: int) -> HttpResponse:
    """POST `remark`: the next shift takes over. 403 for who wrote it or is on no following shift."""
    person = _person(request)
    get_object_or_404(Handover, pk=pk)
    remark = request.POST.get("remark", "").replace("\x00", "").strip()[:LONGEST]
    try:
        with change():
            planning.confirm(note_id=pk, remark=remark, by=person)
        messages.success(request, _("You have taken over."))
    except planning.NotTheirs:
        raise PermissionDenied from None
    except planning.Changed:
        messages.error(request, _("Somebody has confirmed this note already."))
    return redirect("roster:handover")
