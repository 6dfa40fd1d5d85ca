"""Recorded answers of real Mastodon servers: where they lie, and a client to hand them to."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from socialkit.operations import AsyncListing, Listing, Page
from socialkit.platforms import AsyncMastodon, Mastodon
from socialkit.transport import Request, Response
from tests.support import corpus
from tests.transport.fakes import SteppedTransport, json_answer

T = TypeVar("T")

AnyMastodon = Mastodon | AsyncMastodon

ME = {"id": "1", "username": "shop", "acct": "shop", "display_name": "Shop"}
"""Whose client it is, as far as the recorded answer does not say."""


@dataclass(frozen=True)
class Recording:
    """One recorded request and what a server answered."""

    name: str
    method: str
    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    sent: str
    """The body of the request."""

    @property
    def path(self) -> str:
        return urlsplit(self.url).path.rstrip("/")

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def response(self) -> Response:
        return Response(self.status, self.headers, self.body, self.url)

    def of(self, value: object) -> Recording:
        """The same answer with only a part of its body."""
        return replace(self, body=json.dumps(value).encode())


def recordings() -> tuple[Recording, ...]:
    """Return every recorded answer, in order; skips the test where there is none."""
    return _recordings(corpus("mastodon"))


@lru_cache(maxsize=1)
def _recordings(folder: Path) -> tuple[Recording, ...]:
    return tuple(one for file in sorted(folder.glob("*/*.json")) for one in _read(file))


def _read(file: Path) -> Iterator[Recording]:
    for number, one in enumerate(json.loads(file.read_text())["interactions"]):
        sent, got = one["request"], one["response"]
        yield Recording(
            name=f"{file.parent.name}/{file.stem}[{number}]",
            method=sent["method"],
            url=sent["uri"],
            status=got["status"]["code"],
            headers={name.lower(): _one(value) for name, value in got["headers"].items()},
            body=(got["body"] or "").encode(),
            sent=sent["body"] or "",
        )


def _one(value: str | list[str]) -> str:
    """Return what a client sees of a header, which a recording may hold line by line."""
    return value if isinstance(value, str) else ", ".join(value)


Route = tuple[str, str, Response]
"""Method, pattern of the path, and what is answered."""


def transport(*routes: Route, suspends: bool = False) -> SteppedTransport:
    """Return what answers by route; what an operation looks up on its way gets next to nothing."""
    known = (
        *routes,
        ("GET", r"/api/v1/accounts/verify_credentials", json_answer(ME)),
        ("GET", r"/api/v1/accounts/[^/]+/statuses", json_answer([])),
        ("GET", r"/api/v1/scheduled_statuses", json_answer([])),
    )

    def answer(request: Request) -> Response:
        path = urlsplit(request.url).path.rstrip("/")
        for method, pattern, response in known:
            if request.method == method and re.fullmatch(pattern, path):
                return response
        raise AssertionError(f"nobody recorded {request.method} {path}")

    return SteppedTransport(answer, suspends=suspends)


Connect = Callable[..., AnyMastodon]


def connector(mode: str) -> Connect:
    """Return what makes a client of a mode that talks to routes."""

    def connect(*routes: Route, origin: str = "https://mastodon.example") -> AnyMastodon:
        suspends = mode == "async"
        kind = AsyncMastodon if suspends else Mastodon
        carrier = transport(*routes, suspends=suspends)
        return kind(base_url=origin, access_token="not-a-real-token", transport=carrier)

    return connect


async def first_page(listing: Listing[T] | AsyncListing[T]) -> Page[T]:
    """Return the first page of a listing, of either mode."""
    pages = listing.pages()
    return await anext(pages) if isinstance(pages, AsyncIterator) else next(pages)


def last_call(client: AnyMastodon) -> tuple[str, str]:
    """Return method and path of what a client sent last."""
    request = cast("SteppedTransport", client._core.transport).sent[-1]
    return request.method, urlsplit(request.url).path
