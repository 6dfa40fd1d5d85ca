"""Proxies as the environment names them."""

from __future__ import annotations

import ipaddress
import urllib.request
from typing import Final

from socialkit.transport._secret import Secret

__all__ = ["Proxies"]

ANY_SCHEME: Final = "all"


class Proxies:
    """Which proxy leads to a host; read once, when the first request of a pool needs it.

    `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` count, and on macOS and Windows the system's
    settings. A host on this machine is never reached through a proxy. Addresses may hold a password, so
    they are kept as secrets.
    """

    def __init__(self) -> None:
        self._by_scheme = {scheme: Secret(_whole(url)) for scheme, url in urllib.request.getproxies().items()}
        self._direct: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._by_scheme)

    def find(self, scheme: str, host: str) -> Secret | None:
        """Return the proxy's address, or None to go directly."""
        proxy = self._by_scheme.get(scheme) or self._by_scheme.get(ANY_SCHEME)
        if proxy is None:
            return None
        if host not in self._direct:
            self._direct[host] = is_loopback(host) or bool(urllib.request.proxy_bypass(host))
        return None if self._direct[host] else proxy


def _whole(url: str) -> str:
    return url if "://" in url else f"http://{url}"


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine.

    Example:
        >>> (
        ...     is_loopback("127.0.0.1"),
        ...     is_loopback("::1"),
        ...     is_loopback("localhost"),
        ...     is_loopback("social.example"),
        ... )
        (True, True, True, False)
    """
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
