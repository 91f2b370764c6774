"""Somebody's own keys for programs that read for them: made, shown once, revoked; and whose a key is."""

from __future__ import annotations

import hashlib
import secrets

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from opscenter.accounts.models import Person, PersonalKey
from opscenter.accounts.roles import Role

Purpose = PersonalKey.Purpose
# Of one person, in force at once.
MOST = 10
# Where a purpose's programs read: the name of a view. Rooms register theirs.
_addresses: dict[str, str] = {}


def register_address(purpose: str, view: str) -> None:
    """Says which view a purpose's programs read, so that the purpose can be chosen; called in `ready()`.

    A calendar's view has an argument `key`, because calendars send no headers; a map's gets the key as a password.
    """
    _addresses[purpose] = view


def digest_of(key: str) -> str:
    """What is stored of a key. It has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def make(*, person: Person, purpose: str, label: str) -> tuple[PersonalKey, str]:
    """Makes a key; answers its row and the key itself, which is not stored and cannot be shown again."""
    key = secrets.token_urlsafe(32)
    row = PersonalKey.objects.create(
        person=person, purpose=purpose, label=label, digest=digest_of(key), created_at=timezone.now()
    )
    return row, key


def person_of(key: str, purpose: str) -> Person | None:
    """Whose key it is; None when it is unknown, revoked, for another purpose, or its person may no longer sign in."""
    if not key:
        return None
    rows = PersonalKey.objects.select_related("person__agency", "person__handling_unit")
    row = rows.filter(digest=digest_of(key), purpose=purpose, revoked_at=None, person__is_active=True).first()
    return row.person if row is not None else None


def _owner(request: HttpRequest) -> Person:
    person = request.user
    if not isinstance(person, Person) or person.role == Role.PARTNER:
        # A partner's machine has keys of its own.
        raise Http404
    return person


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """One's own keys; POST `name` and `purpose` makes one and shows it, this once. 422 with a wrong form."""
    person = _owner(request)
    context: dict[str, object] = {}
    rows = PersonalKey.objects.filter(person=person)
    if request.method == "POST":
        label, purpose = request.POST.get("name", "").strip()[:100], request.POST.get("purpose", "")
        if not label:
            context["error"] = _("Give the key a name, so that the right one can be revoked later.")
        elif purpose not in _addresses:
            context["error"] = _("Choose what the key is for.")
        elif rows.filter(revoked_at=None).count() >= MOST:
            context["error"] = _("You have ten keys already. Revoke one first.")
        else:
            made, key = make(person=person, purpose=purpose, label=label)
            context |= {"made": made, "key": key, "address": _address(request, purpose, key)}
            context["is_in_address"] = key in str(context["address"])
    context |= {
        "keys": rows,
        "purposes": [(value, str(label)) for value, label in Purpose.choices if value in _addresses],
        "typed": request.POST,
    }
    return render(request, "account/keys.html", context, status=422 if "error" in context else 200)


def _address(request: HttpRequest, purpose: str, key: str) -> str:
    view = _addresses[purpose]
    carries = purpose == Purpose.CALENDAR
    return request.build_absolute_uri(reverse(view, kwargs={"key": key} if carries else None))


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revokes one of one's own keys for good. 404 for anybody else's."""
    rows = PersonalKey.objects.filter(person=_owner(request), pk=pk)
    if not rows.exists():
        raise Http404
    if rows.filter(revoked_at=None).update(revoked_at=timezone.now()):
        messages.success(request, _("The key is revoked. What read with it is shut out at once."))
    return redirect("own_keys")
