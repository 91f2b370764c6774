"""What a mail says, in whatever encoding, form and program it was written; broken ones are read as far as possible."""

from __future__ import annotations

import unicodedata
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.doors.mail import new_part, parse, without_tags

WORDS = "Ổ gà trước số 12/5 đường 30/4, phường An Lạc"


def raw_of(text: str, charset: str, named: str | None = None, **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += ["From: a@citizen.example", f'Content-Type: text/plain; charset="{named or charset}"', "", ""]
    return "\r\n".join(lines).encode() + text.encode(charset, "replace")


@pytest.mark.parametrize(
    ("charset", "named"),
    [
        ("utf-8", None),
        ("utf-16", None),
        # What calls itself something else is UTF-8 all the same.
        ("utf-8", "us-ascii"),
        ("utf-8", "iso-8859-1"),
        ("utf-8", "x-unknown"),
        ("utf-8", ""),
    ],
)
def test_words_in_any_charset(charset: str, named: str | None) -> None:
    mail = parse(raw_of(WORDS, charset, named))
    assert (mail.text, mail.whole) == (WORDS, True)


def test_windows_1258_is_vietnamese() -> None:
    # It has tones as letters of their own.
    raw = raw_of("Đe\u0300n đươ\u0300ng", "cp1258", "windows-1258")
    assert unicodedata.normalize("NFC", parse(raw).text) == "Đèn đường"


def test_bytes_of_no_charset_are_kept_as_far_as_they_can_be() -> None:
    mail = parse(raw_of("", "utf-8") + b"O ga \xff to")
    assert (mail.text, mail.whole) == ("O ga \ufffd to", False)


def test_headers_in_words_that_were_encoded() -> None:
    raw = raw_of("x", "utf-8", Subject="=?utf-8?B?4buUIGfDoA==?=", Message_ID="<1@citizen.example>")
    mail = parse(raw.replace(b"From: a@", b"From: =?utf-8?Q?Ng=C6=B0=E1=BB=9Di_Gi=E1=BA=A3?= <A@"))
    assert (mail.subject, mail.name, mail.id) == ("Ổ gà", "Người Giả", "<1@citizen.example>")
    mail = parse(raw_of("x", "utf-8").replace(b"From: a@citizen.example", b"From: nobody"))
    assert mail.sender == ""


def test_html_is_read_when_there_is_nothing_else() -> None:
    html = "<style>p{}</style><p>Ổ gà &amp; nước<br>to</p><blockquote>cũ</blockquote><script>x()</script><p>Hết"
    assert without_tags(html) == "Ổ gà & nước\nto\n\nHết"
    message = MIMEMultipart("alternative")
    message["From"] = "a@citizen.example"
    message.attach(MIMEText(html, "html"))
    assert parse(message.as_bytes()).text.startswith("Ổ gà & nước")
    message.attach(MIMEText("chỉ chữ", "plain"))
    assert parse(message.as_bytes()).text == "chỉ chữ"


@pytest.mark.parametrize(
    "quoted",
    [
        "Vào Th 5, 26 thg 11, 2026 vào lúc 09:12 1022 <1022@x.example> đã viết:\n> Kính gửi",
        "Vào 09:12, Th 5, 26 thg 11, 2026 1022 Bình Dương\n<1022@x.example> đã viết:\n\n> Kính gửi",
        "Ngày 26/11/2026 09:12, 1022 đã viết:\n> Kính gửi",
        "Từ: 1022 <1022@x.example>\nĐã gửi: 26/11/2026\nĐến: a\nChủ đề: b\n\nKính gửi",
        "-----Thư gốc-----\nKính gửi",
        "-----Original Message-----\nFrom: 1022\n\nKính gửi",
        "On Thu, Nov 26, 2026 at 9:12 AM 1022 <1022@x.example> wrote:\n> Kính gửi",
        "> Kính gửi\n> ông bà",
        "Được gửi từ iPhone của tôi\n\nKính gửi",
    ],
)
def test_what_is_quoted_is_cut(quoted: str) -> None:
    text = f"Vẫn chưa ai đến sửa.\nXin xem lại.\n\n{quoted}"
    assert new_part(text, is_answer=True) == "Vẫn chưa ai đến sửa.\nXin xem lại."
    # A mail that answers none is somebody's own words, also what looks like a quotation.
    assert new_part(text, is_answer=False) == text.strip()


def test_threads_and_codes() -> None:
    ours = "<12345678-1234-4234-8234-123456789abc@hotline.example>"
    raw = raw_of("x", "utf-8", References=f"<a@b> {ours}", In_Reply_To=ours, Subject="Re: [ABCD-EFGH-2345]")
    mail = parse(raw)
    assert mail.thread == ("<a@b>", ours)
    assert mail.ours == ("12345678-1234-4234-8234-123456789abc",)
    assert mail.code == "ABCD-EFGH-2345"


def test_a_bounce_names_the_mail_that_came_back() -> None:
    number = "<12345678-1234-4234-8234-123456789abc@hotline.example>"
    raw = (
        "From: MAILER-DAEMON@x\r\nReturn-Path: <>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNot delivered\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        "Final-Recipient: rfc822; a@citizen.example\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {number}\r\nSubject: x\r\n--b--\r\n"
    )
    mail = parse(raw.format(action="failed").encode())
    assert mail.bounce is not None
    assert (mail.bounce.action, mail.ours) == ("failed", ("12345678-1234-4234-8234-123456789abc",))
    assert "550 no such user" in mail.bounce.detail
    assert mail.is_automatic
    delayed = parse(raw.format(action="delayed").encode()).bounce
    assert delayed is not None
    assert delayed.action == "delayed"


def test_many_attachments_are_bounded() -> None:
    message = EmailMessage()
    message["From"] = "a@citizen.example"
    message.set_content("x")
    for number in range(40):
        message.add_attachment(b"x", maintype="image", subtype="png", filename=f"../../{number}.png")
    attachments = parse(message.as_bytes()).attachments
    assert len(attachments) == 20
    assert "/" not in attachments[0].name


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    assert parse(raw).text is not None


@given(st.text(max_size=300))
def test_no_headers_make_it_fail(text: str) -> None:
    raw = f"From: {text}\r\nSubject: {text}\r\nReferences: {text}\r\nContent-Type: {text}\r\n\r\n{text}"
    assert parse(raw.encode("utf-8", "replace")).text is not None
