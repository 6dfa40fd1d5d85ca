"""Posts in the shape of the API before v2, which the older account activity still pushes."""

from __future__ import annotations

import html

from socialkit.models import (
    AccountRef,
    Author,
    Lenient,
    Message,
    MessageKind,
    Raw,
    Visibility,
    WireModel,
)
from socialkit.platforms.x._ids import EPOCH, time_of
from socialkit.platforms.x._text import resolved
from socialkit.platforms.x._wire import WireEntities, WireUrl

__all__ = ["WireOldPost", "WireOldUser", "old_author", "old_message"]


class WireOldUser(WireModel):
    """An account."""

    id_str: Lenient[str] = None
    id: Lenient[str] = None
    screen_name: str = ""
    name: Lenient[str] = None
    profile_image_url_https: Lenient[str] = None


class WireOldEntities(WireEntities):
    """What stands in a text; the post's own files are apart."""

    media: Lenient[list[WireUrl]] = None


class WireOldLong(WireModel):
    """The whole of a long text."""

    full_text: str
    entities: Lenient[WireOldEntities] = None


class WireOldIdentified(WireModel):
    """Anything, by its id alone."""

    id_str: str


class WireOldPost(WireModel):
    """A post."""

    id_str: str
    text: Lenient[str] = None
    full_text: Lenient[str] = None
    entities: Lenient[WireOldEntities] = None
    extended_tweet: Lenient[WireOldLong] = None
    user: WireOldUser
    lang: Lenient[str] = None
    in_reply_to_status_id_str: Lenient[str] = None
    in_reply_to_user_id_str: Lenient[str] = None
    quoted_status_id_str: Lenient[str] = None
    retweeted_status: Lenient[WireOldIdentified] = None


def old_author(wire: WireOldUser) -> Author:
    """Map an account."""
    url = f"https://x.com/{wire.screen_name}" if wire.screen_name else None
    return Author(
        id=wire.id_str or wire.id or "",
        handle=wire.screen_name,
        name=wire.name or "",
        url=url,
        avatar_url=wire.profile_image_url_https,
    )


def old_message(wire: WireOldPost, raw: Raw, account: AccountRef) -> Message | None:
    """Map somebody's post; nothing of our own, and of what they only repeated."""
    author = old_author(wire.user)
    if author.id == account.id or wire.retweeted_status is not None:
        return None
    answers = wire.in_reply_to_status_id_str
    kind = MessageKind.QUOTE if wire.quoted_status_id_str else MessageKind.MENTION
    if answers:
        ours = wire.in_reply_to_user_id_str == account.id
        kind = MessageKind.COMMENT if ours else MessageKind.REPLY
    return Message(
        id=wire.id_str,
        kind=kind,
        account=account,
        author=author,
        text=_text(wire),
        created_at=time_of(wire.id_str) or EPOCH,
        post_id=answers if kind is MessageKind.COMMENT else wire.quoted_status_id_str,
        reply_to=answers or None,
        visibility=Visibility.PUBLIC,
        url=f"https://x.com/{author.handle}/status/{wire.id_str}",
        raw=raw,
    )


def _text(wire: WireOldPost) -> str:
    """Return a text as people read it, with the links that were meant."""
    text, entities = wire.full_text or wire.text or "", wire.entities
    if wire.extended_tweet is not None:
        text, entities = wire.extended_tweet.full_text, wire.extended_tweet.entities or entities
    found = entities or WireOldEntities()
    links = WireEntities(urls=[*(found.urls or ()), *(found.media or ())])
    return resolved(html.unescape(text), links, {wire.id_str}, wire.quoted_status_id_str)
