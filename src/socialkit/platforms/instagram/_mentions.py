"""Comments and captions of others that name the account: pushed as ids alone, and read by them.

See https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login/mentions.
"""

from __future__ import annotations

from typing import Final

from socialkit.models import Capability, Message, MessageKind
from socialkit.platforms._graph import GraphCalls
from socialkit.platforms.base import Core
from socialkit.platforms.instagram._map import (
    REPLY_FIELDS,
    TAGGED_FIELDS,
    comment_message,
    media_message,
)
from socialkit.platforms.instagram._wire import WireComment, WireMention

__all__ = ["comments_of", "fetch_mention", "mention_id"]

MENTIONED_FIELDS: Final = ("id", "text", "timestamp", "username", "like_count")
"""What is told of a comment of somebody else, under a post of somebody else."""


def mention_id(media: str, comment: str | None) -> str:
    """Return by which name a mention is fetched.

    Example:
        >>> mention_id("17", None), mention_id("17", "18")
        ('17', '17 18')
    """
    return media if comment is None else f"{media} {comment}"


async def fetch_mention(core: Core, name: str) -> Message | None:
    """Return a mention by its name; None where this account may not read it."""
    if Capability.MENTIONS not in core.facts.capabilities:
        return None
    media, _, comment = name.partition(" ")
    ref, calls = await core.known(), GraphCalls(core.facts.api_version)
    if not comment:
        field = f"mentioned_media.media_id({_number(media)}){{{','.join(TAGGED_FIELDS)}}}"
        answer = await core.pipeline.call(calls.get(ref.id or "", fields=(field,)), WireMention)
        wire = answer.value.mentioned_media
        return None if wire is None else media_message(wire, answer.raw.at("mentioned_media"), ref)
    field = f"mentioned_comment.comment_id({_number(comment)}){{{','.join(MENTIONED_FIELDS)}}}"
    answer = await core.pipeline.call(calls.get(ref.id or "", fields=(field,)), WireMention)
    told = answer.value.mentioned_comment
    if told is None:
        return None
    message = comment_message(told, answer.raw.at("mentioned_comment"), ref, media)
    kind = {"kind": MessageKind.MENTION}
    return None if message is None else message.model_copy(update=kind)


async def comments_of(core: Core, calls: GraphCalls, media: str) -> list[WireComment]:
    """Return the newest comments under a post of somebody else that names the account."""
    owner = (await core.known()).id or ""
    inner = f"comments.limit(50){{{','.join(REPLY_FIELDS)}}}"
    field = f"mentioned_media.media_id({_number(media)}){{id,{inner}}}"
    answer = await core.pipeline.call(calls.get(owner, fields=(field,)), WireMention)
    wire = answer.value.mentioned_media
    comments = wire.comments if wire is not None else None
    return [] if comments is None else [*comments.data]


def _number(name: str) -> str:
    """Return an id as it may stand in a field: nothing but digits changes no other."""
    return "".join(letter for letter in name if letter.isascii() and letter.isdigit()) or "0"
