"""Connections to the public internet alone, for addresses that somebody else gave.

A name may lead to this machine or an inside network, and to another address each time that it is looked up.
So it is looked up here, and the very address that was looked at is connected to.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterator
from typing import Any, Final

import httpx

from socialkit.transport._origins import InsideError

__all__ = ["guard", "is_public", "require_public_name"]

TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses whose last 32 bits are the IPv4 address that a network's own gateway connects to."""

UNICAST: Final = ipaddress.ip_network("2000::/3")
"""All that is given out of IPv6; the rest is reserved, or some network's own way to write its inside."""

RESERVED: Final = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24")))
"""Addresses of protocols, some of which Python counts as public."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet, and so is each that it stands for.

    Example:
        >>> is_public("198.51.100.7"), is_public("10.0.0.7"), is_public("::ffff:127.0.0.1")
        (False, False, False)
        >>> is_public("1.1.1.1")
        True
    """
    return all(map(_is_given_out, _meant(ipaddress.ip_address(address))))


def _is_given_out(address: Address) -> bool:
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in RESERVED)
    return address in UNICAST or address in TRANSLATED


def _meant(address: Address) -> Iterator[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in TRANSLATED:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if address.ipv4_mapped is None:
        yield address
    yield from (one for one in inner if one is not None)


def require_public_name(host: str) -> None:
    """Refuse an address in numbers that is none of the public internet; where names lead is not asked.

    Raises:
        InsideError: It is one of this machine or of an inside network.
    """
    if not all(is_public(one) for one in _numbers(host)):
        raise _refusal(host)


def _numbers(host: str) -> list[str]:
    """Return an address in numbers as it is usually written; nothing of a name."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]  # `127.1`, or a single number
    except OSError:
        return []


def guard(carrier: httpx.HTTPTransport | httpx.AsyncHTTPTransport) -> None:
    """Have all connections that a transport will make lead to the public internet."""
    pool: Any = carrier._pool  # pyright: ignore[reportPrivateUsage]  # as `watch` has to
    lines = _Lines if isinstance(carrier, httpx.HTTPTransport) else _AsyncLines
    pool._network_backend = lines(pool._network_backend)


class _Lines:
    """What makes blocking connections."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def connect_tcp(self, host: str, port: int, **given: Any) -> Any:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise _unknown(host) from error
        *others, last = _allowed(host, found)
        for address in others:
            try:
                return self._inner.connect_tcp(address, port, **given)
            except Exception:  # noqa: BLE001 - whatever it is, the last address tells it
                continue
        return self._inner.connect_tcp(last, port, **given)


class _AsyncLines:
    """What makes async connections."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def connect_tcp(self, host: str, port: int, **given: Any) -> Any:
        look_up = asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        try:
            found = await asyncio.wait_for(look_up, given.get("timeout"))
        except TimeoutError as error:
            message = f"nobody said in time where {host} is"
            raise httpx.ConnectTimeout(message) from error
        except OSError as error:
            raise _unknown(host) from error
        *others, last = _allowed(host, found)
        for address in others:
            try:
                return await self._inner.connect_tcp(address, port, **given)
            except Exception:  # noqa: BLE001 - whatever it is, the last address tells it
                continue
        return await self._inner.connect_tcp(last, port, **given)


def _allowed(host: str, found: list[Any]) -> list[str]:
    """Return the addresses that a name leads to; one that leads inside as well is refused."""
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not addresses or not all(is_public(one) for one in addresses):
        raise _refusal(host)
    return addresses


def _unknown(host: str) -> httpx.ConnectError:
    return httpx.ConnectError(f"nobody knows where {host} is")


def _refusal(host: str) -> InsideError:
    return InsideError(
        f"what is asked for lies at {host}, an address of this machine or of an inside network"
    )
