"""What a record shows, in the form in which it is compared with a draft: pure functions."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

from socialkit.models import Post
from socialkit.platforms.base import Reading, in_one_line

__all__ = ["reading"]

WITHOUT_FILES: Final = frozenset({"app.bsky.embed.external", "app.bsky.embed.record"})
"""Embeds that are no files."""


def reading(post: Post) -> Reading:
    """Return what the network, or the account's own server, tells of a post."""
    record = post.raw.get("record") or post.raw.get("value")
    if not record or not isinstance(record, dict):
        return Reading(text=None, alt_texts=None)
    text = in_one_line(post.text) if isinstance(record.get("text"), str) else None
    return Reading(text=text, alt_texts=_alt_texts(post, record.get("embed")))


def _alt_texts(post: Post, embed: JsonValue) -> tuple[str | None, ...] | None:
    if not post.media and embed is not None and _kind(embed) not in WITHOUT_FILES:
        return None  # files of a kind that was not known when this was written
    # A record is whole: what it does not hold is not there.
    return tuple(one.alt_text or "" for one in post.media)


def _kind(embed: JsonValue) -> JsonValue:
    if not isinstance(embed, dict):
        return None
    media = embed.get("media")
    return _kind(media) if media is not None else embed.get("$type")
