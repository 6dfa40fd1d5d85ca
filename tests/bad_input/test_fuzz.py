"""Whatever JSON, headers and HTML say: data, or one of our errors."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import socialkit as sk
from socialkit.operations import finish
from socialkit.platforms.mastodon import AsyncMastodon, Mastodon
from socialkit.platforms.mastodon._facts import read_error
from socialkit.platforms.mastodon._paging import cursor_of, page_params
from socialkit.text import html_to_text
from socialkit.transport import (
    BlockingTransport,
    ErrorBody,
    ErrorTable,
    OpenAnswer,
    Request,
    Response,
    Secret,
    Transport,
    classify,
    parse_reset,
    parse_retry_after,
    read_error_body,
    redact,
    segment,
)
from tests.security.support import NOON, ONCE, OPERATIONS

T = TypeVar("T")

FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MONTH: Final = timedelta(days=32)

numbers = st.integers() | st.floats() | st.sampled_from([10**18, -(10**18), 10**400, 2**63, 1e308, -1.0])
WORDS: Final = [
    "..",
    "public",
    "mention",
    "2026-03-01T12:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31",
    "<p>Hello</p>",
    "&#x110000;",
    "1e999",
    "-1",
    "video",
    "direct",
]
texts = st.text(max_size=20) | st.sampled_from(["", "\x00", "Thu, 1", *WORDS])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)

ACCOUNT: Final[dict[str, Any]] = {
    "id": "9", "username": "shop", "acct": "shop", "display_name": "Shop", "note": "<p>Jackets</p>",
    "url": "https://social.example/@shop", "avatar": None, "bot": False, "created_at": "2026-03-01T12:00:00Z",
    "followers_count": 1, "following_count": 2, "statuses_count": 3,
}  # fmt: skip
MEDIA: Final[dict[str, Any]] = {
    "id": "5",
    "type": "image",
    "url": "https://social.example/5",
    "description": "A",
}
STATUS: Final[dict[str, Any]] = {
    "id": "1", "created_at": "2026-03-01T12:00:00Z", "account": ACCOUNT, "content": "<p>Hello</p>",
    "url": "https://social.example/@shop/1", "visibility": "public", "spoiler_text": "", "language": "en",
    "edited_at": None, "in_reply_to_id": None, "in_reply_to_account_id": None, "media_attachments": [MEDIA],
    "reblog": None, "quote": {"quoted_status": None}, "replies_count": 0, "favourites_count": 1,
    "poll": {"expires_at": None, "expired": False, "options": [{"title": "Yes", "votes_count": 1}]},
}  # fmt: skip
SCHEDULED: Final[dict[str, Any]] = {
    "id": "3", "scheduled_at": "2999-01-01T00:00:00Z", "params": {"text": "Later"},
    "media_attachments": [MEDIA],
}  # fmt: skip
NOTICE: Final[dict[str, Any]] = {
    "id": "8", "type": "mention", "created_at": "2026-03-01T12:00:00Z", "account": ACCOUNT, "status": STATUS,
}  # fmt: skip
INSTANCE: Final[dict[str, Any]] = {
    "version": "4.6",
    "configuration": {
        "statuses": {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23},
        "media_attachments": {"supported_mime_types": ["image/png"], "description_limit": 1_500},
        "polls": {"max_options": 4, "min_expiration": 300, "max_expiration": 2_629_746},
    },
    "max_toot_chars": 500,
}
DAY: Final[dict[str, Any]] = {"day": "1", "uses": "3", "accounts": "2"}


def regular(path: str) -> Any:
    """What a server in order would answer."""
    last = path.rstrip("/").rpartition("/")[2]
    answers: dict[str, Any] = {
        "verify_credentials": ACCOUNT,
        "lookup": ACCOUNT,
        "instance": INSTANCE,
        "media": MEDIA,
        "5": MEDIA,
        "context": {"descendants": [STATUS]},
        "notifications": [NOTICE],
        "scheduled_statuses": [SCHEDULED],
        "search": {"statuses": [STATUS]},
        "source": {"id": "1", "text": "Hello", "spoiler_text": ""},
        "tags": [{"name": "jackets", "url": "https://social.example/tags", "history": [DAY]}],
        "links": [{"url": "https://shop.example", "title": "Shop", "history": [DAY]}],
    }
    if "scheduled_statuses/" in path:
        return SCHEDULED
    many = last in {"statuses", "jackets"}
    return answers.get(last, [STATUS] if many else STATUS)


class Canned:
    """Answers at once; sleeping takes no time."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer
        self._asked = 0
        self._inner = BlockingTransport()

    async def send(self, request: Request, /) -> Response:
        self._asked += 1
        if self._asked > 300:
            raise sk.ConnectionFailedError("asked too often", sent=False)
        return self._answer(request)

    async def stream(self, request: Request, /) -> OpenAnswer:
        raise AssertionError(f"nothing here listens: {request}")

    async def sleep(self, seconds: float, /) -> None:
        """Wait for nothing."""

    def lock(self, key: str, /) -> AbstractAsyncContextManager[None]:
        del key
        return nullcontext()

    async def gather(self, *calls: Awaitable[T]) -> list[T]:
        return await self._inner.gather(*calls)

    async def offload(self, call: Any, /, *args: Any) -> Any:
        return call(*args)

    def now(self) -> datetime:
        return NOON

    def steady(self) -> float:
        return NOON.timestamp()

    async def close(self) -> None:
        """Nothing is held."""


def run(
    kind: type[Mastodon] | type[AsyncMastodon], call: Callable[[Any], Any], transport: Transport
) -> object:
    """Run one operation in either mode; this transport suspends in neither."""
    client = kind(base_url="https://social.example", access_token="x" * 8, transport=transport, retry=ONCE)
    try:
        result = call(client)
        if hasattr(result, "__aiter__"):
            return finish(_listed(result))
        if hasattr(result, "send"):
            return finish(result)
        return list(result) if hasattr(result, "__next__") else result
    except sk.SocialKitError as error:
        return error


async def _listed(listing: Any) -> list[object]:
    return [item async for item in listing]


def places(document: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return where in a document something stands."""
    return [path, *(one for key, inner in inside(document) for one in places(inner, (*path, key)))]


def inside(document: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(document, dict):
        return cast("dict[str, Any]", document).items()
    return enumerate(cast("Sequence[Any]", document)) if isinstance(document, list) else ()


def replaced(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    copy: Any = json.loads(json.dumps(document))
    copy[path[0]] = replaced(document[path[0]], path[1:], value)
    return copy


def answered(status: int, body: Any, link: str | None) -> Response:
    headers = {"content-type": "application/json"} | ({} if link is None else {"link": link})
    return Response(status, headers, json.dumps(body).encode())


@pytest.mark.parametrize("kind", [Mastodon, AsyncMastodon])
@pytest.mark.parametrize("name", OPERATIONS)
@settings(FUZZ, max_examples=40)
@given(data=st.data())
def test_no_field_of_an_answer_breaks_an_operation(
    kind: type[Mastodon] | type[AsyncMastodon], name: str, data: st.DataObject
) -> None:
    def answer(request: Request) -> Response:
        body = regular(request.url.partition("social.example/")[2])
        for _ in range(data.draw(st.integers(0, 2))):
            body = replaced(body, data.draw(st.sampled_from(places(body))), data.draw(values))
        link = data.draw(st.none() | st.sampled_from(LINKS))
        return answered(data.draw(st.sampled_from([200, 200, 200, 202, 206, 404, 422, 429, 500])), body, link)

    result = run(kind, OPERATIONS[name], Canned(answer))

    assert result is None or repr(result)


LINKS: Final = [
    '<https://social.example/x?max_id=5>; rel="next"',
    '<http://[bad>; rel="next"',
    '<?a=b>; rel="next", <?min_id=1>; rel="prev"',
    "<x?%ff=%fe>; rel=next",
]


@FUZZ
@given(body=values, status=st.integers(100, 999), name=st.sampled_from(sorted(OPERATIONS)))
def test_no_document_breaks_an_operation(body: Any, status: int, name: str) -> None:
    result = run(Mastodon, OPERATIONS[name], Canned(lambda _: answered(status, body, None)))

    assert result is None or repr(result)


@FUZZ
@given(content=st.binary(max_size=200), status=st.sampled_from([200, 400, 401, 429, 500]))
def test_no_bytes_break_an_operation(content: bytes, status: int) -> None:
    result = run(Mastodon, OPERATIONS["account.me"], Canned(lambda _: Response(status, {}, content)))

    assert isinstance(result, sk.SocialKitError | sk.Profile)


@FUZZ
@given(
    content=st.binary(max_size=100) | values.map(lambda value: json.dumps(value).encode()),
    header=st.text(),
    read=st.sampled_from([read_error, read_error_body]),
)
def test_every_refusal_becomes_an_error(
    content: bytes, header: str, read: Callable[[Response], ErrorBody | None]
) -> None:
    headers = {"retry-after": header, "x-request-id": header, "location": header, "www-authenticate": header}
    request = Request(method="GET", url="https://social.example/x", headers={"A": Secret("secret-secret")})
    for status in (200, 302, 304, 400, 401, 404, 429, 503, 999):
        response = Response(status, headers, content)
        error = classify(response, request, ErrorTable(read=read), platform="x", now=NOON)
        assert (error is None) == (status == 200)
        assert error is None or str(error)


@FUZZ
@given(header=st.text() | st.from_regex(r'(<[^<>]{0,20}>; ?rel="?(next|prev)"?,? ?){0,3}'))
def test_a_link_gives_a_cursor_that_can_be_used(header: str) -> None:
    cursor = cursor_of(Response(200, {"link": header}, b""))

    assert cursor is None or page_params(cursor, None, 40)


@FUZZ
@given(text=st.text() | numbers.map(str) | st.datetimes().map(str) | st.from_regex(r"[-+0-9T:.eEZ ]{0,40}"))
def test_a_reset_is_near_or_nothing(text: str) -> None:
    reset, wait = parse_reset(text, NOON), parse_retry_after(text, NOON)

    assert reset is None or (reset.tzinfo is UTC and abs(reset - NOON) <= MONTH)
    assert wait is None or timedelta() <= wait <= MONTH


@FUZZ
@given(
    html=st.text()
    | st.lists(
        st.sampled_from(
            [
                "<",
                ">",
                "/",
                "p",
                "br",
                "pre",
                "&",
                "#",
                "x",
                ";",
                '"',
                "'",
                "=",
                "ul",
                "li",
                "0",
                "99999999999",
                "a\n",
            ]
        )
    ).map("".join)
)
def test_any_html_becomes_text(html: str) -> None:
    assert isinstance(html_to_text(html), str)


@pytest.mark.parametrize(
    "piece", ["<", "<p", "<p ", '<a href="', "<a '", "&#", "&", "<br ", "<pre>", "</", " \n", "<!--", "&#x"]
)
def test_repeated_html_takes_no_time_of_its_own(piece: str) -> None:
    assert isinstance(html_to_text(piece * 20_000), str)


@FUZZ
@given(text=st.text())
def test_an_id_is_one_segment_or_refused(text: str) -> None:
    try:
        quoted = segment(text)
    except sk.ConfigurationError:
        return

    assert quoted not in {"", ".", ".."}
    assert not set(quoted) & set("/?#\\ \r\n\t")
    assert quoted.isascii()


@FUZZ
@given(
    secret=st.text(st.characters(codec="utf-8"), min_size=8, max_size=30).filter(lambda one: "*" not in one),
    around=st.text(max_size=20),
)
def test_a_secret_is_taken_out_of_any_text(secret: str, around: str) -> None:
    shown = redact(f"{around}{secret}{around}", (Secret(secret),))

    assert secret not in shown


@pytest.mark.parametrize("piece", ["token", "a", "access_", "token=", '"', "token:", "_token"])
def test_redacting_takes_no_time_of_its_own(piece: str) -> None:
    assert redact(piece * 10_000, (Secret("not-in-there"),))


@FUZZ
@given(url=st.text(max_size=40) | st.from_regex(r"https?://[a-z@:/?#\[\]\\.0-9]{0,30}"))
def test_any_address_of_a_file_is_taken_or_refused(url: str) -> None:
    try:
        media = sk.Media.from_url(url)
    except sk.InvalidDraftError:
        return

    assert media.url == url
    assert url.lower().startswith(("http://", "https://"))


@FUZZ
@given(url=st.text(max_size=40) | st.from_regex(r"https?://[a-z@:/?#\[\]\\.0-9]{0,30}"))
def test_any_base_address_is_taken_or_refused(url: str) -> None:
    try:
        client = Mastodon(base_url=url, access_token="not-a-real-token", transport=Canned(_no_answer))
    except sk.ConfigurationError:
        return
    result = client.posts.check("Hello")

    assert result == ()


def _no_answer(_request: Request) -> Response:
    return Response(204, {}, b"")
