"""Every parser of what an outsider controls: what comes out is a value, or one of our errors."""

from __future__ import annotations

import json
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import socialkit as sk
from socialkit import text
from socialkit.auth import LoginState, Stored, parse_callback
from socialkit.metrics import Conversions, Table
from socialkit.platforms.bluesky._events import to_event
from socialkit.platforms.bluesky._inbox import _read_cursor
from socialkit.platforms.bluesky._jetstream import _Seen as Followed
from socialkit.platforms.bluesky._records import parse_uri
from socialkit.platforms.bluesky._session import claims, may_have_credentials, move, pds_of
from socialkit.platforms.mastodon._paging import cursor_of, page_params
from socialkit.platforms.mastodon._streaming import _Seen as Heard
from socialkit.transport import (
    EventReader,
    Request,
    Response,
    Secret,
    parse_reset,
    parse_retry_after,
    read_error_body,
)
from tests.auth.support import NOON, state
from tests.security.support import GIF

Parser = Callable[[bytes], object]

DID: Final = "did:plc:abcdefghijklmnopqrstuvwx"
HOME: Final = "https://bsky.example"
DEEP: Final = b"[" * 10_000
HALF: Final = "\ud800".encode("utf-8", "surrogatepass")
"""Half a character, as JSON and careless programs make them."""
START: Final = sk.WallTime("2026-03-02 09:00", zone="Europe/Paris")
PHRASES: Final = text.Phrases(["order", "where is", "#sale", "漢字"])
RULES: Final = text.TextRules(unit=text.TextUnit.WEIGHTED, url_length=23)


def words(content: bytes) -> str:
    half = "\ud800" if content.endswith(HALF) else ""
    return content.removesuffix(HALF).decode("utf-8", "replace") + half


def stream(content: bytes) -> object:
    reader = EventReader()
    return [reader.feed(content[at : at + 7]) for at in range(0, min(len(content), 2_000), 7)]


def tree(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return words(content)


def document(content: bytes) -> object:
    """Read the document about an account, in which anything may stand in any place."""
    value = tree(content)
    service: dict[str, Any] = {"id": "#atproto_pds", "serviceEndpoint": value}
    whole = cast("dict[str, Any] | None", value if isinstance(value, dict) else None)
    services: list[Any] = [value, [value], [service], [service | {"id": value}]]
    found = [pds_of(whole, DID, HOME)]
    found += [pds_of({"id": DID, "service": one}, DID, HOME) for one in services]
    return [one for one in found if one is not None and not may_have_credentials(one, HOME)]


def token(content: bytes) -> object:
    """Read what a token says of itself."""
    body = urlsafe_b64encode(content).decode()
    said = claims(Secret(f"head.{body}.sign"))
    return said, claims(Secret(words(content)))


def headers(content: bytes) -> object:
    said = content.decode("latin-1")
    answer = Response(429, {"link": said, "retry-after": said}, b"")
    cursor = cursor_of(answer)
    return (
        parse_retry_after(said, NOON),
        parse_reset(said, NOON),
        cursor and page_params(cursor, None, 40),
    )


def refusal(content: bytes) -> object:
    try:
        return read_error_body(Response(400, {}, content))
    except ValueError:  # says that it is no JSON
        return None


def kept_login(content: bytes) -> object:
    return move(Request(method="GET", url=f"{HOME}/xrpc/x"), Stored(extra={"pds": words(content)}), HOME)


def written(content: bytes) -> object:
    """Read the words of a stranger in every way that there is."""
    said = words(content)[:400]
    return (
        [text.extract_entities(said, dialect) for dialect in text.Dialect],
        text.detect_facets(said),
        text.html_to_text(said),
        text.plain(said),
        text.count_graphemes(said),
        text.measure(said, RULES),
        text.truncate(said, 40, RULES),
        text.tag_links(said, {"utm_source": "x"}),
        PHRASES.find(said),
        text.is_url(said) or text.is_did(said) or text.is_handle(said) or text.is_at_uri(said),
    )


def argument(read: Callable[[str], object]) -> Parser:
    """Read an argument that may come from a stranger's request: a wrong one is a `ValueError`."""

    def parse(content: bytes) -> object:
        try:
            return read(words(content))
        except ValueError as error:
            return str(error)

    return parse


def file(load: Callable[[Path], object], ending: str) -> Parser:
    def parse(content: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"file{ending}")
            path.write_bytes(content)
            return load(path)

    return parse


PARSERS: Final[Mapping[str, Parser]] = {
    "a media file": lambda content: sk.Media.from_bytes(content, filename="file"),
    "a picture": lambda content: sk.Media.from_bytes(GIF[:13] + content, filename="file"),
    "a film": lambda content: sk.Media.from_bytes(content[:4] + b"ftypmp42" + content, filename="film"),
    "an event stream": stream,
    "an event of the network": to_event,
    "a body": lambda content: argument(lambda _: Response(200, {}, content).json())(content),
    "a refusal": refusal,
    "headers": headers,
    "a token": token,
    "a document of an account": document,
    "an address that a store holds": kept_login,
    "a callback": lambda content: parse_callback(
        f"https://shop.example/back?code=1&state={words(content)}", state(), now=NOON
    ),
    "a copied code": lambda content: parse_callback(words(content), state(), now=NOON),
    "a saved login": lambda content: LoginState.loads(words(content)),
    "stored tokens": lambda content: Stored.loads(words(content)),
    "a cursor of a stream": argument(lambda said: (Followed.of(said), Heard.of(said))),
    "a cursor of an inbox": argument(_read_cursor),
    "a cursor of a page": argument(lambda said: page_params(said, None, 40)),
    "a rule of a calendar": argument(lambda said: sk.Recurrence(said, start=START)),
    "an address of a record": lambda content: parse_uri(words(content)),
    "words": written,
    "a workspace": file(sk.Workspace.load, ".yaml"),
    "a router": file(sk.Router.load, ".toml"),
    "an authority": file(sk.Authority.load, ".json"),
    "a strategy": file(sk.Strategy.load, ".yaml"),
    "a mix": file(sk.Mix.load, ".toml"),
    "costs": file(sk.CostLedger.load, ".csv"),
    "orders": file(Conversions.read, ".csv"),
    "observations": file(Table.read, ".csv"),
    "lines of observations": file(Table.read, ".jsonl"),
}

NASTY: Final = {
    "half an address": b"//[",
    "nothing": b"",
    "half a character": HALF,
    "half a character in JSON": b'{"id": "\\ud800"}',
    "lists without an end": DEEP,
    "objects without an end": b'{"a":' * 10_000,
    "names without an end": b"a." * 4_000 + b"b = 1",
    "a long number": b'{"metric": ' + b"9" * 5_000 + b"}",
    "no number": b'{"exp": NaN, "metric": 1e999}',
    "an alias of itself": b"a: &a [*a, *a]",
    "a command": b"brands: !!python/object/apply:os.getcwd []",
    "a service of no name": b'{"id": "did:plc:abcdefghijklmnopqrstuvwx", "service": [{"id": {}}]}',
    "parameters without an end": b"&".join(b"a%d=b" % number for number in range(6_000)),
    "a picture without an end": b"\x2c" + bytes(8) + b"\x00\xff" * 3_000,
}

PIECES: Final = st.sampled_from(
    [
        *(one.encode() for one in '{}[]":,\n\r&*%a1@#;~<漢'),
        *(b"- ", b"= ", b"!!", b"\xff", b"e9", b"https://", b".example", b"did:", b"data:", b"FREQ="),
        *(b"id", b"\x00", b"\x21", b"\x2c", b"null", HALF, "👩\u200d👩".encode()),
    ]
)
CONTENT: Final = st.binary(max_size=60) | st.lists(PIECES, max_size=25).map(b"".join)


@pytest.mark.parametrize("kind", PARSERS)
@settings(max_examples=12, deadline=None)
@given(content=CONTENT)
def test_whatever_comes_is_read_or_refused_in_our_words(kind: str, content: bytes) -> None:
    assert read(kind, content)


@pytest.mark.parametrize("kind", PARSERS)
def test_what_is_made_to_break_a_parser_breaks_none(kind: str) -> None:
    assert all(read(kind, content) for content in NASTY.values())


def read(kind: str, content: bytes) -> str:
    """Return what came out, in words; another error than ours is raised."""
    try:
        return repr(PARSERS[kind](content))
    except sk.SocialKitError as error:
        return str(error)
