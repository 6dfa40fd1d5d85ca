"""An independent reading of Mastodon's JSON: what our models must say, told without our mapping."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from socialkit.models import Author, Limits, Message, MessageKind, Observation, Post, Profile, Trend

SEEN = {"public": "public", "unlisted": "unlisted", "private": "followers", "direct": "direct"}
KINDS = {"image": "image", "gifv": "animation", "video": "video", "audio": "audio"}
COUNTS = {"likes": "favourites_count", "shares": "reblogs_count", "replies": "replies_count"}
AUDIENCE = {"followers": "followers_count", "following": "following_count", "posts": "statuses_count"}


class Words(HTMLParser):
    """Collects what is not markup."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def bare(markup: str) -> str:
    """Return the letters of a text: no markup and no white space."""
    words = Words()
    words.feed(markup)
    words.close()
    return "".join("".join(words.found).split())


def letters(text: str) -> str:
    """Return a text without white space."""
    return "".join(text.split())


def time_of(text: str | None) -> datetime | None:
    """Return a time as the API writes it."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def text_id(value: object) -> str | None:
    """Return an id as a text."""
    return None if value is None else str(value)


def next_query(headers: dict[str, str]) -> str | None:
    """Return the query of the next page's address."""
    for part in headers.get("link", "").split(","):
        address, _, relation = part.partition(";")
        if 'rel="next"' in relation:
            return urlsplit(address.strip().strip("<>")).query
    return None


def check_author(author: Author | None, wire: Any) -> None:
    assert author is not None
    assert (author.id, author.handle, author.name) == (str(wire["id"]), wire["acct"], wire["display_name"])
    assert (author.url, author.avatar_url) == (wire["url"], wire["avatar"])


def check_post(post: Post, wire: Any) -> None:
    assert post.id == str(wire["id"])
    # A status that was deleted comes back with its source in place of its HTML.
    assert letters(post.text) == bare(wire.get("content") or "")
    assert (post.published_at, post.edited_at) == (
        time_of(wire["created_at"]),
        time_of(wire.get("edited_at")),
    )
    assert post.visibility is not None
    assert post.visibility.value == SEEN[wire["visibility"]]
    assert (post.url, post.title) == (wire["url"], wire["spoiler_text"] or None)
    assert (post.language, post.reply_to) == (wire.get("language"), text_id(wire["in_reply_to_id"]))
    counts = (post.like_count, post.share_count, post.reply_count, post.quote_count)
    names = ("favourites_count", "reblogs_count", "replies_count", "quotes_count")
    assert counts == tuple(wire.get(name) for name in names)
    assert post.shares == (text_id(wire["reblog"]["id"]) if wire["reblog"] else None)
    check_quote(post, wire.get("quote"))
    check_media(post, wire["media_attachments"])
    check_author(post.author, wire["account"])
    assert post.raw["id"] == wire["id"]


def check_quote(post: Post, quote: Any) -> None:
    if quote is None:
        assert post.quotes is None
    else:
        quoted = quote.get("quoted_status")
        assert post.quotes == (quoted["id"] if quoted else quote.get("quoted_status_id"))


def check_media(thing: Post | Message, attachments: Any) -> None:
    assert [(one.id, one.url, one.alt_text, one.kind.value, one.ready) for one in thing.media] == [
        (
            str(one["id"]),
            one["url"],
            one.get("description"),
            KINDS.get(one["type"], "unknown"),
            one["url"] is not None,
        )
        for one in attachments
    ]


def check_posts(posts: Sequence[Post], wires: Any) -> None:
    assert len(posts) == len(wires)
    for post, wire in zip(posts, wires, strict=True):
        check_post(post, wire)


def check_scheduled(post: Post, wire: Any) -> None:
    assert (post.id, post.published_at) == (str(wire["id"]), None)
    assert post.scheduled_at == time_of(wire["scheduled_at"])
    assert post.text == wire["params"]["text"]
    assert post.reply_to == text_id(wire["params"].get("in_reply_to_id"))
    check_media(post, wire.get("media_attachments") or [])


def check_profile(profile: Profile, wire: Any) -> None:
    check_author(profile, wire)
    assert letters(profile.bio) == bare(wire["note"])
    counts = (profile.follower_count, profile.following_count, profile.post_count)
    assert counts == tuple(wire[name] for name in AUDIENCE.values())
    assert (profile.created_at, profile.automated) == (time_of(wire["created_at"]), wire.get("bot"))


def check_message(message: Message, wire: Any) -> None:
    status: Any = wire.get("status")
    said = status is not None and wire["type"] in {"mention", "quote"}
    if not said:
        check_author(message.author, wire["account"])
        assert (message.kind, message.id) == (MessageKind.NOTICE, str(wire["id"]))
        assert message.created_at == time_of(wire["created_at"])
        assert message.post_id == (text_id(status["id"]) if status else None)
        assert message.notice is not None
        return
    check_words(message, status)


def check_words(message: Message, status: Any) -> None:
    assert message.id == str(status["id"])
    assert message.kind is not MessageKind.NOTICE
    assert letters(message.text) == bare(status["content"])
    assert message.created_at == time_of(status["created_at"])
    assert message.private == (status["visibility"] == "direct")
    assert (message.url, message.reply_to) == (status["url"], text_id(status["in_reply_to_id"]))
    check_author(message.author, status["account"])
    check_media(message, status["media_attachments"])


def check_comments(messages: Sequence[Message], context: Any, me: str) -> None:
    others = [one for one in context["descendants"] if str(one["account"]["id"]) != me]
    assert len(messages) == len(others)
    for message, status in zip(messages, others, strict=True):
        check_words(message, status)


def check_observations(rows: Sequence[Observation], wire: Any, names: dict[str, str]) -> None:
    values = {row.metric: row.value for row in rows}
    assert {metric: values[metric] for metric in names} == {
        metric: wire.get(name) for metric, name in names.items()
    }
    assert {row.subject for row in rows} == {str(wire["id"])}
    assert all((row.value is None) == (row.missing is not None) for row in rows)


def check_trends(trends: Sequence[Trend], wires: Any) -> None:
    assert [(one.name, one.url) for one in trends] == [
        (wire["name"] if "name" in wire else wire["title"], wire["url"]) for wire in wires
    ]
    days: list[Any] = [wire["history"][0] if wire.get("history") else {} for wire in wires]
    assert [(one.uses, one.people) for one in trends] == [
        (whole(day.get("uses")), whole(day.get("accounts"))) for day in days
    ]


def whole(text: Any) -> int | None:
    """Return a number that comes as a text."""
    return None if text is None else int(text)


def check_limits(limits: Limits, instance: Any, documented: Limits) -> None:
    told = instance.get("configuration", {})
    statuses, media, polls = (told.get(name, {}) for name in ("statuses", "media_attachments", "polls"))
    assert limits.text == statuses.get("max_characters", instance.get("max_toot_chars", documented.text))
    assert limits.media == statuses.get("max_media_attachments", documented.media)
    assert limits.url_length == statuses.get("characters_reserved_per_url", documented.url_length)
    assert limits.image.bytes == media.get("image_size_limit", documented.image.bytes)
    assert limits.video.pixels == media.get("video_matrix_limit", documented.video.pixels)
    assert limits.alt_text == media.get("description_limit", documented.alt_text)
    assert limits.mime_types == frozenset(media.get("supported_mime_types", documented.mime_types))
    assert limits.poll_options == polls.get("max_options", documented.poll_options)
    longest = polls.get("max_expiration")
    assert limits.poll_longest == (timedelta(seconds=longest) if longest else documented.poll_longest)


def plain(path: str) -> str:
    """Return a path with its ids taken out, to compare it with others."""
    return re.sub(r"/[^/]*\d[^/]*(?=/|$)", "/:id", re.sub(r"^/api/v", "/api/V", path)).replace("/V", "/v")
