"""What X pushes: activities of accounts, and the older account activity.

See https://docs.x.com/x-api/webhooks/introduction and https://docs.x.com/x-api/activity/introduction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from pydantic import JsonValue, ValidationError

from socialkit.auth import HashedChallenge, HeaderValue, Hmac, Pushed
from socialkit.models import (
    AccountRef,
    Author,
    Lenient,
    Message,
    MessageKind,
    NoticeKind,
    Raw,
    Timestamp,
    Visibility,
    WebhookEvent,
    WebhookEventKind,
    WireModel,
)
from socialkit.platforms.base import PushedThing, PushFacts
from socialkit.platforms.x._ids import EPOCH, time_of
from socialkit.platforms.x._map import Including, message_kind, post_message
from socialkit.platforms.x._old_posts import WireOldPost, WireOldUser, old_author, old_message
from socialkit.platforms.x._text import resolved
from socialkit.platforms.x._wire import WireEntities, WireIncludes, WirePost, WireUser

__all__ = ["PUSHES"]

Document = Mapping[str, JsonValue]


class WireFilter(WireModel):
    """For whom an activity was subscribed."""

    user_id: Lenient[str] = None
    direction: Lenient[str] = None


class WireActivity(WireModel):
    """One activity."""

    event_type: str
    event_uuid: Lenient[str] = None
    filter: Lenient[WireFilter] = None
    payload: dict[str, JsonValue]
    includes: Lenient[dict[str, JsonValue]] = None


class WireMessageData(WireModel):
    """The words of a private message."""

    text: str = ""
    entities: Lenient[WireEntities] = None


class WireTarget(WireModel):
    """To whom a private message went."""

    recipient_id: str


class WireMessageCreate(WireModel):
    """A private message, from whom and to whom."""

    sender_id: str
    target: WireTarget
    message_data: WireMessageData


class WirePushedMessage(WireModel):
    """A private message as it is pushed."""

    id: str
    created_timestamp: Lenient[Timestamp] = None
    message_create: WireMessageCreate | None = None


class WireDeletedStatus(WireModel):
    """A post that is gone."""

    id: str
    user_id: Lenient[str] = None


class WireDeletion(WireModel):
    """The deletion of a post."""

    status: WireDeletedStatus
    timestamp_ms: Lenient[Timestamp] = None


class WirePushedMessages(WireModel):
    """Private messages with those who wrote them, by id."""

    direct_message_events: list[WirePushedMessage] | None = None
    users: Lenient[dict[str, JsonValue]] = None


class WireAccountActivity(WirePushedMessages):
    """The older kind of push."""

    for_user_id: str
    tweet_create_events: list[WireOldPost] | None = None
    tweet_delete_events: list[WireDeletion] | None = None


class WireLike(WireModel):
    """A like."""

    id: str
    created_at: Lenient[Timestamp] = None
    liked_tweet_id: Lenient[str] = None


def _read(push: Pushed) -> Iterator[PushedThing]:
    """Return what a push tells; nothing of what this version does not know."""
    document, raw = push.document(), Raw.of(push.body)
    if "for_user_id" in document:
        yield from _older(document, raw)
        return
    inner = document.get("data")
    told = inner if isinstance(inner, dict) else document
    kind = told.get("event_type")
    reader = _reader(kind) if isinstance(kind, str) else None
    if reader is None:
        return
    wire = WireActivity.model_validate(told)
    found = wire.filter or WireFilter()
    if found.user_id is None:
        return
    place = ("data", "payload") if isinstance(inner, dict) else ("payload",)
    yield from reader(wire, found.user_id, raw.at(*place))


# Activities ----------------------------------------------------------------------------------


def _post(wire: WireActivity, user: str, raw: Raw) -> Iterator[PushedThing]:
    post = WirePost.model_validate(wire.payload)
    yield PushedThing(
        key=f"{wire.event_type} {post.id}",
        accounts=(user,),
        make=partial(_words, post, Including(_includes(wire)), raw),
    )


def _words(post: WirePost, beside: Including, raw: Raw, account: AccountRef) -> Message | None:
    if post.author_id is None:
        message = "nothing tells who wrote it"
        raise ValueError(message)
    if post.author_id == account.id:
        return None
    if post.reference("retweeted") is not None:
        about = post.reference("retweeted")
        who, at = beside.author(post.author_id), post.created_at or time_of(post.id)
        return _notice(post.id, NoticeKind.SHARE, who, about, at, account, raw)
    kind = message_kind(post, account.id)
    under = post.reference("replied_to") if kind is MessageKind.COMMENT else post.reference("quoted")
    return post_message(post, beside, raw, account, kind=kind, under=under)


def _like(wire: WireActivity, user: str, raw: Raw) -> Iterator[PushedThing]:
    like, direction = WireLike.model_validate(wire.payload), wire.filter and wire.filter.direction
    others = [one for one in _users(wire.includes) if one.id != user]
    if direction == "outbound" or not others:  # the account's own like, or nobody says whose it is
        return
    who = Including(None, me=others[0]).author(others[0].id)
    yield PushedThing(
        key=f"{wire.event_type} {like.id}",
        accounts=(user,),
        make=lambda account: _notice(
            like.id, NoticeKind.LIKE, who, like.liked_tweet_id, like.created_at, account, raw
        ),
        undated=like.created_at is None,
    )


def _follow(wire: WireActivity, user: str, raw: Raw) -> Iterator[PushedThing]:
    source, target = _user(wire.payload.get("source")), _user(wire.payload.get("target"))
    if source is None or target is None or target.id != user:
        return
    identity = wire.event_uuid or f"{source.id} {target.id}"
    who = Including(None, me=source).author(source.id)
    yield PushedThing(
        key=f"{wire.event_type} {identity}",
        accounts=(user,),
        make=lambda account: _notice(identity, NoticeKind.FOLLOW, who, None, None, account, raw),
        undated=True,
    )


def _notice(
    identity: str,
    kind: NoticeKind,
    who: Author,
    post: str | None,
    at: datetime | None,
    account: AccountRef,
    raw: Raw,
) -> Message:
    return Message(
        id=identity,
        kind=MessageKind.NOTICE,
        account=account,
        author=who,
        created_at=at or EPOCH,
        post_id=post,
        notice=kind,
        raw=raw,
    )


def _direct(wire: WireActivity, user: str, raw: Raw) -> Iterator[PushedThing]:
    yield from _messages(WirePushedMessages.model_validate(wire.payload), user, raw)


def _event_of(kind: WebhookEventKind) -> Callable[[WireActivity, str, Raw], Iterator[PushedThing]]:
    def read(wire: WireActivity, user: str, raw: Raw) -> Iterator[PushedThing]:
        subject = wire.payload.get("id")
        about = subject if isinstance(subject, str) else user
        told = about if isinstance(subject, str) else wire.event_uuid or json.dumps(wire.payload)
        key = f"{wire.event_type} {told}"
        event = WebhookEvent(kind=kind, native=wire.event_type, subject_id=about, at=time_of(about), raw=raw)
        # When a thing was made says nothing about when it was deleted or changed.
        made = event if kind is WebhookEventKind.POST_PUBLISHED else event.model_copy(update={"at": None})
        yield PushedThing(key=key, accounts=(user,), make=lambda _account: made)

    return read


READERS: Final[Mapping[str, Callable[[WireActivity, str, Raw], Iterator[PushedThing]]]] = {
    "post.mention.create": _post,
    "post.reply.create": _post,
    "post.quote.create": _post,
    "post.repost.create": _post,
    "post.create": _event_of(WebhookEventKind.POST_PUBLISHED),
    "post.delete": _event_of(WebhookEventKind.POST_DELETED),
    "profile.update": _event_of(WebhookEventKind.ACCOUNT_CHANGED),
    "like.create": _like,
    "follow.follow": _follow,
    "dm.received": _direct,
}


def _reader(kind: str) -> Callable[[WireActivity, str, Raw], Iterator[PushedThing]] | None:
    return READERS.get(kind) or READERS.get(kind.rpartition(".")[0])


def _includes(wire: WireActivity) -> WireIncludes:
    return WireIncludes(users=_users(wire.includes))


def _users(includes: Document | None) -> list[WireUser]:
    listed = (includes or {}).get("users")
    found = (_user(one) for one in listed) if isinstance(listed, list) else ()
    return [one for one in found if one is not None]


def _user(value: JsonValue) -> WireUser | None:
    """Return an account, which some pushes wrap in `data`."""
    inner = value.get("data", value) if isinstance(value, dict) else None
    try:
        return WireUser.model_validate(inner)
    except ValidationError:
        return None


# Private messages, and the older account activity ----------------------------------------------


def _messages(wire: WirePushedMessages, user: str, raw: Raw) -> Iterator[PushedThing]:
    for number, one in enumerate(wire.direct_message_events or ()):
        if one.message_create is not None:
            who = _sender((wire.users or {}).get(one.message_create.sender_id), one.message_create.sender_id)
            yield PushedThing(
                key=f"dm {one.id}",
                accounts=(user,),
                make=partial(_said, one, who, raw.at("direct_message_events", number)),
            )


def _sender(value: JsonValue, identity: str) -> Author:
    if isinstance(value, dict) and "screen_name" in value:
        return old_author(WireOldUser.model_validate(value))
    user = _user(value)
    return Author(id=identity, handle="") if user is None else Including(None, me=user).author(user.id)


def _said(wire: WirePushedMessage, who: Author, raw: Raw, account: AccountRef) -> Message | None:
    words = wire.message_create
    if words is None or words.sender_id == account.id:
        return None
    return Message(
        id=wire.id,
        kind=MessageKind.DIRECT_MESSAGE,
        account=account,
        author=who,
        text=resolved(words.message_data.text, words.message_data.entities),
        created_at=wire.created_timestamp or time_of(wire.id) or EPOCH,
        private=True,
        visibility=Visibility.DIRECT,
        raw=raw,
    )


def _older(document: Document, raw: Raw) -> Iterable[PushedThing]:
    wire = WireAccountActivity.model_validate(document)
    user = wire.for_user_id
    yield from _messages(wire, user, raw)
    for number, post in enumerate(wire.tweet_create_events or ()):
        yield PushedThing(
            key=f"tweet_create_events {post.id_str}",
            accounts=(user,),
            make=partial(old_message, post, raw.at("tweet_create_events", number)),
        )
    for number, deletion in enumerate(wire.tweet_delete_events or ()):
        event = WebhookEvent(
            kind=WebhookEventKind.POST_DELETED,
            native="tweet_delete_events",
            subject_id=deletion.status.id,
            at=deletion.timestamp_ms,
            raw=raw.at("tweet_delete_events", number),
        )
        yield PushedThing(
            key=f"tweet_delete_events {deletion.status.id}", accounts=(user,), make=partial(_same, event)
        )


def _same(event: WebhookEvent, _account: AccountRef) -> WebhookEvent:
    return event


PUSHES: Final = PushFacts(
    proof=Hmac(signature=HeaderValue("x-twitter-webhooks-signature", "sha256"), form="base64"),
    handshakes=(
        HashedChallenge(parameter="crc_token", field="response_token", form="base64", prefix="sha256="),
    ),
    read=_read,
)
"""X asks for a digest of its token (CRC), and signs each push with the app's consumer secret."""
