"""A person's own telephone number, as it is kept."""

from __future__ import annotations

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def normal(typed: str) -> str:
    """The number as E.164 (+84900000001), "" for nothing. Raises ValidationError for what is no number."""
    typed = typed.strip()
    if not typed:
        return ""
    try:
        number = phonenumbers.parse(typed, "VN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValidationError(_("This is not a telephone number. Example: 0900 000 001."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
