"""SMS: what a gateway's request says, how long a text is on telephones, and the text without diacritics. Pure.

Vietnamese with diacritics goes as UCS-2, 70 characters a part (67 each when there are several); without, in the
alphabet of GSM 03.38 with 160 (153). So the same words cost less than half without.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from incidents.delivery.models import Receipt

# GSM 03.38. A character of the second line takes two places.
_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWO = set("^{}\\[~]|€\f")
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_PUNCTUATION = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "đ": "d", "Đ": "D"}
)
# What gateways and SMS centres call the end of a message; anything else is not the end yet.
_DELIVERED = {"1", "delivrd", "delivered", "success", "delivery_success"}
_FAILED = {
    "2", "16", "undeliv", "undelivered", "undeliverable", "expired", "rejectd", "rejected", "deleted", "failed", "error"
}  # fmt: skip
_STAT = re.compile(r"\bstat:(\w+)", re.IGNORECASE)
_LONGEST_TEXT = 10_000


class Malformed(ValueError):
    """Not an SMS: without a sender, or nothing in it at all."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a gateway sent. Of a long message one part: `ref` is the sender's number for the whole, parts from 1."""

    id: str
    sender: str
    text: str
    ref: str = ""
    part: int = 1
    parts: int = 1
    # False when the bytes were of no encoding that was named or could be told, and some had to be replaced.
    whole: bool = True


def parse(sent: Mapping[str, bytes], fields: Mapping[str, str]) -> Incoming:
    """The SMS in a request. `fields` says under which name the gateway sends what. Raises Malformed."""

    def raw(name: str) -> bytes:
        return sent.get(fields.get(name, ""), b"")

    def plain_text(name: str) -> str:
        return raw(name).decode("utf-8", "replace").strip()

    sender = plain_text("sender")[:40]
    if not sender:
        raise Malformed("no sender")
    text, whole = decoded(raw("text"), plain_text("charset"), plain_text("coding"))
    ref, part, parts = _part_of(raw("udh")) or (plain_text("ref")[:40], _small(raw("part")), _small(raw("parts")))
    if not text.strip() and parts < 2:
        raise Malformed("no text")
    if part > parts:
        ref, part, parts = "", 1, 1
    return Incoming(plain_text("id")[:100], number_of(sender), text[:_LONGEST_TEXT], ref, part, parts, whole)


def decoded(raw: bytes, charset: str = "", coding: str = "") -> tuple[str, bool]:
    """The text in some bytes: in the charset that was named, else in UTF-8, else in UCS-2, which has many zeros in
    Latin letters; False when characters had to be replaced."""
    # Coding 2 (kannel) and data_coding 8 (SMPP) are UCS-2.
    is_wide = coding in {"2", "8"} and (b"\x00" in raw or not _is_utf8(raw)) and len(raw) % 2 == 0
    guesses = [charset] if charset else []
    guesses += ["utf-16-be", "utf-8"] if is_wide else ["utf-8"]
    for guess in guesses:
        try:
            return raw.decode(guess), True
        except (UnicodeError, LookupError):
            continue
    return raw.decode("utf-8", "replace"), False


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeError:
        return False
    return True


def _small(raw: bytes) -> int:
    digits = raw.decode("ascii", "replace").strip()
    return int(digits) if digits.isdecimal() and 0 < int(digits[:6]) < 256 else 1


def _part_of(udh: bytes) -> tuple[str, int, int] | None:
    """(ref, part, parts) from a user data header, given as bytes or in hexadecimal; None without one."""
    try:
        header = bytes.fromhex(udh.decode("ascii")) if len(udh) >= 12 else udh
    except ValueError:
        header = udh
    at = 1
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        content = header[at + 2 : at + 2 + length]
        # 0: a reference of 8 bits, 8: one of 16.
        if (kind, length) in {(0, 3), (8, 4)} and len(content) == length and 0 < content[-1] <= content[-2]:
            return content[:-2].hex(), content[-1], content[-2]
        at += 2 + length
    return None


# --- numbers ----------------------------------------------------------------------------------------------------


def number_of(typed: str) -> str:
    """A phone number as E.164 (+84900000001); what is none (a name, a short number) stays as it is."""
    for text in (typed, f"+{typed}"):
        try:
            number = phonenumbers.parse(text, "VN")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return typed


def mobile_of(typed: str) -> str:
    """The number as E.164 if an SMS can reach it, else ""."""
    try:
        number = phonenumbers.parse(typed, "VN")
    except phonenumbers.NumberParseException:
        return ""
    is_mobile = phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in _MOBILE
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if is_mobile else ""


# --- what goes out ----------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """The text without diacritics and with plain punctuation, for the cheaper alphabet."""
    letters = unicodedata.normalize("NFD", text.translate(_PUNCTUATION))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return "".join(letter if letter in _GSM or letter in _GSM_TWO else "?" for letter in bare)


def is_plain(text: str) -> bool:
    """Whether the text needs no UCS-2."""
    return all(letter in _GSM or letter in _GSM_TWO for letter in text)


def parts_of(text: str) -> int:
    """How many messages the networks count, and charge, for a text."""
    if is_plain(text):
        places, alone, each = len(text) + sum(letter in _GSM_TWO for letter in text), 160, 153
    else:
        places, alone, each = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if places <= alone else -(-places // each)


def fit(text: str, *, diacritics: bool, most_parts: int) -> str:
    """The text as it is sent: without diacritics unless wanted, and cut at its end to at most so many parts."""
    text = unicodedata.normalize("NFC", text) if diacritics else plain(text)
    if parts_of(text) <= most_parts:
        return text
    dots = "…" if diacritics else "..."
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if parts_of(text[:middle] + dots) <= most_parts else (low, middle - 1)
    return text[:low].rstrip() + dots


def receipt_in(status: str, text: str = "") -> Receipt | None:
    """What a receipt tells: by a gateway's status, or by the text of an SMPP receipt; None while it is under way."""
    stat = _STAT.search(text)
    words = [status.strip().lower(), stat[1].lower() if stat else ""]
    if any(word in _DELIVERED for word in words):
        return Receipt.DELIVERED
    return Receipt.FAILED if any(word in _FAILED for word in words) else None
