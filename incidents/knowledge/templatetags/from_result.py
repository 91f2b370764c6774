"""`{% answer_from assignment %}`: the button that makes an answer in force of what an agency replied, or its link."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import RequestContext

from incidents.knowledge.writing import drawn_from, may_draw_from
from incidents.records.models import Assignment
from opscenter.accounts.models import Person

register = template.Library()


@register.inclusion_tag("knowledge/from_result.html", takes_context=True)
def answer_from(context: RequestContext, assignment: Assignment, apart: bool = False) -> dict[str, Any]:
    """Nothing for who may not write the agency's answers; with `apart` it opens beside the page it stands on."""
    person = context["request"].user
    if not isinstance(person, Person) or not may_draw_from(person, assignment):
        return {}
    return {
        "assignment": assignment,
        "drawn": drawn_from(assignment),
        "apart": apart,
        "csrf_token": context.get("csrf_token"),
    }
