"""Debian's kannel, an SMS gateway, with its fake SMS centre, on private ports, talking to the test's own server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from django.conf import settings

from tests.harness.processes import Program, accepts, free_port, wait_until

SECRET = "a-secret-of-24-characters"
BEARERBOX, SMSBOX = "/usr/sbin/bearerbox", "/usr/sbin/smsbox"
FAKE_CENTRE = "/usr/lib/kannel/test/fakesmsc"
_GOT = re.compile(r"Got message \d+: <\S+ (\S+) (?:udh (\S+) )?(text|data|ucs-2) (.*)>")

CONFIGURATION = """
group = core
admin-port = {admin}
admin-password = tests
admin-interface = 127.0.0.1
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
sms-combine-concatenated-mo = false
log-level = 1

group = smsc
smsc = fake
smsc-id = fake
host = 127.0.0.1
port = {centre}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {send}
sendsms-interface = 127.0.0.1
log-level = 1

group = sendsms-user
username = hotline
password = tests
concatenation = true
max-messages = 5

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{site}/doors/sms/{secret}/in?from=%p&text=%b&id=%I&charset=%C&coding=%c&udh=%u"
"""
# As in doors/README.md.
SEND_FIELDS = (
    "username=hotline&password=tests&from={from}&to={to}&text={text}&coding={coding}&charset=UTF-8"
    "&dlr-mask=27&dlr-url={receipt}%26status%3D%25d%26detail%3D%25A"
)


class Kannel:
    """The gateway. `centre(...)` connects a network whose telephones send these messages, and hear what we send."""

    def __init__(self, folder: Path, site: str) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("admin", "boxes", "centre", "send")}
        file = folder / "kannel.conf"
        file.write_text(CONFIGURATION.format(**self.ports, site=site, secret=SECRET))
        self.bearerbox = self._program("bearerbox", [BEARERBOX, str(file)], "boxes")
        self.smsbox = self._program("smsbox", [SMSBOX, str(file)], "send")
        self.centres: list[Program] = []

    def _program(self, name: str, argv: list[str], port: str) -> Program:
        return Program(
            name, argv, log=self.folder / f"{name}.log", cwd=self.folder, ready=lambda: accepts(self.ports[port])
        )

    def start(self) -> Kannel:
        self.bearerbox.start()
        self.smsbox.start()
        return self

    def stop(self) -> None:
        for program in (*self.centres, self.smsbox, self.bearerbox):
            program.kill()

    def centre(self, *messages: str) -> Program:
        """Connects the fake SMS centre, which sends each message once, one after the other, and stays."""
        for number, message in enumerate(messages or ("",)):
            # Given several, the fake centre would pick among them at random.
            argv = [FAKE_CENTRE, "-H", "127.0.0.1", "-r", str(self.ports["centre"]), "-i", "0.01"]
            argv += ["-m", "1" if message else "0", message or "+84900000099 1022 text nothing"]
            log = self.folder / f"centre-{len(self.centres)}.log"
            program = Program("fakesmsc", argv, log=log)
            program.start()
            self.centres.append(program)
            if message:
                wait_until(lambda log=log: "sent message 1" in log.read_text(errors="replace"))  # type: ignore[misc]
                if number < len(messages) - 1:
                    # It takes one centre at a time.
                    program.stop()
        return self.centres[-1]

    def heard(self) -> list[tuple[str, str]]:
        """(to, text) of everything that telephones got so far, long messages put together as telephones do."""
        found: list[tuple[str, str]] = []
        half: dict[tuple[str, bytes], str] = {}
        for program in self.centres:
            for to, header, kind, text in _GOT.findall(program.printed()):
                # Only what is "text" is not encoded.
                raw = text.encode() if kind == "text" else unquote_to_bytes(text.replace("+", " "))
                words = raw.decode("utf-16-be" if b"\x00" in raw else "utf-8")
                if header:
                    udh = unquote_to_bytes(header)
                    words = half.pop((to, udh[:5]), "") + words
                    if udh[5] < udh[4]:
                        half[to, udh[:5]] = words
                        continue
                found.append((to, words))
        return found


@pytest.fixture
def kannel(tmp_path: Path, live_server: object) -> Iterator[Kannel]:
    """The gateway, started, with the application's settings pointing at it."""
    names = (
        "SMS_SECRET",
        "SMS_SEND_URL",
        "SMS_SEND_METHOD",
        "SMS_SEND_FIELDS",
        "SMS_CALLBACK_URL",
        "SMS_SEND_ACCEPTED",
    )
    before = {name: getattr(settings, name) for name in names}
    site = str(live_server)
    gateway = Kannel(tmp_path, site)
    settings.SMS_SECRET, settings.SMS_CALLBACK_URL = SECRET, site
    settings.SMS_SEND_URL = f"http://127.0.0.1:{gateway.ports['send']}/cgi-bin/sendsms"
    settings.SMS_SEND_METHOD, settings.SMS_SEND_FIELDS = "get", SEND_FIELDS
    settings.SMS_SEND_ACCEPTED = "^(0: Accepted|3: Queued)"
    try:
        yield gateway.start()
    finally:
        gateway.stop()
        for name, value in before.items():
            setattr(settings, name, value)
