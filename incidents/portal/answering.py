"""Questions and answers for everybody: what is in force, by the words of the question."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.intake.take import storable
from incidents.knowledge import finding
from incidents.knowledge.models import AnswerVersion
from opscenter import budgets

_MOST = 100


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """The answers to `?q=`, the best first; without words all of them by question."""
    words = storable(request.GET.get("q", ""))[:300].strip()
    if words:
        budgets.spend(request, "portal.suggest")
        shown = [one.version for one in finding.suggest(words, most=10) if one.in_force]
    else:
        rows = AnswerVersion.objects.in_force(timezone.localdate()).select_related("answer__owner")
        shown = list(rows.prefetch_related("bases__document").order_by("question")[:_MOST])
    return render(request, "portal/answers.html", {"words": words, "answers": shown})
