"""The editor of scheduled reports: which there are, when the next leaves, what became of the last mails."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.bulletins.issuing import queue
from incidents.bulletins.models import Mail, Schedule, To
from incidents.bulletins.periods import next_after
from incidents.delivery import email
from incidents.figures.files import kinds
from incidents.figures.models import FileKind
from incidents.records.rights import Verb, may
from opscenter.accounts.models import Person
from realtime.change import change

# What may be attached: a list of single incidents is fetched by whoever may see it, never mailed.
ATTACHED = (FileKind.DOCX, FileKind.PDF, FileKind.HTML)
MOST_ADDRESSES = 50
_LAST_MAILS = 30


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter when it runs
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Attached"), widget=forms.CheckboxSelectMultiple, required=False
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[("vi", "Tiếng Việt"), ("en", "English")])

    class Meta:
        model = Schedule
        fields = ("name", "rhythm", "at", "weekday", "day", "to", "addresses", "kinds", "language", "is_active")
        widgets = {
            "at": forms.TimeInput({"type": "time"}, "%H:%M"),
            "addresses": forms.Textarea({"rows": 4, "autocomplete": "off"}),
        }
        help_texts = {
            "addresses": gettext_lazy("One a line."),
            "weekday": gettext_lazy("For a weekly report."),
            "day": gettext_lazy("For a monthly report: 1 to 28."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = dict(kinds())
        choices = [(kind.value, offered[kind]) for kind in ATTACHED if kind in offered]
        cast(forms.MultipleChoiceField, self.fields["kinds"]).choices = choices

    def clean_addresses(self) -> str:
        given = [line.strip() for line in self.cleaned_data["addresses"].splitlines() if line.strip()]
        for address in given:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(_("“%(address)s” is not an e-mail address.") % {"address": address}) from None
        if len(given) > MOST_ADDRESSES:
            raise ValidationError(_("At most %(n)d addresses.") % {"n": MOST_ADDRESSES})
        return "\n".join(dict.fromkeys(given))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("to") == To.ADDRESSES and not cleaned.get("addresses") and "addresses" not in self.errors:
            self.add_error("addresses", _("Give at least one address."))
        return cleaned


def _editor(request: HttpRequest) -> Person:
    if not may(request.user, Verb.SCHEDULE_REPORTS):
        raise PermissionDenied
    return cast(Person, request.user)


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """The schedules with their next time, and the last mails."""
    _editor(request)
    now = timezone.now()
    rows = list(Schedule.objects.select_related("by"))
    context = {
        "schedules": [(row, next_after(row, now) if row.is_active and row.by.is_active else None) for row in rows],
        "mails": Mail.objects.select_related("issue__schedule").order_by("-pk")[:_LAST_MAILS],
        "can_send": email.is_set_up(),
        "labels": dict(FileKind.choices),
    }
    return render(request, "bulletins/page.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new schedule, or one that is there; 422 with the form when something in it cannot be."""
    person = _editor(request)
    row = get_object_or_404(Schedule, pk=pk) if pk is not None else None
    start = {"kinds": [FileKind.DOCX.value], "language": person.language} if row is None else None
    form = ScheduleForm(request.POST or None, instance=row, initial=start)
    if request.method == "POST":
        if form.is_valid():
            with change() as c:
                schedule = form.save(commit=False)
                # Whoever saves it lends it their eyes; from now on, nothing is sent for times before.
                schedule.by, schedule.since = person, c.at
                schedule.save()
            messages.success(request, _("Saved."))
            return redirect("bulletins:page")
        return render(request, "bulletins/edit.html", {"form": form, "row": row}, status=422)
    return render(request, "bulletins/edit.html", {"form": form, "row": row})


@login_required
@require_POST
def send_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends a line to each address of a schedule, to see whether mails arrive there."""
    _editor(request)
    schedule = get_object_or_404(Schedule, pk=pk)
    number = uuid.uuid4().hex
    with override(schedule.language):
        subject = _("Test of “%(name)s”") % {"name": schedule.name}
        body = _("This address gets the report “%(name)s”. This mail only tries whether it arrives.") % {
            "name": schedule.name
        }
    with change():
        for address in schedule.address_list():
            queue(key=f"test:{number}:{address}", address=address, subject=subject, body=body + "\n")
    messages.success(request, _("A test is on its way to each address; what became of it stands below."))
    return redirect("bulletins:page")
