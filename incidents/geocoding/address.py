"""What of a citizen's words may leave the house: the address part, without numbers to call and without names.

Pure. It takes what stands behind a label of a place ("hẻm", "đường", "chợ", "KCN", …) as long as the words are
capitalised or numbers, and nothing else; what is written without capitals therefore stays here.
"""

from __future__ import annotations

import re
import unicodedata

from incidents.records.covering import mask

LONGEST = 200
# What is read of a report: who writes more has said where it is.
_MOST_READ = 3_000
# What makes an address finer than the ward and the district, which the resolver knows without asking anybody.
_FINE = (
    "số nhà|số|hẻm|ngõ|kiệt|ngách|đường|phố|đại lộ|quốc lộ|tỉnh lộ|hương lộ|ngã ba|ngã tư|ngã năm|vòng xoay|chợ|cầu|"
    "trường|bệnh viện|trạm y tế|chùa|nhà thờ|đình|công viên|siêu thị|khu công nghiệp|cụm công nghiệp|khu dân cư|"
    "chung cư|bến xe|cây xăng|công ty|ubnd|kcn|kdc|bv|th|thcs|thpt|mầm non|tiểu học"
)
_UNITS = "khu phố|kp|ấp|tổ|phường|xã|thị trấn|thị xã|thành phố|quận|huyện|tỉnh|tp|tx|tt"
_LABEL = re.compile(rf"(?<!\w)(?:(?P<fine>{_FINE})|{_UNITS})(?!\w)\.?", re.IGNORECASE)
_ROAD = re.compile(r"(?<!\w)(?:QL|ĐT|DT|ĐH|DH|ĐX|DX|TL|HL)\.?\s?\d+[A-Za-z]?(?!\w)", re.IGNORECASE)
_SHORT_UNIT = re.compile(r"(?<!\w)[PXQHĐ]\.\s?(?=[^\W\d_]|\d)")
_LABEL_OR_ROAD = re.compile(f"{_ROAD.pattern}|{_LABEL.pattern}|{_SHORT_UNIT.pattern}", re.IGNORECASE)
_WORD = re.compile(r"[\w/\-]+")
# A full stop ends a part, unless it is that of a short form: "P. Phú Hòa".
_BREAK = re.compile(r"[,;:!?()\[\]{}\n\r|\"“”•]+|(?<!\b[PXQHĐ])(?<!\b[Tt][PpXxTt])(?<!\b[Kk][Pp])\.(?:\s|$)|\s[-–—]\s")
_CAPITALS = "".join(chr(code) for code in range(0x41, 0x1EFA) if chr(code).isupper())
_TITLE = r"(?:ông|bà|anh|chị|cô|chú|bác|dì|cậu|(?i:em|tôi|mình|tên))"
_PERSON = re.compile(rf"(?<!\w)(?:(?i:nhà)\s+)?{_TITLE}(?:\s+(?:tên|là))*(?:\s+[{_CAPITALS}][^\W\d_]*)+")


def address_part(words: str, address: str = "") -> str:
    """What to ask for: the address given apart, else what the words hold of one; "" when that is nothing."""
    if address.strip():
        return _cut(" ".join(_without_people(address).replace("•", " ").split()).strip(" ,.;"))
    parts = [part for one in _BREAK.split(_without_people(words)) if (part := _of_part(one))]
    if not any(_ROAD.search(part) or any(at["fine"] for at in _LABEL.finditer(part)) for part in parts):
        return ""
    return _cut(", ".join(dict.fromkeys(parts)))


def _without_people(text: str) -> str:
    return _PERSON.sub("•", mask(unicodedata.normalize("NFC", text[:_MOST_READ])))


def _of_part(part: str) -> str:
    """The labels of one part between commas, each with the names and numbers behind it."""
    kept: list[str] = []
    at = 0
    while label := _LABEL_OR_ROAD.search(part, at):
        end, behind = _behind(part, label.end())
        before = part[at : label.start()].split()
        if before and before[-1][0].isupper() and label.group().istitle():
            # "Nguyễn Đình Thử" is somebody.
            at = end
            continue
        if behind or _ROAD.fullmatch(label.group()):
            kept.append(" ".join(part[label.start() : end].split()))
        at = end
    return " ".join(kept)


def _behind(part: str, at: int) -> tuple[int, bool]:
    """Where the capitalised words and the numbers behind a label end, and whether there are any."""
    end, any_word = at, False
    for word in _WORD.finditer(part, at):
        text = word.group()
        if part[end : word.start()].strip() or _LABEL.match(part, word.start()):
            break
        digits = sum(letter.isdigit() for letter in text)
        if not (text[0].isupper() or digits) or digits > 5:
            break
        end, any_word = word.end(), True
    return end, any_word


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0]
