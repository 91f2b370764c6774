"""Requests to addresses that people have typed in: never into a network of our own unless a setting names it.

The connection goes to the very address that was checked, so a name that points elsewhere a moment later helps nobody;
redirects are not followed. OPSCENTER_PARTNER_NETWORKS lists inner networks that are allowed ("10.20.0.0/16, …"); only
there http is enough, everywhere else it has to be https.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class NotAllowed(Exception):
    """The address is none that may be asked; the text is a code."""


class Unreachable(Exception):
    """There was no usable answer; the text is a code."""


class Answer(NamedTuple):
    """What the other side said: its status, the first bytes of its body, whether there were more."""

    status: int
    body: bytes
    is_cut: bool


def checked_address(host: str, port: int) -> tuple[str, bool]:
    """An address of the host to connect to, and whether it lies in an inner network that the settings allow.

    Raises NotAllowed when any address of the host lies in a network of our own, Unreachable when it has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("unknown_host") from error
    addresses = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found]
    if not addresses:
        raise Unreachable("unknown_host")
    networks = [ipaddress.ip_network(one) for one in settings.PARTNER_NETWORKS]
    inner = [any(one in network for network in networks) for one in addresses]
    if not all(is_listed or _is_outside(one) for one, is_listed in zip(addresses, inner, strict=True)):
        raise NotAllowed("private_address")
    return str(addresses[0]), inner[0]


def _is_outside(address: Address) -> bool:
    """Whether it is a public address, also with regard to an IPv4 address that an IPv6 one stands for."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if not all(one.is_global for one in inside if one is not None):
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not address.is_multicast


def exchange(
    method: str,
    url: str,
    *,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    most_bytes: int = 64 * 1024,
    within_s: float = 20.0,
) -> Answer:
    """One request and its answer, as far as `most_bytes`. Raises NotAllowed and Unreachable; touches no database."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise NotAllowed("no_web_address") from error
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.password:
        raise NotAllowed("no_web_address")
    address, is_inner = checked_address(host, port)
    if parts.scheme == "http" and not is_inner:
        raise NotAllowed("not_https")
    until = time.monotonic() + within_s
    target = httpx.URL(url).copy_with(host=address)
    name = f"[{host}]" if ":" in host else host
    asked = {
        "Host": name if parts.port is None else f"{name}:{port}",
        "User-Agent": "opscenter-1022",
        **(headers or {}),
    }
    timeout = httpx.Timeout(within_s / 2, connect=5.0)
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream(method, target, content=content, headers=asked, extensions={"sni_hostname": host}) as answer,
        ):
            body = b""
            for part in answer.iter_bytes():
                body += part
                if len(body) > most_bytes:
                    return Answer(answer.status_code, body[:most_bytes], True)
                if time.monotonic() > until:
                    raise Unreachable("too_slow")
            return Answer(answer.status_code, body, False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(type(error).__name__) from error
