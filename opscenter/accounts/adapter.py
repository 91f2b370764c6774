"""How allauth behaves here: accounts are issued by the hotline, nobody signs up, and signing in has a budget."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from opscenter import budgets


class StaffAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that our own proxies tell, never one that a client made up."""
        return budgets.client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """One try costs one use, whether the password is right or wrong. Raises budgets.Exhausted."""
        budgets.spend(request, "accounts.signin")
        super().pre_authenticate(request, **credentials)
