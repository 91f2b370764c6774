"""One way of writing a phone number, so that a person is the same by every door."""

from __future__ import annotations

import phonenumbers


def normal(typed: str) -> str:
    """The number as E.164 (+84900000001); "" for what is no number of a person, short numbers such as 1022 included.

    A number without its country is Vietnamese. Old numbers of eleven digits are no longer in use and count as none.
    """
    try:
        number = phonenumbers.parse(typed, "VN")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spellings(number: str) -> list[str]:
    """How a normal number may stand in older rows: as it is, and as it is dialled here."""
    return [number, "0" + number[3:]] if number.startswith("+84") else [number]
