"""Everybody's own account page: who one is here, telephone, language, password, second factor."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from opscenter.accounts.models import Person
from opscenter.accounts.phones import normal


@require_safe
@never_cache
@login_required
def menu(request: HttpRequest) -> HttpResponse:
    """The page; any role."""
    return _page(request)


@require_POST
@never_cache
@login_required
def phone(request: HttpRequest) -> HttpResponse:
    """POST phone: one's own number, "" for none. 422 for what is no number."""
    typed = request.POST.get("phone", "")
    try:
        number = normal(typed)
    except ValidationError as error:
        return _page(request, 422, phone=typed[:40], phone_error=error.messages[0])
    person = request.user
    assert isinstance(person, Person)
    person.phone = number
    person.save(update_fields=["phone"])
    messages.success(request, _("Your number is kept.") if number else _("No number is kept."))
    return redirect("account_menu")


def _page(request: HttpRequest, status: int = 200, **more: object) -> HttpResponse:
    user = request.user
    shown = {"person": user, "phone": getattr(user, "phone", ""), "second_factor": is_mfa_enabled(user), **more}
    return render(request, "account/menu.html", shown, status=status)
