"""Addresses that somebody else chose and this server is to call: which hosts, and never one of our own networks."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence


class NotPublic(Exception):
    """The host has an address inside a network of our own, or of nobody."""


class UnknownHost(Exception):
    """Nobody knows the host now."""


def is_one_of(host: str, allowed: Sequence[str]) -> bool:
    """Whether a host is one of these; ".host" stands for all below it."""
    name = host.lower().rstrip(".")
    return any(name == one or (one.startswith(".") and name.endswith(one)) for one in allowed)


def public_address(host: str, port: int) -> str:
    """An address of the host, to connect to: a name that points elsewhere a moment later does not help.

    Raises NotPublic when any of its addresses is not on the open internet, UnknownHost.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnknownHost(host) from error
    addresses = [str(row[4][0]) for row in found]
    if not all(ipaddress.ip_address(one.partition("%")[0]).is_global for one in addresses):
        raise NotPublic(host)
    return addresses[0]
