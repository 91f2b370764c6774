"""What webhooks are told of reports: each change of an incident, as the feature that its owner may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from incidents.features.incidents import features_for
from incidents.records.editing import ENTITY
from incidents.webhooks.topics import Seen, Topic, register


def report_changed(seen: Seen) -> Mapping[str, Any] | None:
    """The incident as it stands, also when it was closed; None when these keys open it no more.

    A partner knows its report by `properties.code`, the service_request_id of Open311.
    """
    return features_for(seen.keys, [seen.id]).get(seen.id)


def register_all() -> None:
    """Called once, when the application starts."""
    register(Topic("reports", _("changes of its reports"), frozenset({ENTITY}), report_changed, for_partners=True))
