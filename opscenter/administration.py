"""The administration pages (/admin/): for administrators and supervisors, signed in like everybody else."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _


class AdministrationConfig(AdminConfig):
    default_site = "opscenter.administration.Administration"


class Administration(admin.AdminSite):
    site_header = _("Administration 1022")
    site_title = _("Administration 1022")
    index_title = _("People, agencies and reference data")
    site_url = "/start/"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Without tables that mean nothing here: allauth's mail addresses (they stand with the person), Django's groups
        (a role decides)."""
        if getattr(model_or_iterable, "__module__", "") not in {"allauth.account.models", "django.contrib.auth.models"}:
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """By role, not by Django's is_staff."""
        from opscenter.accounts.permissions import may_administer

        return may_administer(request.user)

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """The one sign-in page, so that budgets and second factors hold here too. 403 for who may not come in."""
        # Imported late: this file is read before the applications are ready.
        from django.contrib.auth.views import redirect_to_login

        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise PermissionDenied
            return HttpResponse(status=302, headers={"Location": resolve_url("admin:index")})
        wanted = request.GET.get("next") or resolve_url("admin:index")
        return redirect_to_login(wanted)
