"""Where events may be sent: https, to addresses that the installation means to reach."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from campaigns.errors import ConflictError, SettingsError

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Host and port → addresses as text. Raises OSError."""

MAX_URL = 2000
_PORTS = {"https": 443, "http": 80}


def check_url(url: str) -> str:
    """``url`` if events may be sent there at all. Raises ConflictError that says what is wrong."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ConflictError("the address of an endpoint is not a valid URL") from None
    if parts.scheme not in _PORTS or not host or port == 0 or len(url) > MAX_URL or not url.isascii():
        raise ConflictError("an endpoint is an address such as https://events.example.com/xiaorong")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ConflictError("an endpoint's address holds no password and no '#': events are signed instead")
    if parts.scheme == "http" and not names_loopback(host):
        raise ConflictError("an endpoint must be https; http is for this machine alone (localhost)")
    return url


def names_loopback(host: str) -> bool:
    """Whether ``host`` is this machine by its name or its address, whatever a name server says."""
    if host == "localhost":
        return True
    literal = _literal(host)
    return literal is not None and literal.is_loopback


async def address_for(url: str, *, private: bool, resolve: Resolver | None = None) -> str:
    """The address to connect to for ``url``. With ``private`` the lender's own network and this machine
    may be reached.

    Every address that the name stands for must be allowed: a name cannot lead somewhere else on a second
    look. Raises SettingsError for one that is not allowed, OSError when the name is not known.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    found = await (resolve or system_resolver)(host, parts.port or _PORTS[parts.scheme])
    if not found:
        raise OSError("the name has no address")
    addresses = [ip_address(text) for text in found]
    if names_loopback(host):
        if not all(address.is_loopback for address in addresses):
            raise SettingsError("localhost does not lead to this machine")
        if not private:
            raise SettingsError(
                "this machine is no public address; set webhook_private_addresses = true if it is meant"
            )
    elif not all(_allowed(address, private) for address in addresses):
        raise SettingsError(
            "the address is not a public one; set webhook_private_addresses = true if it is meant"
        )
    return str(addresses[0])


async def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that the system finds."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def _allowed(address: Address, private: bool) -> bool:
    real = (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
    if real.is_loopback or real.is_link_local or real.is_multicast or real.is_unspecified or real.is_reserved:
        return False
    return real.is_global or private


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
