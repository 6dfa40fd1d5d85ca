"""What Instagram pushes. See https://developers.facebook.com/docs/instagram-platform/webhooks.

Pushes are of accounts, signed with the app's secret, and come again until they are answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from socialkit.auth import Pushed
from socialkit.models import AccountRef, Lenient, Message, WireModel
from socialkit.platforms._graph import (
    HANDSHAKE,
    SIGNED,
    PushedEntry,
    PushedWords,
    pushed_entries,
    pushed_words,
    taken_back,
    when,
    without_null,
)
from socialkit.platforms.base import Hint, PushedThing, PushFacts
from socialkit.platforms.instagram._map import comment_message, private_message
from socialkit.platforms.instagram._mentions import fetch_mention, mention_id
from socialkit.platforms.instagram._wire import Id, WireComment, WireId, WireMessage

__all__ = ["PUSHES"]


class WirePushedComment(WireComment):
    """A comment, with the post that it is under."""

    media: Lenient[WireId] = None


class WirePushedMention(WireModel):
    """Where the account was named: ids alone."""

    media_id: Id
    comment_id: Lenient[Id] = None


def _read(push: Pushed) -> Iterator[PushedThing]:
    """Return what a push tells; nothing of what this version does not know."""
    for entry in pushed_entries(push):
        if entry.object != "instagram" or entry.field not in READERS:
            continue
        thing = READERS[entry.field](entry)
        if thing is not None:
            yield thing


def _comment(entry: PushedEntry) -> PushedThing | None:
    wire = WirePushedComment.model_validate(without_null(entry.value))
    if wire.sender is not None and wire.sender.id == entry.account:
        return None
    post = wire.media.id if wire.media is not None else None
    told = wire.model_copy(update={"timestamp": when(wire.timestamp, entry.at)})

    def make(account: AccountRef) -> Message | None:
        if _is_own(wire, account):
            return None
        return comment_message(told, entry.raw, account, post)

    return PushedThing(key=f"comment {wire.id}", accounts=(entry.account,), make=make)


def _is_own(wire: WireComment, account: AccountRef) -> bool:
    """Return whether the account wrote a comment itself, which the id alone seldom tells.

    Whoever writes is named by an id of their own for each account, and the entry by the account's.
    """
    sender = wire.sender
    names = {wire.username, sender.username if sender is not None else None} - {None}
    if account.handle and names:
        return account.handle in names
    return sender is not None and sender.self_ig_scoped_id is not None


def _mention(entry: PushedEntry) -> PushedThing | None:
    wire = WirePushedMention.model_validate(entry.value)
    name = mention_id(wire.media_id, wire.comment_id)
    return PushedThing(key=f"mention {name}", accounts=(entry.account,), make=lambda _account: Hint(name))


def _messaging(entry: PushedEntry) -> PushedThing | None:
    wire = pushed_words(entry)
    return None if wire is None else taken_back(wire, entry) or _words(wire, entry)


def _words(wire: PushedWords, entry: PushedEntry) -> PushedThing:
    told = WireMessage(
        id=wire.message.mid,
        message=wire.message.text,
        created_time=when(wire.timestamp, entry.at),
        sender=WireId(id=wire.sender.id),
    )

    def make(account: AccountRef) -> Message | None:
        # A push does not name the conversation.
        found = private_message(told, entry.raw, account, "")
        return None if found is None else found.model_copy(update={"conversation_id": None})

    return PushedThing(key=f"message {told.id}", accounts=(entry.account,), make=make)


READERS: Final = {
    "comments": _comment,
    "live_comments": _comment,
    "mentions": _mention,
    "messaging": _messaging,
}

PUSHES: Final = PushFacts(proof=SIGNED, handshakes=(HANDSHAKE,), read=_read, fetch=fetch_mention)
"""Signed with the app's secret; the address is asked for a challenge first."""
