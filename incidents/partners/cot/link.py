"""One connection to a TAK server, kept up: connects, tells what is new, and begins anew after every failure."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from incidents.partners.cot.picture import Picture
from incidents.partners.models import TakServer
from incidents.webhooks.outbound import NotAllowed, Unreachable, checked_address
from realtime.change import change

log = logging.getLogger(__name__)

EVERY_S = 1.0
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
# Whoever does not take an event for so long is treated as gone.
TIMEOUT_S = 5.0


class Link:
    """A thread that feeds one server until it is stopped."""

    def __init__(self, server: TakServer) -> None:
        self.server = server
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"tak-{server.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends it after what it is doing, and waits for that."""
        self._stopping.set()
        self._thread.join(TIMEOUT_S * 2)

    def _run(self) -> None:
        wait = FIRST_WAIT_S
        while not self._stopping.is_set():
            began = timezone.now()
            try:
                with contextlib.closing(connect(self.server)) as peer:
                    self._note("")
                    self._feed(peer)
                why = ""
            except (NotAllowed, Unreachable) as error:
                why = str(error)
            except ssl.SSLError as error:
                why = f"tls_{error.reason or 'error'}"[:60].lower()
            except OSError as error:
                why = type(error).__name__
            except DatabaseError:
                log.warning("TAK %s: the database does not answer", self.server.name, exc_info=True)
                why = "database"
            if why:
                self._note(why)
                log.warning("TAK %s: %s", self.server.name, why)
            if (timezone.now() - began).total_seconds() > LONGEST_WAIT_S:
                wait = FIRST_WAIT_S
            self._stopping.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)
        connection.close()

    def _feed(self, peer: socket.socket) -> None:
        picture = Picture()
        while not self._stopping.is_set():
            close_old_connections()
            for one in picture.news(self.server, timezone.now()):
                peer.sendall(one)
            _drain(peer)
            self._stopping.wait(EVERY_S)

    def _note(self, failure: str) -> None:
        """For the administration pages: connected since when, or why not."""
        with contextlib.suppress(DatabaseError), change() as c:
            now = None if failure else c.at
            TakServer.objects.filter(pk=self.server.pk).update(connected_at=now, failure=failure[:60])


def connect(server: TakServer) -> socket.socket:
    """An open connection. Raises NotAllowed (an inner address no setting allows, or plain outside one), Unreachable,
    OSError.
    """
    address, is_inner = checked_address(server.host, server.port)
    if not server.tls and not is_inner:
        raise NotAllowed("not_encrypted")
    plain = socket.create_connection((address, server.port), timeout=TIMEOUT_S)
    if not server.tls:
        return plain
    try:
        return _context(server).wrap_socket(plain, server_hostname=server.host)
    except BaseException:
        plain.close()
        raise


def _context(server: TakServer) -> ssl.SSLContext:
    folder = Path(settings.TAK_FOLDER) if settings.TAK_FOLDER else None
    authority = folder / "ca.pem" if folder is not None else None
    known = str(authority) if authority is not None and authority.is_file() else None
    context = ssl.create_default_context(cafile=known)
    own = folder / f"{server.name}.pem" if folder is not None else None
    if own is not None and own.is_file():
        context.load_cert_chain(own)
    return context


def _drain(peer: socket.socket) -> None:
    """Throws away what the server says (pings, other people's events). Raises ConnectionResetError when it is gone."""
    peer.settimeout(0.0)
    try:
        for _part in range(64):
            if not peer.recv(65536):
                raise ConnectionResetError
    except (BlockingIOError, ssl.SSLWantReadError):
        pass
    finally:
        peer.settimeout(TIMEOUT_S)
