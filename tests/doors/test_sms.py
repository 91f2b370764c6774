"""SMS by an HTTP gateway: what is read, what is refused, what is kept once, and what goes out."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from incidents.delivery.models import Delivery, Receipt
from incidents.delivery.outcomes import Failure, Outcome
from incidents.delivery.ways import Outgoing
from incidents.doors import sms, sms_gateway, sms_webhook
from incidents.doors.models import SmsPart
from incidents.intake.models import Arrival
from incidents.intake.take import ReporterDetails
from incidents.intake.worker import Worker
from incidents.records.models import Report, ReportWords
from tests.intake.world import World

FIELDS = {"sender": "from", "text": "text", "id": "id", "ref": "ref", "part": "part", "parts": "parts", "udh": "udh"}
SECRET = "a-secret-of-24-characters"
IN, RECEIPT = f"/doors/sms/{SECRET}/in", f"/doors/sms/{SECRET}/receipt"
VIETNAMESE = "Ổ gà trước số 12/5"


def parsed(**sent: bytes) -> sms.Incoming:
    return sms.parse({name.rstrip("_"): value for name, value in sent.items()}, FIELDS)


# --- pure -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["0900000001", "84900000001", "+84900000001", " +84 900 000 001 "])
def test_a_number_is_the_same_however_it_is_typed(typed: str) -> None:
    assert parsed(from_=typed.encode(), text=b"x").sender == "+84900000001"


@pytest.mark.parametrize("typed", ["Viettel", "191", "1022"])
def test_a_sender_that_is_no_number_stays_and_gets_no_answer(typed: str) -> None:
    assert parsed(from_=typed.encode(), text=b"x").sender == typed
    assert sms.mobile_of(typed) == ""


def test_landlines_get_no_sms() -> None:
    assert sms.mobile_of("0274 3822 000") == ""
    assert sms.mobile_of("0900 000 001") == "+84900000001"


@pytest.mark.parametrize(
    ("raw", "charset", "coding", "whole"),
    [
        (VIETNAMESE.encode(), "", "", True),
        (VIETNAMESE.encode(), "UTF-8", "2", True),
        (VIETNAMESE.encode("utf-16-be"), "", "2", True),
        (VIETNAMESE.encode("utf-16-be"), "UTF-16BE", "8", True),
        # A charset that does not exist, or is not true: the bytes tell better.
        (VIETNAMESE.encode(), "nonsense", "", True),
        (VIETNAMESE.encode(), "us-ascii", "", True),
    ],
)
def test_words_in_any_encoding(raw: bytes, charset: str, coding: str, whole: bool) -> None:
    assert sms.decoded(raw, charset, coding) == (VIETNAMESE, whole)


def test_bytes_of_no_encoding_are_kept_as_far_as_they_can_be() -> None:
    text, whole = sms.decoded(b"O ga \xff\xfe to")
    assert (text, whole) == ("O ga \ufffd\ufffd to", False)


@given(st.binary(max_size=80), st.sampled_from(["", "utf-8", "utf-16-be", "x"]), st.sampled_from(["", "0", "2", "8"]))
def test_no_bytes_make_it_fail(raw: bytes, charset: str, coding: str) -> None:
    text, _whole = sms.decoded(raw, charset, coding)
    assert isinstance(text, str)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS.values())), st.binary(max_size=40)))
def test_no_request_makes_parsing_fail(sent: dict[str, bytes]) -> None:
    try:
        message = sms.parse(sent, FIELDS)
    except sms.Malformed:
        return
    assert 1 <= message.part <= message.parts < 256


@pytest.mark.parametrize(
    ("udh", "expected"),
    [
        (bytes([5, 0, 3, 10, 2, 1]), ("0a", 1, 2)),
        (b"0500030A0201", ("0a", 1, 2)),
        (bytes([6, 8, 4, 1, 2, 3, 3]), ("0102", 3, 3)),
        # A port number before it.
        (bytes([11, 5, 4, 0, 1, 0, 2, 0, 3, 10, 2, 2]), ("0a", 2, 2)),
    ],
)
def test_headers_of_parts(udh: bytes, expected: tuple[str, int, int]) -> None:
    message = parsed(from_=b"0900000001", text=b"x", udh=udh)
    assert (message.ref, message.part, message.parts) == expected


@pytest.mark.parametrize("udh", [b"", b"\x05", bytes([5, 0, 3, 10, 2, 3]), bytes([5, 0, 3, 10, 2, 0]), b"zzzz"])
def test_a_header_that_is_none_makes_a_message_of_its_own(udh: bytes) -> None:
    assert parsed(from_=b"0900000001", text=b"x", udh=udh).parts == 1


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ổ" * 70, 1),
        ("ổ" * 71, 2),
        ("ổ" * 134, 2),
        ("ổ" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_what_the_networks_charge_for(text: str, parts: int) -> None:
    assert sms.parts_of(text) == parts


def test_without_diacritics_it_costs_less() -> None:
    text = "Phản ánh 1022-000123 của ông/bà đã được chuyển đến UBND phường Phú Lợi – dự kiến trả lời “sớm”…"
    bare = sms.plain(text)
    assert bare == 'Phan anh 1022-000123 cua ong/ba da duoc chuyen den UBND phuong Phu Loi - du kien tra loi "som"...'
    assert (sms.parts_of(text), sms.parts_of(bare)) == (2, 1)


@given(st.text(max_size=300), st.booleans(), st.integers(1, 4))
def test_a_text_always_fits_after_fitting(text: str, diacritics: bool, most: int) -> None:
    fitted = sms.fit(text, diacritics=diacritics, most_parts=most)
    assert sms.parts_of(fitted) <= most
    assert diacritics or sms.is_plain(fitted)


def test_only_the_end_is_cut() -> None:
    text = "1022 trả lời phản ánh 1022-000123 (https://1022.example/tra-cuu/ABCD/): " + "dài lắm " * 100
    fitted = sms.fit(text, diacritics=False, most_parts=2)
    assert fitted.startswith("1022 tra loi phan anh 1022-000123 (https://1022.example/tra-cuu/ABCD/): dai lam")
    assert fitted.endswith("...")
    assert sms.parts_of(fitted) == 2


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        ("1", "", Receipt.DELIVERED),
        ("2", "", Receipt.FAILED),
        ("16", "", Receipt.FAILED),
        ("8", "ACK/", None),
        ("4", "", None),
        ("DELIVRD", "", Receipt.DELIVERED),
        ("", "id:1 sub:001 dlvrd:001 submit date:2611260105 done date:2611260106 stat:UNDELIV err:000", Receipt.FAILED),
        ("", "id:1 stat:ACCEPTD err:000", None),
        ("whatever", "", None),
    ],
)
def test_what_receipts_tell(status: str, text: str, expected: Receipt | None) -> None:
    assert sms.receipt_in(status, text) == expected


# --- in ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def gateway(world: World, settings: Any) -> Client:
    settings.SMS_SECRET = SECRET
    return Client()


def call(client: Client, **sent: str) -> Any:
    return client.get(IN, {"from": "+84900000001", "text": VIETNAMESE, "id": "m1", **sent})


@pytest.mark.django_db(transaction=True)
def test_a_message_is_taken_once_by_get_form_and_json(gateway: Client) -> None:
    one, two, three = ({"from": f"+8490000000{n}", "text": VIETNAMESE, "id": f"m{n}"} for n in (1, 2, 3))
    answers = [
        gateway.get(IN, one),
        gateway.post(IN, urlencode(two), content_type="application/x-www-form-urlencoded"),
        gateway.post(IN, json.dumps({**three, "other": [1]}), content_type="application/json"),
        gateway.get(IN, {**one, "text": "something else"}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4
    # Nothing happens before the worker takes it up.
    assert not Report.objects.exists()
    Worker().run_once()
    assert {row.words for row in ReportWords.objects.all()} == {VIETNAMESE}
    call(gateway)
    Worker().run_once()
    assert sorted(Report.objects.values_list("source", "source_id")) == [("sms", "m1"), ("sms", "m2"), ("sms", "m3")]
    # What the same telephone adds is part of its report.
    call(gateway, id="m4", text="Thêm: trước trường mầm non")
    Worker().run_once()
    assert Report.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_without_a_number_the_same_request_is_the_same_message(gateway: Client) -> None:
    for _time in range(2):
        assert call(gateway, id="").status_code == 200
    assert call(gateway, id="", text="Đèn hỏng").status_code == 200
    assert Arrival.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"[" * 5000, "application/json"),
        (b'{"from": "+84900000001"}', "application/json"),
        (b"text=abc", "application/x-www-form-urlencoded"),
        (b"from=%2B84900000001&text=", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % number for number in range(200)), "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_sms_is_told_so(gateway: Client, body: bytes, kind: str) -> None:
    answer = gateway.post(IN, body, content_type=kind)
    assert answer.status_code == 400
    assert answer.content
    assert not Arrival.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_too_large_and_cut_off(gateway: Client) -> None:
    large = b"from=1&text=" + b"a" * sms_webhook.LARGEST
    assert gateway.post(IN, large, content_type="application/x-www-form-urlencoded").status_code == 413
    # A percent sign at the end, a letter cut in two: kept, and marked.
    answer = gateway.post(IN, b"from=0900000001&text=%E1%BB%9", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    Worker().run_once()
    assert Report.objects.get().door_data == {"replaced_characters": True}


@pytest.mark.django_db(transaction=True)
def test_a_forged_call_changes_nothing(gateway: Client, settings: Any) -> None:
    wrong = IN.replace("24", "25")
    assert gateway.get(wrong, {"from": "0900000001", "text": "x"}).status_code == 404
    settings.SMS_ALLOW = ["10.1.0.0/16"]
    assert call(gateway).status_code == 403
    assert gateway.get(RECEIPT, {"delivery": "1", "status": "1"}).status_code == 403
    settings.SMS_ALLOW = ["10.1.0.0/16", "127.0.0.1"]
    assert call(gateway).status_code == 200
    settings.SMS_SECRET = ""
    # Nobody has set the door up: there is no address at all, also not one with an empty secret.
    assert call(gateway).status_code == 404
    assert Arrival.objects.count() == 1


def part(client: Client, number: int, of: int = 3, **more: str) -> None:
    sent = {"ref": "7", "part": str(number), "parts": str(of), "id": f"p{number}", "text": f"phần {number} "}
    assert call(client, **{**sent, **more}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_parts_wait_for_each_other(gateway: Client) -> None:
    part(gateway, 3)
    part(gateway, 1)
    # Of another sender under the same reference.
    part(gateway, 2, id="x", **{"from": "+84900000002"})
    Worker().run_once()
    assert not Report.objects.exists()
    assert SmsPart.objects.count() == 3
    part(gateway, 1, id="again")
    part(gateway, 2)
    Worker().run_once()
    assert ReportWords.objects.get().words == "phần 1 phần 2 phần 3"
    assert SmsPart.objects.count() == 1
    # The same parts again are nothing new.
    part(gateway, 2)
    Worker().run_once()
    assert SmsPart.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_part_that_never_comes_holds_nothing_up(gateway: Client, settings: Any) -> None:
    from incidents.doors.sms_taking import join_late

    part(gateway, 1)
    part(gateway, 3)
    Worker().run_once()
    assert join_late() == 0
    SmsPart.objects.filter(part=1).update(at=timezone.now() - dt.timedelta(hours=1))
    # The last one came just now: the second may be on its way.
    assert join_late() == 0
    SmsPart.objects.update(at=timezone.now() - dt.timedelta(hours=1))
    assert join_late() == 1
    Worker().run_once()
    assert ReportWords.objects.get().words == "phần 1  […] phần 3"


# --- out --------------------------------------------------------------------------------------------------------


class FakeGateway:
    """An HTTP gateway that speaks neither kannel's way nor ours: its answers are chosen by a test."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, str]] = []
        self.requests: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                is_json = self.headers.get("Content-Type", "").startswith("application/json")
                sent = json.loads(body) if is_json else {key: one[0] for key, one in parse_qs(body).items()}
                self._answer({**sent, "header": self.headers.get("Authorization")})

            def do_GET(self) -> None:
                self._answer({key: one[0] for key, one in parse_qs(urlsplit(self.path).query).items()})

            def _answer(self, sent: dict[str, Any]) -> None:
                outer.requests.append(sent)
                code, text = outer.answers.pop(0) if outer.answers else (200, "OK")
                self.send_response(code)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture
def brand(settings: Any) -> Iterator[FakeGateway]:
    fake = FakeGateway()
    settings.SMS_SEND_URL = f"http://127.0.0.1:{fake.server.server_port}/api/send"
    settings.SMS_SEND_FIELDS = "brand=SOTTTT&msisdn={digits}&content={text}&unicode={unicode}&ref={id}"
    settings.SMS_SECRET = SECRET
    yield fake
    fake.server.shutdown()


def sent(body: str = "Tra loi", address: str = "0900000001") -> Any:
    return sms_gateway.send(Outgoing(address, "", body, "<1@x.example>", delivery=42))


@pytest.mark.parametrize("method", ["get", "form", "json"])
def test_fields_are_named_by_settings(brand: FakeGateway, settings: Any, method: str) -> None:
    settings.SMS_SEND_METHOD = method
    settings.SMS_SEND_HEADERS = "Authorization: Bearer abc|X-Other: 1"
    assert sent("Trả lời & {to}").outcome == Outcome.SENT
    (request,) = brand.requests
    header = request.pop("header", "Bearer abc")
    expected = {"brand": "SOTTTT", "msisdn": "84900000001", "content": "Trả lời & {to}", "unicode": "1", "ref": "42"}
    assert (request, header) == (expected, "Bearer abc")


@pytest.mark.parametrize(
    ("answer", "outcome", "failure"),
    [
        ((200, '{"code": 0, "smsid": "abc-1"}'), Outcome.SENT, None),
        ((200, '{"code": 99, "error": "brand name is not registered"}'), Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW),
        ((400, "no such number +84900000001"), Outcome.PERMANENT, Failure.REFUSED),
        ((401, "who are you"), Outcome.TEMPORARY, Failure.SENDER_REFUSED),
        ((429, "slowly"), Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW),
        ((503, "later"), Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW),
        ((302, "moved"), Outcome.TEMPORARY, Failure.REJECTED_FOR_NOW),
    ],
)
def test_what_answers_mean(
    brand: FakeGateway, settings: Any, answer: tuple[int, str], outcome: Outcome, failure: Failure | None
) -> None:
    settings.SMS_SEND_ACCEPTED, settings.SMS_SEND_ID = r'"code": 0\b', r'"smsid": "([^"]+)"'
    brand.answers = [answer]
    result = sent()
    assert (result.outcome, result.failure) == (outcome, failure)
    assert result.provider_id == ("abc-1" if outcome == Outcome.SENT else "")
    assert "84900000001" not in result.detail


def test_a_gateway_that_is_away_is_tried_again_and_a_landline_never(brand: FakeGateway, settings: Any) -> None:
    assert sent(address="0274 3822 000").failure == Failure.NO_ADDRESS
    brand.server.server_close()
    settings.SMS_SEND_URL = "http://127.0.0.1:9/"
    assert sent().failure == Failure.UNREACHABLE


@pytest.mark.django_db(transaction=True)
def test_a_receipt_by_the_gateways_number_or_ours(brand: FakeGateway, take: Any, settings: Any) -> None:
    settings.SMS_SEND_ID = "id=(.+)"
    brand.answers = [(200, "id=abc-1")]
    take("Ổ gà", source="phone", reporter=ReporterDetails(phone="0900000001"))
    Worker().run_once()
    row = Delivery.objects.get(door="sms")
    assert (row.state, row.provider_id) == ("sent", "abc-1")
    client = Client()
    # Under way, of nobody we know, and not even a number: acknowledged, because a gateway would only ask again.
    for query in ({"id": "abc-1", "status": "8"}, {"id": "zzz", "status": "1"}, {"delivery": "9" * 30, "status": "1"}):
        assert client.get(RECEIPT, query).status_code == 200
    row.refresh_from_db()
    assert row.receipt == ""
    assert client.get(RECEIPT, {"id": "abc-1", "detail": "id:abc-1 stat:DELIVRD err:000"}).status_code == 200
    assert client.get(RECEIPT, {"delivery": str(row.pk), "status": "2"}).status_code == 200
    row.refresh_from_db()
    assert (row.state, row.receipt) == ("sent", Receipt.DELIVERED)


@pytest.mark.django_db(transaction=True)
def test_a_named_code_or_the_callers_number_joins_the_open_report(gateway: Client, take: Any) -> None:
    called = take(VIETNAMESE, source="phone", reporter=ReporterDetails(phone="+84900000001"))
    other = take("Đèn đường hỏng", reporter=ReporterDetails(phone="+84900000009"))
    # Who called from this number writes for the first time.
    call(gateway, text="Thêm: trước trường mầm non")
    # A tracking code is the key, however it is written; an incident's code alone is none.
    code = other.report.tracking_code
    call(gateway, id="m2", text=f"Ma {code.replace('-', ' ').lower()}: den van tat")
    call(gateway, id="m3", text=f"Về {other.incident.code} đèn đường vẫn tắt", **{"from": "+84900000003"})
    call(gateway, id="m4", text=f"Về {other.incident.code} vẫn tắt", **{"from": "+84900000009"})
    Worker().run_once()
    assert called.report.messages.filter(source_id="m1").exists()
    assert set(other.report.messages.exclude(source_id="").values_list("door", "source_id")) >= {
        ("sms", "m2"),
        ("sms", "m4"),
    }
    (apart,) = Report.objects.exclude(pk__in=[called.report.pk, other.report.pk])
    assert apart.source_id == "m3"
