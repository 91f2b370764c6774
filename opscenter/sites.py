"""Two sites on one application: the citizens' and the room's, and the agencies' own (OPSCENTER_AGENCY_HOST).

Cookies belong to the host that set them, so who is signed in on one site is not signed in on the other, and an app that
a phone installed from the agencies' site never shows a page of the first. Without the setting both are one site and the
agencies' part is under /inbox/, as in `make run`.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.http.request import split_domain_port

# What the agencies' site answers; everything else does not exist there.
AGENCY_PATHS = (
    "/inbox/",
    "/api/",
    "/accounts/",
    "/live/",
    "/geo/",
    "/i18n/",
    "/start/",
    "/health/",
    # Pages in the menus of their people.
    "/answers/",
    "/figures/",
    "/emergencies/",
    "/crew/",
    "/facilities/",
    # Where a phone says that it may be notified.
    "/push/",
    # Where devices of crews send their positions.
    "/positions/",
    # Links without an account, in messages to contacts.
    "/viec/",
    "/xac-nhan/",
)


class AgencySite:
    """Keeps the two sites apart by the host that was asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.AGENCY_HOST:
            return self.get_response(request)
        if not _is_the_agencies(request):
            if request.path.startswith("/inbox/") and request.method in {"GET", "HEAD"}:
                return HttpResponseRedirect(settings.AGENCY_URL + request.get_full_path())
            return self.get_response(request)
        if request.path == "/":
            return HttpResponseRedirect("/inbox/")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Raises Http404 for what is not the agencies'."""
        if settings.AGENCY_HOST and _is_the_agencies(request) and not request.path.startswith(AGENCY_PATHS):
            raise Http404


def _is_the_agencies(request: HttpRequest) -> bool:
    """Whether the agencies' name was asked, however it was written: with a port, in capitals, with a last dot."""
    asked, own = split_domain_port(request.get_host())[0], split_domain_port(settings.AGENCY_HOST)[0]
    return asked == own
