"""Questions and answers for everybody: what is in force, by the words of the question."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.intake.take import storable
from incidents.knowledge import finding
from incidents.knowledge.models import AnswerVersion
from opscenter import budgets

_PAGE = 50


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """The answers to `?q=`, the best first; without words all of them by question, a page at a time."""
    pages = None
    words = storable(request.GET.get("q", ""))[:300].strip()
    if words:
        budgets.spend(request, "portal.suggest")
        shown = [one.version for one in finding.suggest(words, most=10) if one.in_force]
    else:
        rows = AnswerVersion.objects.in_force(timezone.localdate()).select_related("answer__owner")
        listed = rows.prefetch_related("bases__document").order_by("question", "pk")
        # What is no number is the first page, what is too high the last.
        pages = Paginator(listed, _PAGE).get_page(request.GET.get("page"))
        shown = list(pages)
    return render(request, "portal/answers.html", {"words": words, "answers": shown, "pages": pages})
