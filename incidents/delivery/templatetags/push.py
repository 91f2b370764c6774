"""`{% push_switch url %}`: the switch for notifications on this device; nothing where none are sent."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

from incidents.delivery.push import keys

register = template.Library()


@register.inclusion_tag("parts/push.html")
def push_switch(url: str, worker: str, scope: str, button_class: str = "button") -> dict[str, Any]:
    """`url` takes the subscription; `worker` is the script that shows what comes, `scope` the pages it is for."""
    key = keys.public_key(settings.PUSH_PRIVATE_KEY) if keys.is_set_up() else ""
    return {"key": key, "url": url, "worker": worker, "scope": scope, "button_class": button_class}
