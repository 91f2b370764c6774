"""A mail as it lies in a mailbox: who wrote, what is new in it, what hangs on it, did a machine send it. Pure."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.utils import getaddresses
from html.parser import HTMLParser

from mailparser_reply import EmailReplyParser

_ID = re.compile(r"<[^<>\s]{3,250}>")
# Our own numbers of messages: delivery/work.py, message_id_of.
_OURS = re.compile(r"<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@")
_CODE = re.compile(r"\b[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}\b")
# How mail programs in Vietnamese begin what they quote; mail-parser-reply knows other languages, not this one.
_QUOTED = re.compile(
    r"^\s*(?:>.*\n\s*)*(?:"
    r"Vào [^\n]{3,200}(?:\n[^\n]{0,200})?đã viết:|"
    r"(?:Ngày|Lúc) [^\n]{3,200}(?:\n[^\n]{0,200})?(?:đã )?viết:|"
    r"-{2,}\s*(?:Thư gốc|Thư đã chuyển tiếp|Tin nhắn gốc|Original Message)\s*-{2,}|"
    r"\*?Từ:\*? [^\n]+\n\s*\*?(?:Đã gửi|Ngày|Gửi|Thời gian):|"
    r"Được gửi từ|Đã gửi từ"
    r")",
    re.MULTILINE,
)
_LARGEST_TEXT = 20_000
_MOST_ATTACHMENTS = 20
_HIDDEN = frozenset({"script", "style", "head", "title", "blockquote"})
_LINES = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3"})
_PICTURES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif")


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    kind: str
    content: bytes

    @property
    def is_picture(self) -> bool:
        return self.kind in _PICTURES


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a mail server tells about a mail of ours: `failed` or `delayed`, and its own words."""

    action: str
    detail: str


@dataclass(frozen=True, slots=True)
class Mail:
    id: str
    sender: str
    name: str
    subject: str
    # What is new in it; quoted text is cut off.
    text: str
    # Numbers of the mails it answers, the oldest first; and of those our own.
    thread: tuple[str, ...]
    ours: tuple[str, ...]
    # A tracking code in subject or text.
    code: str
    is_automatic: bool
    bounce: Bounce | None = None
    attachments: tuple[Attachment, ...] = ()
    # False when bytes were of no encoding that was named or could be told.
    whole: bool = True


def parse(raw: bytes) -> Mail:
    """The mail in these bytes. Reads whatever it can of a broken one and raises nothing."""
    message = email.message_from_bytes(raw, policy=policy.default)
    name, sender = _sender(message)
    thread = _ids(message, "References") + [
        one for one in _ids(message, "In-Reply-To") if one not in _ids(message, "References")
    ]
    bounce = _bounce(message)
    if bounce is not None:
        thread += [one for one in _ids_of_returned(message) if one not in thread]
    text, whole = _text(message)
    subject = _header(message, "Subject")[:300]
    code = _CODE.search(f"{subject}\n{text}".upper())
    return Mail(
        id=next(iter(_ids(message, "Message-ID")), ""),
        sender=sender,
        name=name,
        subject=subject,
        text=new_part(text, is_answer=bool(thread))[:_LARGEST_TEXT],
        thread=tuple(thread[-20:]),
        ours=tuple(found[1] for one in thread if (found := _OURS.match(one))),
        code=code[0] if code else "",
        is_automatic=bounce is not None or _is_automatic(message),
        bounce=bounce,
        attachments=tuple(_attachments(message)),
        whole=whole,
    )


def new_part(text: str, *, is_answer: bool) -> str:
    """The text without what it quotes. Of a mail that answers none everything is its own."""
    if not is_answer:
        return text.strip()
    found = _QUOTED.search(text)
    own = text[: found.start()] if found else text
    own = "\n".join(line for line in own.split("\n") if not line.startswith(">"))
    try:
        own = EmailReplyParser(languages=["en"]).parse_reply(own) or ""
    except Exception:
        # Its patterns were not made for every text; then too much is kept rather than too little.
        own = own.strip()
    return own.strip()


def _header(message: Message, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except Exception:
        # The header parser of the standard library raises on some broken ones.
        return ""


def _sender(message: EmailMessage) -> tuple[str, str]:
    typed = _header(message, "From")
    for name, address in getaddresses([typed]):
        try:
            spelled = Address(addr_spec=address).addr_spec
        except (ValueError, IndexError, email.errors.MessageError):
            continue
        if "@" in spelled:
            return " ".join(name.split())[:150], spelled.lower()[:254]
    return "", ""


def _ids(message: Message, name: str) -> list[str]:
    return _ID.findall(_header(message, name))


def _is_automatic(message: Message) -> bool:
    """RFC 3834 and what older programs say instead: nothing that a machine wrote is ever answered."""
    submitted = _header(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if _header(message, "Precedence").lower() in {"bulk", "junk", "list", "auto_reply"}:
        return True
    names = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "X-Loop")
    return any(message.get(name) for name in names) or _header(message, "Return-Path") == "<>"


# --- bounces (RFC 3464) -----------------------------------------------------------------------------------------


def _bounce(message: EmailMessage) -> Bounce | None:
    parts = [part for part in _walk(message) if part.get_content_type() == "message/delivery-status"]
    if not parts:
        return None
    payload = parts[0].get_payload()
    fields = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    for one in fields:
        action = _header(one, "Action").lower()
        if action:
            detail = f"{_header(one, 'Status')} {_header(one, 'Diagnostic-Code')}".strip()
            return Bounce("failed" if action == "failed" else action, detail[:300])
    return Bounce("failed", "")


def _ids_of_returned(message: EmailMessage) -> Iterator[str]:
    """The number of the mail that came back, from the headers that came back with it."""
    for part in _walk(message):
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            if isinstance(inner, Message):
                yield from _ids(inner, "Message-ID")
            else:
                text, _whole = _decoded(part)
                found = re.search(r"^Message-ID:\s*(<[^<>\s]+>)", text, re.IGNORECASE | re.MULTILINE)
                if found:
                    yield found[1]


# --- bodies -----------------------------------------------------------------------------------------------------


def _walk(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number > 100:
            return
        yield part


def _text(message: EmailMessage) -> tuple[str, bool]:
    """The plain text, else the HTML without its tags; and whether every byte was understood."""
    plain, html = [], []
    for part in _walk(message):
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/plain":
            plain.append(_decoded(part))
        elif part.get_content_type() == "text/html":
            html.append(_decoded(part))
    if any(text.strip() for text, _whole in plain):
        return "\n".join(text for text, _whole in plain), all(whole for _text, whole in plain)
    return "\n".join(without_tags(text) for text, _whole in html), all(whole for _text, whole in html)


def _decoded(part: Message) -> tuple[str, bool]:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    # windows-1258 is Vietnamese; what calls itself ASCII or Latin-1 is often UTF-8 all the same.
    named = (part.get_content_charset() or "").lower()
    order = ["utf-8", named] if named in {"", "us-ascii", "ascii", "iso-8859-1", "latin-1"} else [named, "utf-8"]
    for charset in order:
        try:
            return raw.decode(charset).replace("\r\n", "\n"), True
        except (UnicodeError, LookupError):
            continue
    return raw.decode("utf-8", "replace").replace("\r\n", "\n"), False


class _Words(HTMLParser):
    """Collects what an HTML mail shows, without what it quotes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _LINES:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN and self._hidden:
            self._hidden -= 1
        elif tag in _LINES:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def without_tags(html: str) -> str:
    """What an HTML mail says, line by line."""
    words = _Words()
    words.feed(html)
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    found = 0
    for part in _walk(message):
        kind = part.get_content_type()
        named = part.get_content_disposition() == "attachment" or bool(part.get_filename())
        if part.is_multipart() or not (named or kind in _PICTURES) or found >= _MOST_ATTACHMENTS:
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload:
            found += 1
            name = " ".join(str(part.get_filename() or "").replace("/", " ").split())[:100]
            yield Attachment(name, kind, payload)
