"""Debian's exim and dovecot on private ports: mail is really sent, stored and fetched, and comes back.

servers.post("nguoi.gia@citizen.example", "Subject", "text")       a citizen writes to the hotline
servers.mails("nguoi.gia")                                          what lies in somebody's mailbox
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import smtplib
import tempfile
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import pytest
from django.conf import settings

from incidents.doors import mail_reading
from tests.harness.processes import Program, accepts, free_port, wait_until

USER = "Debian-exim"
HOTLINE = "1022@hotline.example"
# Whose mailboxes there are; a mail to anybody else comes back.
BOXES = ("1022", "nguoi.gia", "an-lac", "vang.mat")

EXIM = """
primary_hostname = hotline.example
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/exim.pid
deliver_drop_privilege = true
disable_ipv6 = true
rfc1413_query_timeout = 0s
smtp_accept_max = 100
acl_smtp_rcpt = take
acl_smtp_data = take
domainlist ours = hotline.example : citizen.example : agency.example
begin acl
take:
  accept
begin routers
boxes:
  driver = accept
  domains = +ours
  local_parts = {boxes}
  transport = box
nobody:
  driver = redirect
  allow_fail
  data = :fail: no such user here
begin transports
box:
  driver = appendfile
  maildir_format
  directory = {folder}/boxes/$local_part_data
  create_directory
  user = {user}
  mode = 0600
begin retry
* * F,1m,10s
"""
DOVECOT = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {user}
first_valid_uid = 1
mailbox_idle_check_interval = 1 secs
mail_location = maildir:{folder}/boxes/%u
passdb {{
  driver = static
  args = password=tests
}}
userdb {{
  driver = static
  args = uid={user} gid={user} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def delivered(path: Path) -> tuple[int, ...]:
    """When exim delivered the mail, as (second, microsecond, process).

    Its names are SECONDS.H<microseconds>P<process>.host, without leading zeros: as text they sort wrongly.
    """
    return tuple(int(number) for number in re.findall(r"\d+", path.name)[:3])


class MailServers:
    def __init__(self, folder: Path) -> None:
        self.folder, self.smtp_port, self.imap_port = folder, free_port(), free_port()
        user = pwd.getpwnam(USER)
        for name in ("spool", "log", "boxes", "run", "state", "home"):
            (folder / name).mkdir()
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755)
        exim, dovecot = folder / "exim.conf", folder / "dovecot.conf"
        exim.write_text(EXIM.format(port=self.smtp_port, folder=folder, boxes=" : ".join(BOXES), user=USER))
        dovecot.write_text(DOVECOT.format(port=self.imap_port, folder=folder, user=USER))
        for name in ("spool", "log", "boxes", "home"):
            os.chown(folder / name, user.pw_uid, user.pw_gid)
        self.exim = Program(
            "exim",
            ["/usr/sbin/exim4", "-C", str(exim), "-bdf", "-q5s"],
            log=folder / "exim.out",
            ready=lambda: accepts(self.smtp_port),
        )
        self.dovecot = Program(
            "dovecot",
            ["/usr/sbin/dovecot", "-F", "-c", str(dovecot)],
            log=folder / "dovecot.out",
            ready=lambda: accepts(self.imap_port),
        )

    def start(self) -> MailServers:
        self.exim.launch()
        self.dovecot.launch()
        self.exim.wait_ready()
        self.dovecot.wait_ready()
        return self

    def stop(self) -> None:
        self.exim.stop()
        self.dovecot.stop()

    def post(
        self, sender: str, subject: str, text: str = "", *, whole: EmailMessage | None = None, **headers: str
    ) -> str:
        """Somebody writes to the hotline; gives the mail's number."""
        message = whole or EmailMessage()
        if whole is None:
            message["Subject"] = subject
            message.set_content(text)
        if "From" not in message:
            message["From"] = sender
        message["To"] = HOTLINE
        message["Message-ID"] = number = make_msgid(domain="citizen.example")
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=20) as smtp:
            smtp.send_message(message, from_addr=sender, to_addrs=[HOTLINE])
        return number

    def raw(self, box: str) -> list[bytes]:
        files = sorted((self.folder / "boxes" / box).glob("*/*"), key=delivered)
        return [path.read_bytes() for path in files if path.parent.name in {"new", "cur"}]

    def mails(self, box: str) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw(box)]  # type: ignore[misc]

    def read(self, arrived: int = 1) -> int:
        """Waits until so many mails lie unread in the hotline's mailbox, and has the application read them."""

        def unread() -> int:
            with mail_reading.connect() as box:
                return len(box.uids("UNSEEN"))

        assert wait_until(lambda: unread() >= arrived, 30), (self.folder / "log" / "mainlog").read_text()[-3000:]
        with mail_reading.connect() as box:
            return mail_reading.read_new(box)


@pytest.fixture(scope="session")
def _mail_servers() -> Iterator[MailServers]:
    with tempfile.TemporaryDirectory(prefix="opscenter-mail-", ignore_cleanup_errors=True) as name:
        servers = MailServers(Path(name)).start()
        yield servers
        servers.stop()


@pytest.fixture
def mail_servers(_mail_servers: MailServers) -> Iterator[MailServers]:
    """The two servers with empty mailboxes, and the application's settings pointing at them."""
    for box in BOXES:
        shutil.rmtree(_mail_servers.folder / "boxes" / box, ignore_errors=True)
    values = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": _mail_servers.smtp_port,
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": HOTLINE,
        "IMAP_HOST": "127.0.0.1",
        "IMAP_PORT": _mail_servers.imap_port,
        "IMAP_SECURITY": "none",
        "IMAP_USER": "1022",
        "IMAP_PASSWORD": "tests",
        "IMAP_FOLDER": "INBOX",
    }
    before = {name: getattr(settings, name) for name in values}
    for name, value in values.items():
        setattr(settings, name, value)
    yield _mail_servers
    for name, value in before.items():
        setattr(settings, name, value)
