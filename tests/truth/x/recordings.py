"""Recorded answers of X: where they lie, by which call they came, and a client to hand them to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from socialkit.platforms import AsyncX, X
from socialkit.transport import Request, Response
from tests.support import corpus
from tests.transport.fakes import SteppedTransport, json_answer

AnyX = X | AsyncX

ME: Final = "1072250532645998596"
WHO: Final = {"data": {"id": ME, "name": "The shop", "username": "shop"}}
"""Whose client it is, as far as the recorded answer does not say."""
NOTHING: Final = {"meta": {"result_count": 0}}

KEPT: Final = {
    "apis/dm_events/events.json": ("GET", "/2/dm_events"),
    "apis/dm_events/events_by_conversation.json": ("GET", "/2/dm_conversations/1-2/dm_events"),
    "apis/dm_events/events_by_participant.json": ("GET", "/2/dm_conversations/with/7/dm_events"),
    "apis/dm_events/events_create.json": ("POST", "/2/dm_conversations/with/7/messages"),
    "apis/media_upload_v2/upload_chunk_finalize_resp.json": ("POST", "/2/media/upload/1/finalize"),
    "apis/media_upload_v2/upload_chunk_status_resp.json": ("GET", "/2/media/upload"),
    "apis/searches/search_tweets_for_nyc.json": ("GET", "/2/tweets/search/recent"),
    "apis/searches/search_tweets_query.json": ("GET", "/2/tweets/search/recent"),
    "apis/timeline/timeline_mentions.json": ("GET", "/2/users/7/mentions"),
    "apis/timeline/timeline_tweets.json": ("GET", "/2/users/7/tweets"),
    "apis/tweet/tweets_counts_all_resp.json": ("GET", "/2/tweets/counts/recent"),
    "apis/user/user_liked_tweets_resp.json": ("GET", "/2/users/7/liked_tweets"),
}
"""By file of a library: the call that is answered so. The counts are those of the whole archive."""


@dataclass(frozen=True)
class Recording:
    """One recorded answer."""

    name: str
    method: str
    path: str
    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def response(self) -> Response:
        return Response(self.status, {"content-type": "application/json"}, self.body)


def recordings() -> tuple[Recording, ...]:
    """Return every recorded answer of API v2, in order; skips the test where there is none."""
    return _recordings(corpus("x"))


@lru_cache(maxsize=1)
def _recordings(folder: Path) -> tuple[Recording, ...]:
    return (*_cassettes(folder), *_kept(folder), *_pages(folder))


def _cassettes(folder: Path) -> Iterator[Recording]:
    for file in sorted(folder.glob("tweepy-cassettes/*.json")):
        for number, one in enumerate(json.loads(file.read_text())["interactions"]):
            sent, got = one["request"], one["response"]
            path = urlsplit(str(sent["uri"])).path
            if path.startswith("/2/"):
                body = (got["body"] or "").encode()
                yield Recording(f"{file.stem}[{number}]", sent["method"], path, got["status"]["code"], body)


def _kept(folder: Path) -> Iterator[Recording]:
    for name, (method, path) in KEPT.items():
        yield Recording(name, method, path, 200, (folder / "sns-sdks-python-twitter" / name).read_bytes())


def _pages(folder: Path) -> Iterator[Recording]:
    """Yield pages that searches of the archive gave, which look as those of the last days."""
    for file in sorted(folder.glob("twarc-csv/*.jsonl")):
        for number, line in enumerate(file.read_text().splitlines()):
            value: Any = json.loads(line or "{}")
            data: Any = value.get("data")
            if isinstance(data, list) and data and "text" in data[0]:
                name = f"{file.stem}[{number}]"
                yield Recording(name, "GET", "/2/tweets/search/recent", 200, line.encode())


def examples(folder: str) -> list[Any]:
    """Return what the vendor shows in its guides."""
    files = sorted(corpus("x", "documentation-examples", folder).glob("*.json"))
    return [json.loads(one.read_text())["example"] for one in files]


Route = tuple[str, str, Response]
"""Method, pattern of the path, and what is answered."""


def transport(*routes: Route, suspends: bool = False) -> SteppedTransport:
    """Return what answers by route; what an operation looks up on its way gets next to nothing."""
    known = (
        *routes,
        ("GET", "/2/users/me", json_answer(WHO)),
        ("GET", "/2/users/[0-9]+/(?:tweets|mentions)", json_answer(NOTHING)),
        ("GET", "/2/dm_.*events", json_answer(NOTHING)),
        ("POST", "/2/media/upload/initialize", json_answer({"data": {"id": "1"}})),
        ("POST", "/2/media/upload/1/append", json_answer({"data": {}})),
    )

    def answer(request: Request) -> Response:
        path = urlsplit(request.url).path
        for method, pattern, response in known:
            if request.method == method and re.fullmatch(pattern, path):
                return response
        raise AssertionError(f"nobody recorded {request.method} {path}")

    return SteppedTransport(answer, suspends=suspends)


Connect = Callable[..., AnyX]


def connector(mode: str) -> Connect:
    """Return what makes a client of a mode that talks to routes."""

    def connect(*routes: Route) -> AnyX:
        suspends = mode == "async"
        kind = AsyncX if suspends else X
        carrier = transport(*routes, suspends=suspends)
        return kind(access_token="not-a-real-token", transport=carrier, tier="enterprise")

    return connect
