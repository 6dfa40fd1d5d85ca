"""Reading requests to a webhook: whatever is not plain is refused, and never guessed at."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.auth import Pushed
from socialkit.auth._pushed import LARGEST
from socialkit.errors import WebhookError


def status(**parts: Any) -> int:
    given: dict[str, Any] = {"method": "POST", "query": "", "headers": {}, "body": b"", **parts}
    with pytest.raises(WebhookError) as caught:
        Pushed.read(given["method"], given["query"], given["headers"], given["body"])
    return caught.value.status


def test_names_of_headers_are_read_in_any_case_and_as_bytes() -> None:
    push = Pushed.read("post", b"a=1&b=%C3%A9", [(b"X-Id", b"7"), (b"Accept", b"*/*")], b"{}")

    assert (push.method, push.header("x-id"), push.header("x-other")) == ("POST", "7", None)
    assert (push.parameter("a"), push.parameter("b"), push.parameter("c")) == ("1", "é", None)


def test_a_body_that_is_too_large_or_compressed_is_refused() -> None:
    assert status(body=b"x" * (LARGEST + 1)) == 413
    assert status(headers={"Content-Encoding": "gzip"}) == 415
    assert status(headers=[("content-encoding", "identity"), ("content-encoding", "gzip")]) == 400
    assert Pushed.read("POST", "", {"Content-Encoding": "identity"}, b"x" * LARGEST).body


def test_a_query_that_is_too_long_is_refused() -> None:
    assert status(query="a" * 10_001) == 414
    assert status(query="a=1&" * 60) == 414


@pytest.mark.parametrize(
    "parts",
    [
        {"body": "{}"},
        {"body": {"parsed": "already"}},
        {"body": None},
        {"method": None},
        {"query": {"a": "1"}},
        {"headers": None},
        {"headers": {"a": 1}},
        {"headers": ["ab", "abc"]},
        {"headers": 5},
    ],
)
def test_parts_of_other_types_are_the_applications_mistake(parts: dict[str, object]) -> None:
    assert status(**parts) == 500


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b'"{}"',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"id": "1", "id": "2"}',
        b'{"a": {"id": "1", "id": "2"}}',
        b"\xef\xbb\xbf{}",
        '{"a": "b"}'.encode("utf-16"),
        b'{"a": "\xe9"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a": "\\uD83D"}',
    ],
)
def test_a_body_that_can_be_read_in_two_ways_or_none_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookError) as caught:
        Pushed.read("POST", "", {}, body).document()
    assert caught.value.status == 400


def test_characters_that_are_escaped_in_two_halves_are_read() -> None:
    assert Pushed.read("POST", "", {}, b'{"a": "\\ud83c\\udf3b"}').document() == {"a": "\U0001f33b"}


def test_a_request_shows_neither_headers_nor_body() -> None:
    push = Pushed.read("POST", "verify_token=PLANTED", {"x-token": "PLANTED"}, b'{"a": "PLANTED"}')

    assert repr(push) == "Pushed('POST', 16 bytes)"
