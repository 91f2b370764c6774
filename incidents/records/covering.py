"""What of a citizen's words lists, agencies and links are not shown: numbers, mail addresses, and names of people where
they introduce themselves or say whom to ring.

Pure, and careful with names: what may be a street, a place or an office stays, since whoever has the task has to find
it. So a name without a title or an introduction stays too, and a single given name as in "nhà bà Bảy": it tells where.
Whoever has the task uncovers it by a look that is written down.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from geo.folding import fold

MASK = "•••"
_EMAIL = re.compile(r"[\w.+%-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
# Nine digits or more, however they are grouped: 0900 000 001, +84-900.000.001, 0274.3822.022. Services named one after
# the other, "113 114 115", are none.
_PHONE = re.compile(r"(?<![\w/])(?!11[2-5]\b)\+?\(?\d(?:[ .\-()]{0,2}\d){8,14}(?![\w/])")


def mask(words: str) -> str:
    """The words with every e-mail address and every number of nine digits or more replaced by dots.

    Numbers that people use for places stay: houses (12/5), roads (30/4), three-figure services, short numbers.
    """
    return _PHONE.sub(MASK, _EMAIL.sub(MASK, words))


class _Words:
    """A set of words with their marks; a word written without any is taken for each it may be: "chi" for "chị"."""

    def __init__(self, words: str) -> None:
        self._exact = frozenset(words.split())
        self._folded = frozenset(fold(word) for word in self._exact)

    def __contains__(self, word: str) -> bool:
        low = word.lower()
        return low in self._exact or (low.isascii() and low in self._folded)


# Family names that make nearly all of Vietnam's.
_FAMILY = _Words(
    "nguyễn trần lê phạm huỳnh hoàng phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh trương lâm mai đoàn tô cao hà châu "
    "lương tạ thái trịnh vương đào kiều quách la tăng phùng triệu từ tôn diệp văn thạch danh lưu ninh nghiêm nông"
)
_TITLES = _Words("ông bà anh chị cô chú bác dì cậu em thầy")
_SELF = _Words("tôi tui em mình cháu con")
_NAME, _IS, _AND, _FULL = _Words("tên"), _Words("là"), _Words("và"), _Words("họ")
_TO_RING = _Words("gọi gặp lh alo hỏi nhắn báo hệ lạc")
# Behind these a name may stand without a title.
_RINGS_A_NAME = _Words("lh hệ lạc cho với")
_BETWEEN = _Words("lại cho với gặp trực tiếp ngay số")
# After one of these a name is the place's.
_PLACE = _Words(
    "đường phố hẻm ngõ ngách kiệt chợ cầu chùa trường đình miếu bến khu phường xã ấp lộ viện đài tượng quán tiệm shop "
    "nhà thôn tổ huyện tỉnh thcs thpt ngã vòng xoay cổng cua dốc xóm rạch kênh suối đập giếng lò lăng mộ đền thờ viên "
    "xăng thứ số"
)
# Where a name ends although the next word is capitalised.
_ENDS = _Words("phường xã ấp đường phố hẻm ngõ khu số ở tại sđt tp quận huyện xin")
# Where a name written without capitals, or all in capitals, ends; and what no name begins with.
_NO_NAME = _Words(
    "ở tại số sđt đt phản ánh muốn xin hiện đang là có thấy báo đề nghị gọi và người dân cư công tổng giám phó chủ cán "
    "bộ nhân bí hiệu giáo sinh học hội ban ủy ubnd kcn kdc khách hàng kẻ bệnh độc giả chi cục sở phòng đội trong ngoài "
    "gần bên sau trước dưới trên không rất bị vừa mới này thuê nữ gì việt đại trưởng đường phố hẻm ngõ chợ cầu chùa "
    "trường khu phường xã ấp quán tiệm nhà thôn tổ huyện tỉnh tp cần nhờ mong đã sẽ vì do nên ai thành phụ"
)
_WORD = re.compile(r"[^\W\d_]+")
_MOST = 4


class _Said:
    """The words of a text with what stands between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: Sequence[re.Match[str]] = list(_WORD.finditer(text))

    def at(self, place: int) -> str:
        """The word at a place; "" where none follows on the one before, with a space or a colon between."""
        if not 0 <= place < len(self.found):
            return ""
        if place and self.text[self.found[place - 1].end() : self.found[place].start()].strip(" :"):
            return ""
        return self.found[place].group()


def cover(words: str) -> str:
    """The words with numbers and mail addresses (see `mask`) and the names of people replaced by dots."""
    said = _Said(unicodedata.normalize("NFC", words))
    parts: list[str] = []
    end = at = 0
    while at < len(said.found):
        first, last = _name_from(said, at)
        if last > first:
            parts += [said.text[end : said.found[first].start()], MASK]
            end, at = said.found[last - 1].end(), last
        else:
            at += 1
    return mask("".join([*parts, said.text[end:]]))


_Span = tuple[int, int]


def _name_from(said: _Said, at: int) -> _Span:
    """From which word to before which a name stands that is led in by the word `at`; the same twice: none."""
    one, two, three = said.found[at].group(), said.at(at + 1), said.at(at + 2)
    if one in _SELF and two in _NAME:
        # "tôi tên (là) …"
        return _introduced(said, at + (3 if three in _IS else 2))
    if one in _NAME and two in _SELF and three in _IS:
        return _introduced(said, at + 3)
    if one in _FULL and (two in _NAME or (two in _AND and three in _NAME)):
        # "họ tên: …", "họ và tên …"
        return _introduced(said, at + (2 if two in _NAME else 3))
    if one in _SELF and two in _IS:
        return _capitalised(said, at + (3 if three in _TITLES else 2))
    if one in _TO_RING:
        first = at + 1
        while said.at(first) in _BETWEEN:
            first += 1
        if said.at(first) in _TITLES:
            return _capitalised(said, first + 1)
        return _full(said, first) if said.found[first - 1].group() in _RINGS_A_NAME else (at, at)
    # "ngã ba Hoàng Hoa Thám" is no lady's, and "cau" without marks is a bridge.
    if one in _TITLES and one not in _PLACE and not (at and said.found[at - 1].group() in _PLACE):
        return _full(said, at + 1)
    return at, at


def _introduced(said: _Said, first: int) -> _Span:
    """What somebody says is their name, also without capitals: a full name, else one word."""
    span = _capitalised(said, first)
    word = said.at(first)
    if span[1] > span[0] or not word or word in _NO_NAME:
        return span
    last = first + 1
    while word in _FAMILY and last < first + _MOST and said.at(last) and said.at(last) not in _NO_NAME:
        last += 1
    return first, last


def _full(said: _Said, first: int) -> _Span:
    """A family name and what stands behind it, two words at least, with capitals."""
    span = _capitalised(said, first) if said.at(first) in _FAMILY else (first, first)
    return span if span[1] - span[0] > 1 else (first, first)


def _capitalised(said: _Said, first: int) -> _Span:
    word = said.at(first)
    if not word or not word[0].isupper() or (word in _NO_NAME and word not in _FAMILY):
        return first, first
    last = first + 1
    while last < first + _MOST and _goes_on(said, last):
        last += 1
    return first, last


def _goes_on(said: _Said, place: int) -> bool:
    word = said.at(place)
    if not word or not word[0].isupper() or word in _ENDS:
        return False
    before = said.found[place - 1]
    # All in capitals, the capital says nothing.
    shouted = word.isupper() and len(word) > 1 and before.group().isupper()
    return ":" not in said.text[before.end() : said.found[place].start()] and not (shouted and word in _NO_NAME)
