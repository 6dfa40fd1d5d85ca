"""Drafts and files with which something is wrong are refused, with all that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

import socialkit as sk
from socialkit.platforms.mastodon import MastodonOptions, Poll
from tests.bad_input.support import refused
from tests.security.support import (
    ACCESS,
    GIF,
    ME,
    NOON,
    Serve,
    close,
    connect,
    first_lines,
    message,
    outcome,
    reading,
)
from tests.transport.loopback import http


def problems(result: object) -> list[str]:
    assert isinstance(result, sk.InvalidDraftError), result
    return [problem.field for problem in result.problems]


@pytest.mark.parametrize("text", ["", " ", "\n\t\r", "\u3000", "\xa0"])
async def test_a_draft_of_blanks_is_empty(blocking: bool, serve: Serve, text: str) -> None:
    assert problems(await refused(blocking, serve, lambda c: c.posts.publish(text))) == ["text"]
    assert problems(await refused(blocking, serve, lambda c: c.inbox.reply(message(), text))) == ["text"]


def warned(overflow: Literal["thread", "truncate"]) -> sk.Draft:
    """A draft whose content warning leaves no room for its text."""
    return sk.Draft(text="x", options=[MastodonOptions(content_warning="w" * 600)], overflow=overflow)


LONG = "x" * 501
EMPTY_POLL = MastodonOptions(poll=Poll(choices=[" "], duration=timedelta(days=-1)))
TALKATIVE = sk.Media.from_bytes(GIF, filename="a.gif", alt_text="x" * 1_501)
WRONG_DRAFTS = [
    (sk.Draft(text=LONG), ["text"]),
    (sk.Draft(text="x", first_comment=" "), ["first_comment"]),
    (sk.Draft(text="x", thread=[sk.Draft(), sk.Draft(text=LONG)]), ["thread[0].text", "thread[1].text"]),
    (sk.Draft(text=LONG, overflow="thread"), ["text"]),
    (warned("thread"), ["text"]),
    (warned("truncate"), ["text"]),
    (
        sk.Draft(text="x", options=[EMPTY_POLL]),
        ["options.poll.choices", "options.poll.choices[0]", "options.poll.duration"],
    ),
    (sk.Draft(text="x", media=[TALKATIVE]), ["media[0].alt_text"]),
    (sk.Draft(text="x", visibility=sk.Visibility("friends")), ["visibility"]),
    (sk.Draft(text="x", reply_to="", quotes=" "), ["reply_to", "quotes"]),
]


@pytest.mark.parametrize(("draft", "fields"), WRONG_DRAFTS)
async def test_every_problem_of_a_draft_is_named(
    blocking: bool, serve: Serve, draft: sk.Draft, fields: list[str]
) -> None:
    assert problems(await refused(blocking, serve, lambda c: c.posts.publish(draft))) == fields


async def test_a_time_that_is_past_is_refused_before_anything_is_written(
    blocking: bool, serve: Serve
) -> None:
    server = serve(lambda _: ME)
    client = connect(blocking, server.url)
    late = sk.Draft(text="x", options=[MastodonOptions(scheduled_at=NOON)])
    result = await outcome(lambda c: c.posts.publish(late), client)
    await close(client)

    assert problems(result) == ["options.scheduled_at"]
    assert not [line for line in first_lines(server) if line.startswith("POST")]


@pytest.mark.parametrize("text", ["a\ud800", "\udfff"])
async def test_half_a_character_is_no_text(blocking: bool, serve: Serve, text: str) -> None:
    result = await refused(blocking, serve, lambda c: c.posts.publish(sk.Draft(text=text)))

    assert problems(result) == ["text"]
    assert "half a character" in str(result)


@pytest.mark.parametrize("name", ["search", "profile", "get", "cursor", "hashtag"])
async def test_half_a_character_goes_nowhere(blocking: bool, serve: Serve, name: str) -> None:
    calls: dict[str, Callable[[Any], Any]] = {
        "search": lambda c: c.listening.search("a\ud800"),
        "hashtag": lambda c: c.listening.search("#a\ud800"),
        "profile": lambda c: c.listening.profile("a\ud800"),
        "get": lambda c: c.posts.get("\ud800"),
        "cursor": lambda c: c.inbox.iterate(cursor="max_id=\ud800"),
    }
    server = serve(lambda _: ME)
    client = connect(blocking, server.url)
    result = await outcome(calls[name], client)
    await close(client)

    assert isinstance(result, sk.ConfigurationError), result
    assert not [line for line in first_lines(server) if "verify_credentials" not in line]


ODD_TEXTS = [
    "🍂" * 250,
    "👨‍👩‍👧‍👦",
    "\u202eright to left",
    "a\0b",
    "\u200b\u200d\ufeff",
    "e" + "\u0301" * 400,
    "\x1b[31m",
]


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_odd_characters_arrive_as_they_are(blocking: bool, serve: Serve, text: str) -> None:
    server = serve(lambda request: reading(request) if request.startswith(b"GET") else http(b"{}", 422))
    client = connect(blocking, server.url)
    await outcome(lambda c: c.posts.publish(text), client)
    await close(client)
    sent = next(one for one in server.requests if one.startswith(b"POST"))

    assert json.loads(sent.partition(b"\r\n\r\n")[2])["status"] == text


def test_checking_ten_thousand_parts_finishes() -> None:
    thread = [sk.Draft(text=f"Part {number} https://shop.example/{number}") for number in range(9_999)]
    client = sk.connect("mastodon", base_url="https://social.example", access_token=ACCESS)
    found = client.posts.check(sk.Draft(text="One", thread=[*thread, sk.Draft(text="")]))
    client.close()

    assert [problem.field for problem in found] == ["thread[9999].text"]


def test_checking_a_long_text_finishes() -> None:
    client = sk.connect("mastodon", base_url="https://social.example", access_token=ACCESS)
    found = client.posts.check(sk.Draft(text="word " * 100_000, overflow="thread"))
    client.close()

    assert found == ()


# Media ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 100, b"<html>", b"%!PS", b"MZ\x90", b"PK\x03\x04", b"\xff\xd8", GIF[:3], b"RIFFxxxxWEBPx"],
)
def test_a_file_of_no_kind_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "jacket.jpg"
    path.write_bytes(content)

    with pytest.raises(sk.InvalidDraftError, match=r"jacket\.jpg"):
        sk.Media.from_bytes(content, filename="jacket.jpg")
    with pytest.raises(sk.InvalidDraftError, match=r"jacket\.jpg"):
        sk.Media.open(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        sk.Media.open(tmp_path)


@pytest.mark.parametrize("change", ["gone", "longer"])
async def test_a_file_that_changed_since_is_refused(
    blocking: bool, serve: Serve, change: str, tmp_path: Path
) -> None:
    path = tmp_path / "dot.gif"
    path.write_bytes(GIF)
    media = sk.Media.open(path)
    path.unlink() if change == "gone" else path.write_bytes(GIF + b"x")
    result = await refused(blocking, serve, lambda c: c.media.upload(media))

    assert isinstance(result, sk.InvalidDraftError)
    assert "dot.gif" in str(result)


@pytest.mark.parametrize(
    "name", ['a"b.gif', "a\r\nX-Evil: 1.gif", "../../etc/passwd", "é🍂.gif", "a;b=c.gif", "a\0b"]
)
async def test_a_file_name_changes_nothing_else(blocking: bool, serve: Serve, name: str) -> None:
    server = serve(lambda _: http(b'{"id": "1", "url": "https://x.example"}'))
    client = connect(blocking, server.url)
    media = sk.Media.from_bytes(GIF, filename=name, alt_text='"\r\nX-Evil: 2\r\n')
    result = await outcome(lambda c: c.media.upload(media), client)
    await close(client)
    body = server.requests[0].partition(b"\r\n\r\n")[2]
    heads = [part.partition(b"\r\n\r\n")[0] for part in body.split(b"\r\n--")]

    assert isinstance(result, sk.PostMedia)
    assert not any(line.startswith(b"X-Evil") for head in heads for line in head.split(b"\r\n"))
    assert body.count(b'name="file"') == 1
