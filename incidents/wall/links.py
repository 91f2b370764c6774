"""Making and revoking the wall's links: supervisors and administrators."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from incidents.wall.models import WallLink, hash_of, new_token
from opscenter.accounts.models import Person
from opscenter.accounts.roles import Role
from realtime.change import change
from realtime.rights import RIGHTS

MAY_MANAGE = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})


def _manager(request: HttpRequest) -> Person:
    person = request.user
    if not isinstance(person, Person) or person.role not in MAY_MANAGE:
        raise PermissionDenied
    return person


def make(*, name: str, by: Person) -> tuple[WallLink, str]:
    """Makes a link; answers it with its token, which is not stored and cannot be shown again."""
    token = new_token()
    link = WallLink.objects.create(token_hash=hash_of(token), name=name, created_by=by, created_at=timezone.now())
    return link, token


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest) -> HttpResponse:
    """The list of links; POST `name` makes one and shows its address, this once."""
    person = _manager(request)
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        name = request.POST.get("name", "").strip()[:100]
        if name:
            link, token = make(name=name, by=person)
            address = request.build_absolute_uri(reverse("wall:linked", kwargs={"token": token}))
            context |= {"made": link, "address": address}
        else:
            context["error"] = _("Give the screen a name, so that the right link can be revoked later.")
            status = 422
    context["links"] = WallLink.objects.select_related("created_by", "revoked_by")
    return render(request, "wall/links.html", context, status=status)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revokes a link for good; the screens that show it lose it at once."""
    person = _manager(request)
    link = get_object_or_404(WallLink, pk=pk)
    with change() as c:
        revoked = WallLink.objects.filter(pk=pk, revoked_at=None).update(revoked_at=c.at, revoked_by=person)
        c.touch(RIGHTS, pk)
    if revoked:
        messages.success(request, _("The link “%(name)s” is revoked.") % {"name": link.name})
    return redirect("wall:links")
