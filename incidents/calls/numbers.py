"""Telephone numbers as exchanges write them, made one: E.164, so that a caller is known by whatever door."""

from __future__ import annotations

import phonenumbers

_REGION = "VN"


def normalised(raw: str) -> str:
    """The number as E.164 (+84…), or "" for a withheld one, a short one and what is no number."""
    digits = "".join(letter for letter in raw if letter.isdigit() or letter == "+")
    try:
        number = phonenumbers.parse(digits, _REGION)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def dialled(number: str) -> str:
    """How a normalised number is dialled inside the country: 0…; a foreign one as 00…."""
    if number.startswith("+84"):
        return "0" + number.removeprefix("+84")
    return "00" + number.removeprefix("+") if number.startswith("+") else number
