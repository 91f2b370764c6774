"""Everybody's own account page: who one is here, language, password, second factor."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
@login_required
def menu(request: HttpRequest) -> HttpResponse:
    """The page; any role."""
    return render(request, "account/menu.html", {"person": request.user, "second_factor": is_mfa_enabled(request.user)})
