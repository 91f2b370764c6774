"""CAP 1.2 (OASIS, Common Alerting Protocol): its namespace, its values, how times are written."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
NAMESPACES = (NAMESPACE, "urn:oasis:names:tc:emergency:cap:1.1")
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
URGENCIES = ("Immediate", "Expected", "Future", "Past", "Unknown")
CERTAINTIES = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
MSG_TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")


def moment(at: dt.datetime) -> str:
    """A time as CAP wants it: local, whole seconds, the offset in figures (no Z)."""
    return timezone.localtime(at).replace(microsecond=0).isoformat()


def reference(sender: str, identifier: str, sent: str) -> str:
    """How a message refers to an earlier one."""
    return f"{sender},{identifier},{sent}"
