"""Following a redirect without handing credentials to a stranger."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from socialkit.transport._redact import secrets_of
from socialkit.transport._request import Request, Response, Safety
from socialkit.transport._secret import Secret, mask

__all__ = ["MOST_REDIRECTS", "follow"]

MOST_REDIRECTS: Final = 5
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
CREDENTIAL_HEADERS: Final = frozenset({"authorization", "cookie", "proxy-authorization", "dpop"})
"""Left behind with the secret headers, whatever type their value has."""
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def follow(request: Request, response: Response) -> Request | None:
    """Return the request that a redirect asks for; None when it is not followed.

    Only reads by GET or HEAD are: a redirected write could be done twice. The new address stands for itself,
    so parameters are not added again. Another host, or the way from https to http, gets no credentials.
    """
    location = response.headers.get("location")
    if not location or not _may_follow(request, response):
        return None
    try:
        here, there = urlsplit(request.url), urlsplit(urljoin(request.url, location))
        trusted = _same_house(here, there)
    except ValueError:
        return None
    if there.scheme not in DEFAULT_PORTS or not there.hostname:
        return None
    if trusted:
        return request.replace(url=urlunsplit(there._replace(fragment="")), params=())
    return _stripped(request, there)


def _may_follow(request: Request, response: Response) -> bool:
    return (
        response.status in REDIRECTS
        and response.status not in request.accepts
        and request.safety is Safety.READ
        and request.method.upper() in {"GET", "HEAD"}
    )


def _same_house(here: SplitResult, there: SplitResult) -> bool:
    if here.hostname != there.hostname:
        return False
    ports = [part.port or DEFAULT_PORTS.get(part.scheme) for part in (here, there)]
    if here.scheme == there.scheme:
        return ports[0] == ports[1]
    return here.scheme == "http" and there.scheme == "https" and ports == [80, 443]


def _stripped(request: Request, there: SplitResult) -> Request | None:
    known = secrets_of(request)
    kept = [pair for pair in there.query.split("&") if mask(pair, known) == pair]
    url = urlunsplit(there._replace(query="&".join(kept), fragment=""))
    if mask(url, known) != url:  # in the path, where nothing can be left out
        return None
    headers = {
        name: value
        for name, value in request.headers.items()
        if not isinstance(value, Secret) and name.lower() not in CREDENTIAL_HEADERS
    }
    return request.replace(url=url, params=(), headers=headers, signed=False)
