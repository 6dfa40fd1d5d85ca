"""Recorded answers of the network's reference servers: whose answers they are, and clients to read them.

Where they were recorded, names that differ from run to run were replaced by numbered ones (`user(0)`). Here
each gets a name of the right form, the same one everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

import pytest

from socialkit.auth import Credentials
from socialkit.platforms import AsyncBluesky, Bluesky
from socialkit.platforms.bluesky import JETSTREAM
from socialkit.transport import Request, Response
from tests.support import corpus
from tests.transport.fakes import SteppedTransport, json_answer
from tests.truth.lexicon import fields_of

AnyBluesky = Bluesky | AsyncBluesky

POSTS, FEED = "app.bsky.feed.getPosts", "app.bsky.feed.getAuthorFeed"
THREAD, NOTES = "app.bsky.feed.getPostThread", "app.bsky.notification.listNotifications"
PROFILE, RECORD = "app.bsky.actor.getProfile", "com.atproto.repo.getRecord"
EVENTS: Final = f"{JETSTREAM}/subscribe"
"""No method of a lexicon: the address where events come from."""

WHERE: Final = (
    (POSTS, "posts", "bsky-views-posts/*", "bsky-feed-generation/0[013]-*", "pds-proxied-views/10-*"),
    (FEED, "feed", "bsky-views-author-feed/*", "pds-proxied-views/05-*"),
    (THREAD, "thread", "bsky-views-thread/*", "bsky-views-blocks/*", "bsky-views-*-lists/01-*thread*"),
    (THREAD, "thread", "bsky-data-plane-indexing/0[12]-*", "thread_view_*"),
    (NOTES, "notifications", "bsky-views-notifications/*", "bsky-views-starter-packs/04-*"),
    (PROFILE, "", "bsky-views-profile/0[1235]-*", "bsky-data-plane-indexing/0[456]-*"),
    (RECORD, "", "*_record*"),
)
"""Method, the field that some files hold alone, and the files."""


@dataclass(frozen=True)
class Recording:
    """One recorded answer."""

    name: str
    nsid: str | None
    """The method that it answers; None where we never call that."""
    body: Any

    def __str__(self) -> str:
        return self.name


def recordings() -> tuple[Recording, ...]:
    """Return every recorded answer; skips the test where there is none."""
    folder = corpus("bluesky")
    if not (folder / "server-snapshots").is_dir():
        pytest.skip(f"no recordings at {folder}")
    return _recordings(folder)


def of(nsid: str) -> list[Recording]:
    """Return the answers of a method."""
    return [one for one in recordings() if one.nsid == nsid]


@lru_cache(maxsize=1)
def _recordings(folder: Path) -> tuple[Recording, ...]:
    files = [*folder.glob("server-snapshots/*/*.json"), *folder.glob("marshalx-test-data/*.json")]
    events = sorted(folder.glob("jetstream-events/*.json"))
    return (*(_read(file) for file in sorted(files)), *(_event(file) for file in events))


def _event(file: Path) -> Recording:
    return Recording(f"{file.parent.name}/{file.stem}", EVENTS, json.loads(file.read_text())["body"])


def _read(file: Path) -> Recording:
    body = named(json.loads(file.read_text()))
    name = f"{file.parent.name}/{file.stem}"
    for nsid, field, *patterns in WHERE:
        if any(file.match(pattern) for pattern in patterns):
            return Recording(name, nsid, _whole(body, field))
    return Recording(name, None, body)


def _whole(body: Any, field: str) -> Any:
    """Return the answer of which a file may hold one field alone, or the one item of that."""
    if not field or field in fields_of(body):
        return body
    return {field: [body] if field == "posts" and fields_of(body) else body}


DIGITS: Final = "abcdefghijklmnopqrstuvwxyz234567"


def _letters(number: str, length: int) -> str:
    value = int(number)
    return "".join(DIGITS[value >> shift & 31] for shift in range(5 * (length - 1), -1, -5))


def named(value: Any) -> Any:
    """Return a document with names of the right form in place of numbered ones."""
    if isinstance(value, list):
        parts: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        return [named(one) for one in parts]
    if isinstance(value, dict):
        return {key: named(one) for key, one in fields_of(value).items()}  # pyright: ignore[reportUnknownArgumentType]
    found = re.fullmatch(r"(user|record|cids)\((\d+)\)", value) if isinstance(value, str) else None
    if found is None:
        return value
    kind, number = found.groups()
    if kind == "user":
        return f"did:plc:{_letters(number, 24)}"
    if kind == "record":
        return f"at://did:plc:{_letters(number, 24)}/app.bsky.feed.post/3{_letters(number, 12)}"
    return f"bafyrei{_letters(number, 52)}"


def found(value: Any, fits: Callable[[dict[str, Any]], bool]) -> Iterator[dict[str, Any]]:
    """Yield everything in a document that fits, however deep it lies."""
    fields = fields_of(value)
    if fields and fits(fields):
        yield fields
    parts: list[Any] = value if isinstance(value, list) else [*fields.values()]  # pyright: ignore[reportUnknownVariableType]
    for part in parts:
        yield from found(part, fits)


# Clients -----------------------------------------------------------------------------------

ME: Final = "did:plc:me"
KNOWN: Final[dict[str, Any]] = {"chat.bsky.convo.listConvos": {"convos": []}}
GONE: Final = json_answer({"error": "RecordNotFound", "message": "Could not locate record"}, 400)

Connect = Callable[..., AnyBluesky]


def connector(mode: str) -> Connect:
    """Return what makes a client of a mode that gets the answers given by method; others are not there."""

    def connect(answers: dict[str, Any], who: str = ME) -> AnyBluesky:
        known: dict[str, Any] = {**KNOWN, **answers}

        def answer(request: Request) -> Response:
            name = request.url.rpartition("/xrpc/")[2]
            return json_answer(known[name]) if name in known else GONE

        suspends = mode == "async"
        kind = AsyncBluesky if suspends else Bluesky
        login = Credentials(access_token="not-a-real-token", account_id=who, extra={"handle": "shop.example"})
        return kind(login, transport=SteppedTransport(answer, suspends=suspends))

    return connect


def sent(client: AnyBluesky) -> list[Request]:
    """Return what a client sent."""
    return cast("SteppedTransport", client._core.transport).sent
